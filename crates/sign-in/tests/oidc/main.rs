//! The whole code flow against a published OpenID provider on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "../support/entropy.rs"]
mod entropy;
#[path = "../support/node.rs"]
mod node;

mod browser;
mod server;

use entropy::SystemEntropy;
use upivia_domain::{
    Secret, Timestamp,
    identity::{AuthorizationReply, ProvenIdentity, SignInAttempt},
    ports::{IdentityFault, IdentityProvider},
};
use upivia_sign_in::oidc::{OidcProvider, OidcSettings};

use server::{Server, Tells};

fn provider(server: &Server, client_id: &str, secret: Option<&str>) -> OidcProvider {
    let settings = OidcSettings {
        issuer: server.issuer.clone(),
        client_id: client_id.to_owned(),
        client_secret: secret.map(|secret| Secret::new(secret.to_owned())),
        redirect_url: "http://127.0.0.1:9/back".to_owned(),
    };
    OidcProvider::new(settings).unwrap()
}

fn basic(server: &Server) -> OidcProvider {
    provider(server, "basic", Some("a secret & more"))
}

#[expect(clippy::disallowed_methods, reason = "the provider asks the machine's clock, too")]
fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap())
}

/// Somebody goes to the provider and comes back.
async fn come_back(provider: &OidcProvider, login: &str) -> (SignInAttempt, AuthorizationReply) {
    let attempt = SignInAttempt::begin(&SystemEntropy);
    let url = provider.authorization_url(&attempt).await.unwrap();
    for secret in [&attempt.pkce_verifier, &Secret::new("a+secret".to_owned())] {
        assert!(!url.contains(secret.expose()), "a secret in {url}");
    }
    let reply = browser::sign_in(&url, login).await;
    (attempt, reply)
}

async fn sign_in(provider: &OidcProvider, login: &str) -> Result<ProvenIdentity, IdentityFault> {
    let (attempt, reply) = come_back(provider, login).await;
    provider.exchange(&reply, &attempt, now()).await
}

fn is_refused(ended: Result<ProvenIdentity, IdentityFault>, why: &str) {
    assert!(matches!(&ended, Err(IdentityFault::Refused(text)) if text.contains(why)), "{ended:?}, not {why}");
}

#[tokio::test]
async fn people_are_identified() {
    for tells in [Tells::InToken, Tells::WhenAsked] {
        let server = Server::start(tells).await;
        for provider in [basic(&server), provider(&server, "public", None)] {
            let identity = sign_in(&provider, "ada").await.unwrap();
            let expected = ProvenIdentity {
                issuer: server.issuer.clone(),
                subject: "ada".to_owned(),
                email: "ada@example.com".parse().ok(),
                name: Some("ada of the tests".to_owned()),
            };
            assert_eq!(identity, expected);
        }
        let unverified = sign_in(&basic(&server), "unverified").await.unwrap();
        assert_eq!((&*unverified.subject, unverified.email), ("unverified", None));
    }
}

#[tokio::test]
async fn a_reply_counts_for_its_own_attempt_once_and_now() {
    let server = Server::start(Tells::InToken).await;
    let provider = basic(&server);
    let other = SignInAttempt::begin(&SystemEntropy);

    let (attempt, reply) = come_back(&provider, "ada").await;
    assert_eq!(reply.issuer.as_ref(), Some(&server.issuer));
    is_refused(provider.exchange(&reply, &other, now()).await, "state");
    let elsewhere = AuthorizationReply { issuer: Some("https://evil.example".to_owned()), ..reply.clone() };
    is_refused(provider.exchange(&elsewhere, &attempt, now()).await, "another issuer");
    let no_code = AuthorizationReply { code: Secret::new(String::new()), ..reply.clone() };
    is_refused(provider.exchange(&no_code, &attempt, now()).await, "no code");
    assert!(provider.exchange(&reply, &attempt, now()).await.is_ok(), "what was refused before did not use the code");
    is_refused(provider.exchange(&reply, &attempt, now()).await, "code");

    let (attempt, reply) = come_back(&provider, "ada").await;
    let stolen = SignInAttempt { pkce_verifier: other.pkce_verifier.clone(), ..attempt };
    is_refused(provider.exchange(&reply, &stolen, now()).await, "code");

    let (attempt, reply) = come_back(&provider, "ada").await;
    let replayed = SignInAttempt { nonce: other.nonce, ..attempt };
    is_refused(provider.exchange(&reply, &replayed, now()).await, "nonce");

    for (hours, why) in [(3, "xpired"), (-3, "future")] {
        let (attempt, reply) = come_back(&provider, "ada").await;
        is_refused(provider.exchange(&reply, &attempt, now().plus_seconds(hours * 3_600)).await, why);
    }
}

#[tokio::test]
async fn only_signatures_that_nobody_else_can_make_count() {
    let mut server = Server::start(Tells::InToken).await;
    let mac = provider(&server, "mac", Some("a secret of 32 bytes or more: yes"));
    is_refused(sign_in(&mac, "ada").await, "HS256");

    let provider = basic(&server);
    assert!(sign_in(&provider, "ada").await.is_ok());
    server.take_new_keys().await;
    // Keys were asked for a moment ago; somebody who begins anew asks for them.
    is_refused(sign_in(&provider, "ada").await, "unknown key");
    assert!(sign_in(&basic(&server), "ada").await.is_ok());
}

#[tokio::test]
async fn a_provider_that_refuses_us_or_is_down_says_nothing_about_the_person() {
    let server = Server::start(Tells::InToken).await;
    let stranger = provider(&server, "basic", Some("a wrong secret"));
    let ended = sign_in(&stranger, "ada").await;
    assert!(matches!(&ended, Err(IdentityFault::Unavailable(text)) if text.contains("invalid_client")), "{ended:?}");

    let lost = basic(&server);
    let (attempt, reply) = come_back(&lost, "ada").await;
    let unasked = basic(&server);
    server.stop().await;
    assert!(matches!(lost.exchange(&reply, &attempt, now()).await, Err(IdentityFault::Unavailable(_))));
    assert!(matches!(unasked.authorization_url(&attempt).await, Err(IdentityFault::Unavailable(_))));
}
