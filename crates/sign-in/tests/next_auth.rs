//! The published libraries for Next.js and we read each other's sessions and tokens against forged forms.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

#[path = "support/entropy.rs"]
mod entropy;
#[path = "support/node.rs"]
mod node;

use std::{process::Stdio, sync::Arc, time::Duration};

use entropy::SystemEntropy;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, time::timeout};
use upivia_domain::{
    Secret, Timestamp,
    identity::{Cookie, SessionClaims, SessionScheme},
    ports::{CsrfTokens, SessionCodec},
};
use upivia_sign_in::session::{NextCsrf, NextSessions, SessionSettings};

const SECRET: &str = "a secret that both sides know, not short";
const TIME_LIMIT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct WireCookie {
    name: String,
    value: String,
}

/// A token against forged forms that the library made.
#[derive(Deserialize)]
struct Form {
    name: String,
    cookie: String,
    token: String,
}

/// What the library says.
#[derive(Deserialize)]
struct Answer {
    /// What it read in our cookies.
    read: Value,
    /// What it wrote.
    written: Vec<WireCookie>,
    /// Whether our token against forged forms counts.
    checked: bool,
    form: Form,
}

fn script(scheme: SessionScheme) -> &'static str {
    match scheme {
        SessionScheme::NextAuthV4 => include_str!("node/next_auth_v4.mjs"),
        SessionScheme::AuthJsV5 => include_str!("node/auth_js_v5.mjs"),
    }
}

async fn ask(scheme: SessionScheme, question: &Value) -> Answer {
    let mut command = node::node(script(scheme));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    let output = timeout(TIME_LIMIT, child.wait_with_output()).await.unwrap().unwrap();
    assert!(output.status.success(), "the script ended with {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the library asks the machine's clock, too")]
fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(0).plus_seconds(i64::try_from(since_epoch.as_secs()).unwrap())
}

fn claims(name: &str) -> SessionClaims {
    SessionClaims {
        subject: "usr_1".to_owned(),
        email: Some("ada@example.com".parse().unwrap()),
        name: Some(name.to_owned()),
        session_id: "4b0d3f9e-7c53-4f0e-9d4e-6f1f5f8f2b11".to_owned(),
        issued_at: now(),
        expires_at: now().plus_seconds(3_600),
    }
}

fn settings(writes: SessionScheme, secure: bool) -> SessionSettings {
    SessionSettings { secrets: vec![Secret::new(SECRET.to_owned())], writes, secure }
}

fn wire(cookies: &[Cookie]) -> Vec<Value> {
    cookies.iter().map(|cookie| json!({ "name": cookie.name, "value": cookie.value.expose() })).collect()
}

/// Both ways, with a person of that name.
async fn each_reads_the_other(scheme: SessionScheme, secure: bool, name: &str) {
    let sessions = NextSessions::new(&settings(scheme, secure), Arc::new(SystemEntropy)).unwrap();
    let csrf = NextCsrf::new(&settings(scheme, secure), Arc::new(SystemEntropy)).unwrap();
    let (ours, issued) = (claims(name), csrf.issue());
    let question = json!({
        "secret": SECRET,
        "secure": secure,
        "token": { "sub": "42", "name": name, "email": "Grace@Example.com", "picture": null, "role": "any" },
        "cookies": wire(&sessions.encode(&ours).unwrap()),
        "csrf": { "cookie": issued.cookie.value.expose(), "token": issued.token.expose() },
    });
    let answer = ask(scheme, &question).await;
    it_reads_ours(&answer, &ours);
    we_read_theirs(&answer, &sessions, scheme, name);
    assert!(answer.checked, "it refuses our token against forged forms");
    let cookies = [Cookie::new(answer.form.name, answer.form.cookie)];
    assert!(csrf.verify(&cookies, &answer.form.token) && !csrf.verify(&cookies, issued.token.expose()));
    assert_eq!(cookies[0].name, issued.cookie.name);
}

fn it_reads_ours(answer: &Answer, ours: &SessionClaims) {
    let seconds = |time: Timestamp| time.micros() / 1_000_000;
    let expected = json!({
        "sub": ours.subject, "email": "ada@example.com", "name": ours.name, "jti": ours.session_id,
        "iat": seconds(ours.issued_at), "exp": seconds(ours.expires_at),
    });
    assert_eq!(answer.read, expected);
}

fn we_read_theirs(answer: &Answer, sessions: &NextSessions, scheme: SessionScheme, name: &str) {
    let cookies: Vec<_> = answer.written.iter().map(|cookie| Cookie::new(&cookie.name, &cookie.value)).collect();
    let session = sessions.decode(&cookies, now()).expect("a session of the library");
    assert_eq!(session.scheme, scheme);
    assert_eq!(session.claims.subject, "42");
    assert_eq!(session.claims.email.unwrap().as_str(), "grace@example.com");
    assert_eq!(session.claims.name.as_deref(), Some(name));
    assert!(sessions.decode(&cookies, session.claims.expires_at.plus_seconds(15)).is_none());
    assert_eq!(sessions.names_among(&cookies).len(), cookies.len());
}

#[tokio::test]
async fn next_auth_v4_and_we_read_each_other() {
    for secure in [false, true] {
        each_reads_the_other(SessionScheme::NextAuthV4, secure, "Ada Lovelace").await;
    }
    each_reads_the_other(SessionScheme::NextAuthV4, true, &"Ada Lovelace ".repeat(500)).await;
}

#[tokio::test]
async fn auth_js_v5_and_we_read_each_other() {
    for secure in [false, true] {
        each_reads_the_other(SessionScheme::AuthJsV5, secure, "Ada Lovelace").await;
    }
    each_reads_the_other(SessionScheme::AuthJsV5, true, &"Ada Lovelace ".repeat(500)).await;
}

#[tokio::test]
async fn a_library_with_another_secret_reads_nothing_and_is_not_read() {
    for scheme in [SessionScheme::NextAuthV4, SessionScheme::AuthJsV5] {
        let sessions = NextSessions::new(&settings(scheme, true), Arc::new(SystemEntropy)).unwrap();
        let question = json!({
            "secret": "a secret that only the other side knows",
            "secure": true,
            "token": { "sub": "42" },
            "cookies": wire(&sessions.encode(&claims("Ada")).unwrap()),
            "csrf": { "cookie": "", "token": "" },
        });
        let answer = ask(scheme, &question).await;
        assert_eq!(answer.read, Value::Null);
        let cookies: Vec<_> = answer.written.iter().map(|cookie| Cookie::new(&cookie.name, &cookie.value)).collect();
        assert!(sessions.decode(&cookies, now()).is_none());
    }
}
