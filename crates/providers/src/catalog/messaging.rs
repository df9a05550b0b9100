//! Messages to and from people: mail, SMS and MMS.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::{
    operation,
    shape::{https, limit, line, list_of, one_mailbox, payload, phone, result, since, text, word},
};

/// A tenth of a cent.
const EMAIL_PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);
const SMS_PRICE: NanoUsd = NanoUsd::cents(1);
/// A tenth of a cent: nothing is sent, a page is read.
const READ_PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);
/// Carriers take two cents and a fee. One medium: each is billed.
const MMS_PRICE: NanoUsd = NanoUsd::cents(3);

pub(super) fn send_email() -> Option<Operation> {
    let input = payload(
        &["to", "subject", "body"],
        json!({
            "to": one_mailbox("The address of one recipient."),
            "subject": line(998, "The subject, one line."),
            "body": {"type": "string", "maxLength": 100_000, "description": "The text."},
        }),
    );
    let example = json!({"to": "ada@example.com", "subject": "Hello", "body": "How are you?"});
    let price = Price::Flat(EMAIL_PRICE);
    operation("email.send", "Sends a mail to one recipient.", price, [input, receipt(), example])
}

pub(super) fn send_sms() -> Option<Operation> {
    let input = payload(
        &["to", "body"],
        json!({"to": recipient(), "from": sender(), "body": text(160, "The text; one segment.")}),
    );
    let example = json!({"to": "+15551234567", "body": "Your table is ready."});
    operation("sms.send", "Sends a text message to one phone.", Price::Flat(SMS_PRICE), [input, receipt(), example])
}

pub(super) fn read_sms() -> Option<Operation> {
    let input = payload(
        &[],
        json!({
            "to": phone("The own number that received; default: every one."),
            "from": phone("Only messages of this sender."),
            "since": since(),
            "limit": limit(),
        }),
    );
    let message =
        result(json!({"message_id": word(), "from": word(), "to": word(), "body": word(), "received_at": word()}));
    let output = result(json!({"messages": list_of(message)}));
    let description = "Reads the text messages that were received, newest first.";
    operation("sms.read", description, Price::Flat(READ_PRICE), [input, output, json!({"since": "15m"})])
}

pub(super) fn send_mms() -> Option<Operation> {
    let input = payload(
        &["to", "media_url"],
        json!({
            "to": recipient(),
            "from": sender(),
            "body": text(1_600, "The text beside the medium."),
            "media_url": https("Where the carrier fetches the picture, sound or film; public."),
        }),
    );
    let example = json!({"to": "+15551234567", "media_url": "https://example.com/menu.png"});
    let description = "Sends a picture, a sound or a film to one phone.";
    operation("mms.send", description, Price::Flat(MMS_PRICE), [input, receipt(), example])
}

fn recipient() -> Value {
    phone("A number, as +15551234567.")
}

fn sender() -> Value {
    phone("The sender's number or name.")
}

fn receipt() -> Value {
    result(json!({
        "message_id": {"type": "string", "description": "The provider's id of the message."},
        "status": {"type": "string", "description": "sent: the provider took it."},
        "to": word(),
    }))
}
