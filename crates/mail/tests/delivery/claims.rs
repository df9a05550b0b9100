//! What is claimed of a mail, for everything that a server can do to it.

use std::time::Duration;

use tokio::net::TcpListener;
use upivia_domain::ports::{Mail, MailError};

use super::{Act, Sink, Step, hurried, mailer, message, plain, told};

async fn outcome(step: Step, act: Act) -> Result<(), MailError> {
    let sink = told(step, act).await;
    let patient = !matches!(act, Act::Hang);
    let mailer = if patient { mailer(&plain(&sink)) } else { hurried(&plain(&sink)) };
    mailer.send(&message("Hello.")).await.map(drop)
}

#[tokio::test]
async fn a_taken_mail_is_sent_once_and_arrives_as_it_was() {
    let sink = Sink::start(None).await;
    let text = "Hello.\n.\n..two dots\r\n.one\r.\rEnd";
    let receipt = mailer(&plain(&sink)).send(&message(text)).await.unwrap();
    assert_eq!(receipt.message_id, "<inv_1@acme.example>");
    let seen = sink.seen();
    assert_eq!(seen.mails.len(), 1);
    let (head, body) = seen.mails[0].split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "Hello.\r\n.\r\n..two dots\r\n.one\r\n.\r\nEnd\r\n");
    assert!(head.contains("Message-ID: <inv_1@acme.example>") && !head.contains("X-Upivia-Request-Id"), "{head}");
    let envelope = ["EHLO acme.example", "MAIL FROM:<no-reply@acme.example>", "RCPT TO:<ada@example.com>", "DATA"];
    assert_eq!(seen.commands[..4], envelope);
}

#[tokio::test]
async fn the_last_line_break_is_not_doubled_and_no_text_is_a_text() {
    for (text, body) in [
        ("", ""),
        ("One.\n", "One.\r\n"),
        ("One.\n\n", "One.\r\n\r\n"),
        ("Two words and an é.\n", "Two words and an =C3=A9.\r\n"),
    ] {
        let sink = Sink::start(None).await;
        mailer(&plain(&sink)).send(&message(text)).await.unwrap();
        assert_eq!(sink.seen().mails[0].split_once("\r\n\r\n").unwrap().1, body);
    }
}

#[tokio::test]
async fn no_server_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = mailer(&format!("smtp://{address}")).send(&message("Hello.")).await;
    assert_eq!(refused, Err(MailError::NotSent("the mail server could not be reached".to_owned())));
}

#[tokio::test]
async fn before_the_mail_everything_is_not_sent() {
    for (step, act) in [
        (Step::Greeting, Act::Say("421 busy")),
        (Step::Greeting, Act::Say("554 go away")),
        (Step::Greeting, Act::Cut),
        (Step::Greeting, Act::Hang),
        (Step::Greeting, Act::Say("HTTP/1.1 400 Bad Request")),
        (Step::Hello, Act::Say("502 what")),
        (Step::Hello, Act::Cut),
        (Step::From, Act::Cut),
        (Step::To, Act::Cut),
        (Step::To, Act::Hang),
        (Step::To, Act::Say("354 out of turn")),
        (Step::Data, Act::Cut),
        (Step::Data, Act::Say("250 out of turn")),
    ] {
        let claim = outcome(step, act).await;
        assert!(matches!(claim, Err(MailError::NotSent(_))), "{step:?} {act:?}: {claim:?}");
    }
}

#[tokio::test]
async fn a_reply_that_says_no_is_a_refusal_in_the_servers_words() {
    for (step, said, temporary) in [
        (Step::From, "451 not now", true),
        (Step::From, "550 not you", false),
        (Step::To, "450 greylisted", true),
        (Step::To, "550 no such user", false),
        (Step::Data, "554 no", false),
        (Step::Data, "421 closing", true),
        (Step::Dot, "452 disk full", true),
        (Step::Dot, "554 looks like spam", false),
    ] {
        let detail = format!("the mail server refused the mail: {said}");
        assert_eq!(outcome(step, Act::Say(said)).await, Err(MailError::Refused { detail, temporary }), "{step:?}");
    }
}

#[tokio::test]
async fn without_a_certain_answer_to_the_dot_it_is_unknown() {
    for act in [Act::Hang, Act::Cut, Act::Say("hello"), Act::Say("354 more"), Act::SayAndCut("250-taken")] {
        let claim = outcome(Step::Dot, act).await;
        assert!(matches!(claim, Err(MailError::Unknown(_))), "{act:?}: {claim:?}");
    }
}

#[tokio::test]
async fn a_cut_within_the_mail_is_never_a_yes_or_a_no() {
    let claim = outcome(Step::Data, Act::SayAndCut("354 go on")).await;
    assert!(matches!(claim, Err(MailError::Unknown(_) | MailError::NotSent(_))), "{claim:?}");
}

#[tokio::test]
async fn a_slow_server_is_waited_for() {
    let pause = Duration::from_millis(300);
    assert_eq!(outcome(Step::To, Act::SayLater("250 ok", pause)).await, Ok(()));
    assert_eq!(outcome(Step::Dot, Act::SayLater("250 taken", pause)).await, Ok(()));
}

#[tokio::test]
async fn the_servers_words_are_cut_and_stay_on_one_line() {
    let said: &'static str = Box::leak(format!("550-{}\r\n550 \u{7}end", "x".repeat(900)).into_boxed_str());
    let Err(MailError::Refused { detail, .. }) = outcome(Step::To, Act::Say(said)).await else { panic!() };
    assert!(detail.chars().count() < 600 && !detail.contains(char::is_control), "{detail}");
}
