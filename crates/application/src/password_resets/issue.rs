//! A link is issued and mailed, where somebody has the address and none was sent a moment ago.

use std::sync::Arc;

use serde_json::json;
use upivia_domain::{
    OrgId,
    audit::{NewEvent, Object},
    identity::{Actor, Email, PasswordReset},
    ports::{Tx, transact},
};

use super::{PasswordResetsParts, ResetError, letters};
use crate::{
    mails::Postbox,
    tokens::{LinkKind, mint_link},
};

pub(super) async fn issue(
    parts: &PasswordResetsParts,
    email: Email,
    trace: Option<Arc<str>>,
) -> Result<(), ResetError> {
    let Some(person) = parts.people.user_by_email(&email).await? else { return Ok(()) };
    let token = mint_link(LinkKind::PasswordReset, &*parts.entropy);
    let (url, hash) = (parts.links_to.password_reset(&token), parts.hasher.hash(token.expose()));
    let by = (Actor::System { node: parts.node }, trace);
    let postbox = parts.postbox.clone();
    transact(&*parts.unit, &[OrgId::PLATFORM], move |tx| {
        Box::pin(async move {
            let now = tx.now();
            let expires_at = now.plus_seconds(PasswordReset::LIFETIME_SECONDS);
            let reset = PasswordReset { user: person.id, hash, created_at: now, expires_at };
            write(tx, &postbox, (&reset, &person.email, &url), by).await
        })
    })
    .await
}

async fn write(
    tx: &mut dyn Tx,
    postbox: &Postbox,
    (reset, email, url): (&PasswordReset, &Email, &str),
    (actor, trace): (Actor, Option<Arc<str>>),
) -> Result<(), ResetError> {
    let earlier = tx.password_resets().find(reset.user).await?;
    if earlier.is_some_and(|earlier| !earlier.may_be_replaced(reset.created_at)) {
        return Ok(());
    }
    let Some(letter) = letters::link(email, url, reset.expires_at) else {
        tracing::warn!(user = %reset.user, "the address of a person who forgot their password takes no mail");
        return Ok(());
    };
    tx.password_resets().put(reset).await?;
    let (kind, object) = ("user.password_reset_requested", Object { kind: "user", id: reset.user.to_string() });
    let detail = json!({ "expires_at": reset.expires_at.micros() });
    tx.append(OrgId::PLATFORM, NewEvent { kind, actor, agent: None, operation: None, object, detail, trace }).await?;
    postbox.post(tx, letter).await?;
    Ok(())
}
