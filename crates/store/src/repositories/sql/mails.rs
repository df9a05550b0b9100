//! `mail_outbox`, as use-cases write it. Delivery is in `queries::outbox`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    Timestamp,
    mail::NewMail,
    ports::{MailRepository, StoreError},
};

use super::OpenTx;
use crate::{rows::sealed_letter, schema::mail_outbox};

#[async_trait]
impl MailRepository for OpenTx<'_> {
    async fn queue(&mut self, mail: &NewMail) -> Result<(), StoreError> {
        self.require_held(mail.org)?;
        let key = self.data_key(mail.org).await?;
        let sealed = self.remember(sealed_letter(&key, mail))?;
        let row = (
            mail_outbox::id.eq(mail.id.to_string()),
            mail_outbox::org_id.eq(mail.org.to_string()),
            mail_outbox::kind.eq(mail.kind.as_str()),
            mail_outbox::sealed.eq(sealed),
            mail_outbox::send_before.eq(mail.send_before.map(Timestamp::micros)),
            mail_outbox::created_at.eq(mail.created_at.micros()),
            mail_outbox::due_at.eq(mail.created_at.micros()),
            mail_outbox::attempts.eq(0_i64),
        );
        let inserted = diesel::insert_into(mail_outbox::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }
}
