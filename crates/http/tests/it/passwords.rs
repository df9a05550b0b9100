//! Forgotten passwords: the mail, the new password, and that nobody learns who has an account.

use serde_json::{Value, json};
use upivia_domain::mail::MailKind;

use crate::support::{Call, PASSWORD, Reply, World};

const ADA: &str = "ada@acme.example";

async fn forgot(world: &World, email: &str) -> Reply {
    world.send(Call::post("/auth/password/forgot", &json!({ "email": email }))).await
}

async fn reset(world: &World, token: &str, password: &str) -> Reply {
    world.send(Call::post("/auth/password/reset", &json!({ "token": token, "password": password }))).await
}

async fn sign_in(world: &World, password: &str) -> u16 {
    let csrf = world.send(Call::new("GET", "/api/auth/csrf")).await;
    let cookie = csrf.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let body = json!({ "csrfToken": csrf.body["csrfToken"], "email": ADA, "password": password });
    world.send(Call::new("POST", "/api/auth/callback/credentials").cookie(&cookie).json(&body)).await.status
}

/// Gives what goes on behind an answer the time to end.
async fn a_moment() {
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
}

#[actix_web::test]
async fn a_link_sets_a_password_once_and_signs_out_everywhere() {
    let world = World::new().await;
    let by_session = || world.send(Call::get("/whoami").cookie(&world.acme.session));
    by_session().await.expect(200);
    let token = world.reset_token(&world.acme).await;
    for unfit in ["short", &"x".repeat(257)] {
        assert!(reset(&world, &token, unfit).await.refused(400, "invalid_request").contains("password"));
    }
    assert_eq!(reset(&world, &token, "battery staple").await.expect(200), json!({ "ok": true }));
    by_session().await.refused(401, "unauthorized");
    assert_eq!([sign_in(&world, PASSWORD).await, sign_in(&world, "battery staple").await], [401, 200]);
    world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    let mails = world.letters().await;
    assert_eq!((mails.len(), mails[0].kind, mails[0].to.as_str()), (1, MailKind::PasswordChanged, ADA));
    assert!(!mails[0].text.as_str().contains("battery") && !mails[0].text.as_str().contains(&token));
    let used = reset(&world, &token, "another one").await;
    assert!(used.refused(400, "invalid_request").contains("token"));
    assert_eq!(sign_in(&world, "battery staple").await, 200);
    let kinds: Vec<_> = world.events().await.into_iter().map(|event| event.kind).collect();
    let count = |kind: &str| kinds.iter().filter(|one| *one == kind).count();
    // Both owners were given a password at the beginning.
    assert_eq!((count("user.password_reset_requested"), count("user.password_changed")), (1, 3));
    world.verify().await;
}

/// Of many who use one link at once, one sets a password.
#[actix_web::test]
async fn a_link_is_used_once_also_at_once() {
    let world = World::new().await;
    let token = world.reset_token(&world.acme).await;
    let passwords: Vec<String> = (0..8).map(|number| format!("battery staple {number}")).collect();
    let all = passwords.iter().map(|password| reset(&world, &token, password));
    let done = futures::future::join_all(all).await.into_iter().filter(|reply| reply.status == 200).count();
    assert_eq!(done, 1);
    let mut right = 0;
    for password in &passwords {
        right += u32::from(sign_in(&world, password).await == 200);
    }
    assert_eq!(right, 1);
}

#[actix_web::test]
async fn a_link_ends_after_an_hour_and_with_every_other_change_of_the_password() {
    let world = World::new().await;
    let first = world.reset_token(&world.acme).await;
    world.clock.advance_seconds(3_600);
    reset(&world, &first, "battery staple").await.refused(400, "invalid_request");
    let second = world.reset_token(&world.acme).await;
    let change = json!({ "current_password": PASSWORD, "new_password": "battery staple" });
    world.send(Call::post("/me/password", &change).cookie(&world.acme.session)).await.expect(200);
    reset(&world, &second, "another one").await.refused(400, "invalid_request");
    for token in ["", "upivia_reset_", "nonsense", &world.acme.pat] {
        reset(&world, token, "another one").await.refused(400, "invalid_request");
    }
    assert_eq!(sign_in(&world, "battery staple").await, 200);
}

#[actix_web::test]
async fn nobody_learns_who_has_an_account_and_no_mailbox_is_filled() {
    let world = World::new().await;
    let answers: Vec<Value> = [forgot(&world, ADA).await, forgot(&world, "nobody@acme.example").await]
        .into_iter()
        .map(|reply| reply.expect(202))
        .collect();
    assert_eq!(answers[0], answers[1]);
    a_moment().await;
    assert_eq!(world.letters().await.len(), 1);
    forgot(&world, ADA).await.expect(202);
    a_moment().await;
    assert_eq!(world.letters().await.len(), 0, "a moment ago one was sent");
    world.clock.advance_seconds(120);
    forgot(&world, " ADA@acme.example").await.expect(202);
    a_moment().await;
    assert_eq!(world.letters().await.len(), 1);
    for _ in 0..10 {
        forgot(&world, "nobody@acme.example").await;
    }
    forgot(&world, "nobody@acme.example").await.refused(429, "rate_limited");
    for wrong in [json!({}), json!({ "email": "ada" }), json!({ "email": 7 })] {
        let refused = world.send(Call::post("/auth/password/forgot", &wrong)).await;
        assert!(refused.refused(400, "invalid_request").contains("email"));
    }
}

#[actix_web::test]
async fn without_a_mail_server_nothing_is_issued() {
    let world = World::without_mail().await;
    let before = world.events().await.len();
    for email in [ADA, "nobody@acme.example"] {
        assert_eq!(forgot(&world, email).await.expect(202), json!({ "mail": "not_configured" }));
    }
    a_moment().await;
    assert_eq!(world.events().await.len(), before);
}
