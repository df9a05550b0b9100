//! Invitations, and the mails that the server would send.

use serde_json::{Value, json};
use upivia_domain::{
    Timestamp,
    mail::{MailKind, NewMail},
    ports::{Clock, MailEnd, MailOutbox},
};

use super::{Call, Org, World};

impl World {
    /// An invitation by the owner, of grace@example.com as a member unless it says otherwise: the answer.
    pub async fn invite(&self, by: &Org, more: Value) -> Value {
        let mut body = json!({ "email": "grace@example.com" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let call = Call::post(&format!("/orgs/{}/invites", by.id), &body).bearer(&by.pat);
        self.send(call).await.expect(201)
    }

    /// Takes every mail that waits.
    pub async fn letters(&self) -> Vec<NewMail> {
        let now = self.clock.now();
        let claimed = self.store.claim(now, Timestamp::from_micros(i64::MAX), 1_000).await.unwrap();
        for mail in &claimed {
            assert!(self.store.settle(mail.claim, MailEnd::Delivered).await.unwrap());
        }
        claimed.into_iter().map(|claimed| claimed.mail).collect()
    }

    /// The token of a link that the owner of an organization asked for.
    pub async fn reset_token(&self, of: &Org) -> String {
        let asked = Call::post("/auth/password/forgot", &json!({ "email": of.email }));
        self.send(asked).await.expect(202);
        // It is issued after the answer.
        for _ in 0..1_000 {
            let mail = self.letters().await.into_iter().find(|mail| mail.kind == MailKind::PasswordReset);
            if let Some(mail) = mail {
                return token_in(&mail);
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        panic!("no mail was written");
    }
}

/// What stands behind the `#` of the link.
pub fn token_in(mail: &NewMail) -> String {
    let link = mail.text.as_str().split_whitespace().find(|word| word.starts_with("http://upivia.test/")).unwrap();
    link.split_once('#').unwrap().1.to_owned()
}
