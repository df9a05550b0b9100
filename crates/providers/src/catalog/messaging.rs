//! Messages to people: mail and SMS.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::operation;

/// A tenth of a cent.
const EMAIL_PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);
const SMS_PRICE: NanoUsd = NanoUsd::cents(1);

pub(super) fn send_email() -> Option<Operation> {
    let input = json!({
        "type": "object",
        "required": ["to", "subject", "body"],
        "additionalProperties": false,
        "properties": {
            "to": {"type": "string", "minLength": 3, "maxLength": 320, "description": "The address of one recipient."},
            "subject": {"type": "string", "maxLength": 998, "description": "The subject, one line."},
            "body": {"type": "string", "description": "The text."},
        },
    });
    operation("email.send", "Sends a mail to one recipient.", Price::Flat(EMAIL_PRICE), [input, receipt()])
}

pub(super) fn send_sms() -> Option<Operation> {
    let input = json!({
        "type": "object",
        "required": ["to", "body"],
        "additionalProperties": false,
        "properties": {
            "to": {"type": "string", "minLength": 3, "maxLength": 32, "description": "A number, as +15551234567."},
            "from": {"type": "string", "minLength": 3, "maxLength": 32, "description": "The sender's number or name."},
            "body": {"type": "string", "minLength": 1, "maxLength": 160, "description": "The text; one segment."},
        },
    });
    operation("sms.send", "Sends a text message to one phone.", Price::Flat(SMS_PRICE), [input, receipt()])
}

fn receipt() -> Value {
    json!({
        "type": "object",
        "properties": {
            "message_id": {"type": "string", "description": "The provider's id of the message."},
            "status": {"type": "string", "description": "sent: the provider took it."},
            "to": {"type": "string"},
        },
    })
}
