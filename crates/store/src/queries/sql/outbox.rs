//! `mail_outbox`, as the worker empties it. Each statement commits by itself: a claim is one conditional update, which one
//! caller alone can win, whatever node it comes from.

use std::sync::Arc;

use diesel::{
    dsl::{count_star, min},
    prelude::*,
};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    Timestamp,
    ports::{ClaimedMail, MailClaim, MailEnd, OutboxCounts, StoreError},
};

use super::{Conn, data_keys};
use crate::{
    connect::Shared,
    error::{store_error, unreadable},
    rows::{MailRow, parse},
    schema::mail_outbox,
};

pub(crate) async fn is_due(conn: &mut Conn, now: Timestamp) -> Result<bool, StoreError> {
    let due = mail_outbox::table
        .filter(mail_outbox::failed_at.is_null())
        .filter(mail_outbox::due_at.le(now.micros()))
        .select(mail_outbox::id);
    Ok(due.first::<String>(conn).await.optional().map_err(store_error)?.is_some())
}

pub(crate) async fn claim(
    conn: &mut Conn,
    shared: Arc<Shared>,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<ClaimedMail>, StoreError> {
    let due = mail_outbox::table
        .filter(mail_outbox::failed_at.is_null())
        .filter(mail_outbox::due_at.le(now.micros()))
        .order((mail_outbox::due_at, mail_outbox::id))
        .limit(i64::from(limit))
        .select(MailRow::as_select());
    let rows: Vec<MailRow> = due.load(conn).await.map_err(store_error)?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        if !take(conn, &row, until).await? {
            continue;
        }
        match opened(conn, &shared, &row).await {
            Ok(mail) => claimed.push(mail),
            Err(error) => give_up(conn, &row, now, &error).await?,
        }
    }
    Ok(claimed)
}

/// Whether the row was still as it was read.
async fn take(conn: &mut Conn, row: &MailRow, until: Timestamp) -> Result<bool, StoreError> {
    let as_read = mail_outbox::table
        .filter(mail_outbox::id.eq(&row.id))
        .filter(mail_outbox::attempts.eq(row.attempts))
        .filter(mail_outbox::failed_at.is_null());
    let values = (mail_outbox::attempts.eq(row.attempts.saturating_add(1)), mail_outbox::due_at.eq(until.micros()));
    let taken = diesel::update(as_read).set(values).execute(conn).await.map_err(store_error)?;
    Ok(taken == 1)
}

async fn opened(conn: &mut Conn, shared: &Shared, row: &MailRow) -> Result<ClaimedMail, StoreError> {
    let org = parse("mail_outbox", "org_id", &row.org_id)?;
    let key = data_keys::of(conn, &shared.sealer, [org]).await?.remove(&org);
    let key = key.ok_or_else(|| unreadable("mail_outbox", "org_id", "there is no such organization"))?;
    let mail = row.open(&key)?;
    let attempt = u32::try_from(row.attempts.saturating_add(1)).unwrap_or(u32::MAX);
    Ok(ClaimedMail { claim: MailClaim { mail: mail.id, attempt }, mail })
}

async fn give_up(conn: &mut Conn, row: &MailRow, now: Timestamp, error: &StoreError) -> Result<(), StoreError> {
    // What could not be read for want of the database can be read later: the claim ends by itself.
    if !matches!(error, StoreError::Internal(_)) {
        return Err(error.clone());
    }
    tracing::error!(mail = %row.id, %error, "a mail cannot be read and is given up");
    let unread = diesel::update(mail_outbox::table.find(&row.id)).set(mail_outbox::failed_at.eq(Some(now.micros())));
    unread.execute(conn).await.map(drop).map_err(store_error)
}

pub(crate) async fn settle(conn: &mut Conn, claim: MailClaim, end: MailEnd) -> Result<bool, StoreError> {
    let mine = mail_outbox::table
        .filter(mail_outbox::id.eq(claim.mail.to_string()))
        .filter(mail_outbox::attempts.eq(i64::from(claim.attempt)))
        .filter(mail_outbox::failed_at.is_null());
    let changed = match end {
        MailEnd::Delivered => diesel::delete(mine).execute(conn).await,
        MailEnd::Again(at) => diesel::update(mine).set(mail_outbox::due_at.eq(at.micros())).execute(conn).await,
        MailEnd::Failed(at) => {
            let values = (mail_outbox::failed_at.eq(Some(at.micros())), mail_outbox::sealed.eq(Vec::<u8>::new()));
            diesel::update(mine).set(values).execute(conn).await
        }
    };
    changed.map(|rows| rows == 1).map_err(store_error)
}

pub(crate) async fn counts(conn: &mut Conn) -> Result<OutboxCounts, StoreError> {
    let waiting = mail_outbox::table
        .filter(mail_outbox::failed_at.is_null())
        .select((count_star(), min(mail_outbox::created_at)));
    let (waiting, oldest): (i64, Option<i64>) = waiting.first(conn).await.map_err(store_error)?;
    let failed = mail_outbox::table.filter(mail_outbox::failed_at.is_not_null()).select(count_star());
    let failed: i64 = failed.first(conn).await.map_err(store_error)?;
    let oldest = oldest.map(Timestamp::from_micros);
    Ok(OutboxCounts { waiting: waiting.unsigned_abs(), oldest, failed: failed.unsigned_abs() })
}

pub(crate) async fn forget_failed(conn: &mut Conn, before: Timestamp) -> Result<u64, StoreError> {
    let old = mail_outbox::table.filter(mail_outbox::failed_at.lt(before.micros()));
    let forgotten = diesel::delete(old).execute(conn).await.map_err(store_error)?;
    Ok(u64::try_from(forgotten).unwrap_or(u64::MAX))
}
