//! `mail_outbox`: what of a mail is readable, and what is sealed.

use diesel::prelude::*;
use serde_json::{Value, json};
use upivia_domain::{Timestamp, mail::NewMail, ports::StoreError};

use super::text::parse;
use crate::{
    crypto::{DataKey, Place},
    error::unreadable,
    schema::mail_outbox,
};

const TABLE: &str = "mail_outbox";
const SEALED: &str = "mail_outbox.sealed";

/// A row of `mail_outbox`, without what only the queue itself needs.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = mail_outbox)]
pub(crate) struct MailRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    kind: String,
    sealed: Vec<u8>,
    send_before: Option<i64>,
    created_at: i64,
    pub(crate) attempts: i64,
}

/// Recipient, subject and text, sealed for their row.
pub(crate) fn sealed_letter(key: &DataKey, mail: &NewMail) -> Result<Vec<u8>, StoreError> {
    let letter = json!({ "to": mail.to.as_str(), "subject": mail.subject.as_str(), "text": mail.text.as_str() });
    Ok(key.seal(Place { column: SEALED, row: &mail.id.to_string() }, letter.to_string().as_bytes())?)
}

impl MailRow {
    /// The mail, opened.
    pub(crate) fn open(&self, key: &DataKey) -> Result<NewMail, StoreError> {
        let letter = key.open(Place { column: SEALED, row: &self.id }, &self.sealed)?;
        let letter: Value = serde_json::from_slice(&letter).map_err(|why| unreadable(TABLE, "sealed", why))?;
        let part = |name: &str| letter[name].as_str().unwrap_or_default().to_owned();
        Ok(NewMail {
            id: parse(TABLE, "id", &self.id)?,
            org: parse(TABLE, "org_id", &self.org_id)?,
            kind: parse(TABLE, "kind", &self.kind)?,
            to: parse(TABLE, "sealed", &part("to"))?,
            subject: parse(TABLE, "sealed", &part("subject"))?,
            text: parse(TABLE, "sealed", &part("text"))?,
            send_before: self.send_before.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}
