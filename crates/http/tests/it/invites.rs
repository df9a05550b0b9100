//! Invitations: from the mail to the membership, who may make them, and what ends them.

use serde_json::{Value, json};
use upivia_domain::mail::MailKind;

use crate::support::{Call, PASSWORD, Reply, World, token_in};

async fn accept(world: &World, token: &str, body: &Value) -> Reply {
    world.send(Call::post(&format!("/invites/{token}/accept"), body)).await
}

fn newcomer() -> Value {
    json!({ "name": "Grace Hopper", "password": "battery staple" })
}

async fn listed(world: &World) -> Value {
    let call = Call::get(&format!("/orgs/{}/invites", world.acme.id)).bearer(&world.acme.pat);
    world.send(call).await.expect(200)["invites"].clone()
}

async fn withdraw(world: &World, id: &str) -> Reply {
    let path = format!("/api/v1/orgs/{}/invites?id={id}", world.acme.id);
    world.send(Call::new("DELETE", &path).bearer(&world.acme.pat)).await
}

async fn signs_in(world: &World, email: &str, password: &str) -> Reply {
    let csrf = world.send(Call::new("GET", "/api/auth/csrf")).await;
    let cookie = csrf.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let body = json!({ "csrfToken": csrf.body["csrfToken"], "email": email, "password": password });
    world.send(Call::new("POST", "/api/auth/callback/credentials").cookie(&cookie).json(&body)).await
}

fn session(reply: &Reply) -> String {
    let cookies = reply.headers.get_all("set-cookie").map(|value| value.to_str().unwrap());
    cookies
        .filter(|text| !text.contains("Max-Age=0"))
        .map(|text| text.split(';').next().unwrap())
        .collect::<Vec<_>>()
        .join("; ")
}

#[actix_web::test]
async fn somebody_new_follows_the_link_of_the_mail_and_belongs() {
    let world = World::new().await;
    let team = world.acme.team.clone();
    let made = world.invite(&world.acme, json!({ "role": "admin", "team_id": team, "team_role": "manager" })).await;
    assert_eq!((&made["mail"], &made["invite"]["status"]), (&json!("queued"), &json!("pending")));
    assert_eq!(made["invite"]["expires_at"], "2026-01-22T09:00:00.000000Z");
    let mails = world.letters().await;
    assert_eq!((mails.len(), mails[0].kind, mails[0].to.as_str()), (1, MailKind::Invite, "grace@example.com"));
    let text = mails[0].text.as_str();
    assert!(text.contains("ada@acme.example") && text.contains("Acme") && text.contains("admin"), "{text}");
    assert!(text.contains(made["accept_url"].as_str().unwrap()));
    let token = token_in(&mails[0]);
    assert_eq!(made["token"], token.as_str());
    assert!(!listed(&world).await.to_string().contains(&token), "shown once");

    let joined = accept(&world, &token, &newcomer()).await.expect(200);
    assert_eq!((&joined["signed_up"], &joined["role"]), (&json!(true), &json!("admin")));
    assert_eq!((&joined["organization"]["name"], &joined["team_id"]), (&json!("Acme"), &json!(team)));
    let signed_in = signs_in(&world, "grace@example.com", "battery staple").await;
    let cookie = session(&signed_in);
    signed_in.expect(200);
    let whoami = world.send(Call::get("/whoami").cookie(&cookie)).await.expect(200);
    assert_eq!((&whoami["organization"]["id"], &whoami["role"]), (&json!(world.acme.id), &json!("admin")));
    let shown = world.send(Call::new("GET", "/api/auth/session").cookie(&cookie)).await.expect(200);
    assert_eq!(shown["user"]["name"], "Grace Hopper");
    let members = world.send(Call::get(&format!("/teams/{team}/members")).bearer(&world.acme.pat)).await.expect(200);
    assert!(members.to_string().contains(r#""role":"manager""#), "{members}");
    accept(&world, &token, &newcomer()).await.refused(404, "not_found");
    assert_eq!(listed(&world).await, json!([]));
    let kinds: Vec<_> = world.journal().await.into_iter().take(4).map(|event| event.kind).collect();
    assert_eq!(kinds, ["invite.accepted", "team.member_added", "membership.created", "invite.created"]);
    world.verify().await;
}

#[actix_web::test]
async fn somebody_with_an_account_shows_that_it_is_theirs() {
    let world = World::new().await;
    let made = world.invite(&world.other, json!({ "email": "ADA@acme.example" })).await;
    let token = made["token"].as_str().unwrap();
    for other in [newcomer(), json!({}), json!({ "name": "Ada" })] {
        let stranger = accept(&world, token, &other).await;
        assert!(
            stranger.refused(400, "invalid_request").contains("password"),
            "nobody else chooses a password: {other}"
        );
    }
    let joined = accept(&world, token, &json!({ "password": PASSWORD })).await.expect(200);
    assert_eq!((&joined["signed_up"], &joined["user"]["id"]), (&json!(false), &json!(world.acme.user)));
    assert_eq!(joined["organization"]["id"], world.other.id.as_str());
    let listed = world.send(Call::get("/workspaces").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(listed["workspaces"].as_array().unwrap().len(), 2);
    signs_in(&world, "ada@acme.example", PASSWORD).await.expect(200);
    world.verify().await;
}

#[actix_web::test]
async fn a_session_or_a_token_of_the_person_is_proof_and_that_of_others_is_none() {
    for proof in ["session", "token"] {
        let world = World::new().await;
        let made = world.invite(&world.other, json!({ "email": "ada@acme.example" })).await;
        let by = |org: &crate::support::Org| {
            let call = Call::post(&format!("/invites/{}/accept", made["token"].as_str().unwrap()), &json!({}));
            if proof == "session" { call.cookie(&org.session) } else { call.bearer(&org.pat) }
        };
        world.send(by(&world.other)).await.refused(400, "invalid_request");
        assert_eq!(world.send(by(&world.acme)).await.expect(200)["role"], "member");
        world.send(by(&world.acme)).await.refused(404, "not_found");
    }
}

#[actix_web::test]
async fn what_was_withdrawn_replaced_or_has_ended_opens_nothing() {
    let world = World::new().await;
    let first = world.invite(&world.acme, json!({})).await;
    let second = world.invite(&world.acme, json!({ "email": "Grace@Example.com", "role": "admin" })).await;
    assert_eq!(listed(&world).await.as_array().unwrap().len(), 1);
    accept(&world, first["token"].as_str().unwrap(), &newcomer()).await.refused(404, "not_found");
    let id = second["invite"]["id"].as_str().unwrap();
    assert_eq!(withdraw(&world, id).await.expect(200), json!({ "id": id, "withdrawn": true }));
    withdraw(&world, id).await.refused(404, "not_found");
    withdraw(&world, "nonsense").await.refused(404, "not_found");
    withdraw(&world, "").await.refused(400, "invalid_request");
    accept(&world, second["token"].as_str().unwrap(), &newcomer()).await.refused(404, "not_found");
    let third = world.invite(&world.acme, json!({})).await;
    world.clock.advance_seconds(7 * 24 * 60 * 60);
    accept(&world, third["token"].as_str().unwrap(), &newcomer()).await.refused(404, "not_found");
    assert_eq!(listed(&world).await[0]["status"], "expired");
    for token in ["upivia_invite_", "nonsense", &world.acme.pat, "%00"] {
        accept(&world, token, &newcomer()).await.refused(404, "not_found");
    }
    world.verify().await;
}

#[actix_web::test]
async fn what_is_no_invitation_is_refused_by_its_field() {
    let world = World::new().await;
    let path = format!("/orgs/{}/invites", world.acme.id);
    for (body, field) in [
        (json!({}), "email"),
        (json!({ "email": "ada" }), "email"),
        (json!({ "email": "\"a b\"@example.com" }), "email"),
        (json!({ "email": "ada@acme.example" }), "email"),
        (json!({ "email": "g@example.com", "role": "king" }), "role"),
        (json!({ "email": "g@example.com", "team_id": "nonsense" }), "team_id"),
        (json!({ "email": "g@example.com", "team_id": world.other.team }), "team_id"),
        (json!({ "email": "g@example.com", "team_role": "worker" }), "team_role"),
    ] {
        let refused = world.send(Call::post(&path, &body).bearer(&world.acme.pat)).await;
        let message = refused.refused(400, "invalid_request");
        assert!(message.contains(field), "{body}: {message}");
    }
    assert_eq!(listed(&world).await, json!([]));
    let token = world.invite(&world.acme, json!({})).await["token"].as_str().unwrap().to_owned();
    for (body, field) in [
        (json!({ "password": "battery staple" }), "name"),
        (json!({ "name": "Grace" }), "password"),
        (json!({ "name": "Grace", "password": "short" }), "password"),
        (json!({ "name": " ", "password": "battery staple" }), "name"),
    ] {
        let message = accept(&world, &token, &body).await.refused(400, "invalid_request");
        assert!(message.contains(field), "{body}: {message}");
    }
    accept(&world, &token, &newcomer()).await.expect(200);
}

/// Somebody who is known elsewhere is invited with the same answer as somebody who is not.
#[actix_web::test]
async fn inviting_tells_nobody_who_has_an_account() {
    let world = World::new().await;
    let shape = |made: &Value| {
        let mut keys: Vec<_> = made.as_object().unwrap().keys().cloned().collect();
        keys.extend(made["invite"].as_object().unwrap().keys().cloned());
        (keys, made["mail"].clone(), made["invite"]["status"].clone())
    };
    let known = world.invite(&world.acme, json!({ "email": "bob@other.example" })).await;
    let unknown = world.invite(&world.acme, json!({ "email": "nobody@other.example" })).await;
    assert_eq!(shape(&known), shape(&unknown));
}

#[actix_web::test]
async fn nobody_invites_above_their_own_role() {
    let world = World::new().await;
    let made = world.invite(&world.acme, json!({ "role": "admin" })).await;
    accept(&world, made["token"].as_str().unwrap(), &newcomer()).await.expect(200);
    let cookie = session(&signs_in(&world, "grace@example.com", "battery staple").await);
    let path = format!("/orgs/{}/invites", world.acme.id);
    let by_admin = |role: &str| {
        let body = json!({ "email": "linus@example.com", "role": role });
        world.send(Call::post(&path, &body).cookie(&cookie))
    };
    assert!(by_admin("owner").await.refused(403, "forbidden").contains("above"));
    for role in ["admin", "member"] {
        by_admin(role).await.expect(201);
    }
    let owner = world.invite(&world.acme, json!({ "email": "second@example.com", "role": "owner" })).await;
    assert_eq!(owner["invite"]["role"], "owner");
}

#[actix_web::test]
async fn without_a_mail_server_the_link_is_for_whoever_invites() {
    let world = World::without_mail().await;
    let made = world.invite(&world.acme, json!({})).await;
    assert_eq!(made["mail"], "not_configured");
    let url = made["accept_url"].as_str().unwrap();
    assert_eq!(url, format!("http://upivia.test/api/v1/invites/accept#{}", made["token"].as_str().unwrap()));
    assert_eq!(world.letters().await, []);
    accept(&world, made["token"].as_str().unwrap(), &newcomer()).await.expect(200);
}

#[actix_web::test]
async fn a_mailbox_is_not_filled_and_a_token_not_tried_for_ever() {
    let world = World::new().await;
    for _ in 0..10 {
        world.invite(&world.acme, json!({})).await;
    }
    let again = json!({ "email": "grace@example.com" });
    let path = format!("/orgs/{}/invites", world.acme.id);
    world.send(Call::post(&path, &again).bearer(&world.acme.pat)).await.refused(429, "rate_limited");
    let token =
        world.invite(&world.acme, json!({ "email": "linus@example.com" })).await["token"].as_str().unwrap().to_owned();
    for _ in 0..10 {
        accept(&world, &token, &json!({})).await.refused(400, "invalid_request");
    }
    accept(&world, &token, &newcomer()).await.refused(429, "rate_limited");
    world.clock.advance_seconds(300);
    accept(&world, &token, &newcomer()).await.expect(200);
}

#[actix_web::test]
async fn the_link_leads_to_a_page() {
    let world = World::new().await;
    for path in ["/invites/accept", "/auth/password/reset"] {
        let page = world.send(Call::get(path)).await;
        let policy = page.header("content-security-policy").unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"), "{policy}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        let html = page.expect(200).as_str().unwrap().to_owned();
        assert!(html.contains("<form") && !html.contains("{{"), "{html}");
        assert!(!html.contains("http"), "nothing comes from elsewhere");
    }
}
