//! The mailer as the provider of `email.send` for live money.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use upivia_domain::{
    Mode, RequestId,
    dispatch::{Basis, ProviderAnswer, ProviderCall, ProviderName},
    mail::Message,
    ports::{Mail, MailError, Provider, Receipt},
};

use crate::Mailer;

/// The one operation that it executes.
const OPERATION: &str = "email.send";

#[async_trait]
impl Provider for Mailer {
    fn name(&self) -> ProviderName {
        ProviderName::new("smtp")
    }

    async fn execute(&self, call: &ProviderCall) -> ProviderAnswer {
        let message = match message(call) {
            Ok(message) => message,
            Err(detail) => return ProviderAnswer::NotSent { detail },
        };
        match self.send(&message).await {
            Ok(receipt) => executed(call, receipt),
            Err(MailError::NotSent(detail)) => ProviderAnswer::NotSent { detail },
            Err(MailError::Refused { detail, temporary }) => {
                ProviderAnswer::Rejected { detail, unavailable: temporary, charge: None }
            }
            Err(MailError::Unknown(detail)) => ProviderAnswer::Unknown { detail },
        }
    }

    /// SMTP has no way to ask what became of a mail.
    async fn lookup(&self, _request: RequestId) -> Option<ProviderAnswer> {
        None
    }
}

/// The schema of the operation has judged the payload; what does not fit here all the same is not sent.
fn message(call: &ProviderCall) -> Result<Message, String> {
    if call.mode != Mode::Live || call.operation.as_str() != OPERATION {
        return Err("the mail server sends live mails and nothing else".to_owned());
    }
    Ok(Message {
        id: call.request.into(),
        request: Some(call.request),
        to: member(&call.payload, "to")?,
        subject: member(&call.payload, "subject")?,
        text: member(&call.payload, "body")?,
    })
}

fn member<T: std::str::FromStr<Err: std::fmt::Display>>(payload: &Value, name: &str) -> Result<T, String> {
    let text = payload[name].as_str().ok_or_else(|| format!("payload.{name} must be a text"))?;
    text.parse().map_err(|error| format!("payload.{name} {error}"))
}

/// One recipient, one price: what was held is what it costs.
fn executed(call: &ProviderCall, Receipt { message_id }: Receipt) -> ProviderAnswer {
    let result = json!({"message_id": message_id, "status": "sent", "to": call.payload["to"]});
    ProviderAnswer::Executed {
        result: Arc::new(result),
        cost: call.hold,
        basis: Basis::Counted,
        external_id: Some(message_id),
    }
}
