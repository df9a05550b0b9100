//! Mails handed to a server that takes them, and to servers that do not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking, as the test does")]

mod claims;
mod payment;
mod protection;
mod sink;

use std::time::Duration;

use upivia_domain::mail::Message;
use upivia_mail::{Mailer, MailerSettings, Relay};

use sink::{Act, Sink, Step};

fn mailer(url: &str) -> Mailer {
    Mailer::new(settings(url)).unwrap()
}

/// One that gives up soon.
fn hurried(url: &str) -> Mailer {
    let soon = Duration::from_millis(600);
    Mailer::new(MailerSettings { command_timeout: soon, time_limit: soon * 2, ..settings(url) }).unwrap()
}

fn settings(url: &str) -> MailerSettings {
    MailerSettings::new(Relay::parse(url).unwrap(), "Acme <no-reply@acme.example>".parse().unwrap())
}

fn plain(sink: &Sink) -> String {
    format!("smtp://{}", sink.address)
}

fn message(text: &str) -> Message {
    Message {
        id: "inv_1".parse().unwrap(),
        request: None,
        to: "ada@example.com".parse().unwrap(),
        subject: "Hello".parse().unwrap(),
        text: text.parse().unwrap(),
    }
}

async fn told(step: Step, act: Act) -> Sink {
    Sink::start(Some((step, act))).await
}
