//! TLS where it must be, and the sign-in.

use upivia_domain::ports::{Mail, MailError};

use super::{Act, Sink, Step, mailer, message, told};

async fn refused(sink: &Sink, query: &str, sign_in: &str) -> String {
    let url = format!("smtp://{sign_in}{}{query}", sink.address);
    match mailer(&url).send(&message("Hello.")).await {
        Err(MailError::NotSent(detail)) => detail,
        other => panic!("{other:?}"),
    }
}

fn said(sink: &Sink) -> Vec<String> {
    let first_word = |line: String| line.split(' ').next().unwrap_or_default().to_owned();
    sink.seen().commands.into_iter().map(first_word).collect()
}

#[tokio::test]
async fn a_server_that_does_not_offer_tls_hears_nothing_of_the_mail() {
    let sink = Sink::start(None).await;
    let detail = refused(&sink, "?tls=required", "ada:secret@").await;
    assert_eq!(detail, "the mail server does not offer STARTTLS");
    assert_eq!(said(&sink), ["EHLO"]);
}

#[tokio::test]
async fn an_offer_that_fails_hears_nothing_of_the_mail() {
    let offer = told(Step::Hello, Act::Say("250-sink\r\n250-AUTH PLAIN\r\n250 STARTTLS")).await;
    refused(&offer, "?tls=starttls", "ada:secret@").await;
    assert!(!said(&offer).iter().any(|word| word == "AUTH" || word == "MAIL"), "{:?}", said(&offer));
}

#[tokio::test]
async fn no_tls_at_the_other_end_of_smtps_is_not_sent() {
    let sink = Sink::start(None).await;
    let mailer = mailer(&format!("smtps://{}", sink.address));
    assert!(matches!(mailer.send(&message("Hello.")).await, Err(MailError::NotSent(_))));
    assert!(sink.seen().mails.is_empty());
}

#[tokio::test]
async fn the_sign_in_comes_before_the_mail() {
    let sink = Sink::start(None).await;
    mailer(&format!("smtp://ada:p%40ss@{}", sink.address)).send(&message("Hello.")).await.unwrap();
    assert_eq!(said(&sink)[..3], ["EHLO", "AUTH", "MAIL"]);
    assert_eq!(sink.seen().commands[1], "AUTH PLAIN AGFkYQBwQHNz", "NUL ada NUL p@ss in base64");
}

#[tokio::test]
async fn a_refused_sign_in_is_not_sent_and_repeats_nothing() {
    let sink = told(Step::Auth, Act::Say("535 bad password secret")).await;
    assert_eq!(refused(&sink, "", "ada:secret@").await, "the mail server refused this server's user and password");
    let sink = told(Step::Hello, Act::Say("250 no sign-in here")).await;
    assert!(!refused(&sink, "", "ada:secret@").await.contains("secret"));
    assert!(sink.seen().mails.is_empty());
}
