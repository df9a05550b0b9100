//! People: signing in as browsers do, sessions, personal tokens and workspaces.

use serde_json::{Value, json};

use crate::support::{Call, Jar, PASSWORD, Reply, World};

const SESSION: &str = "next-auth.session-token";

async fn visit(world: &World, jar: &mut Jar, method: &str, path: &str, body: Option<Value>) -> Reply {
    let call = Call::new(method, &format!("/api/auth{path}")).header("host", "upivia.test").cookie(&jar.header());
    let reply = world.send(if let Some(body) = body { call.json(&body) } else { call }).await;
    jar.take(&reply);
    reply
}

async fn csrf(world: &World, jar: &mut Jar) -> String {
    visit(world, jar, "GET", "/csrf", None).await.expect(200)["csrfToken"].as_str().unwrap().to_owned()
}

async fn attempt(world: &World, jar: &mut Jar, email: &str, password: &str) -> Reply {
    let token = csrf(world, jar).await;
    let body = json!({ "csrfToken": token, "email": email, "password": password, "callbackUrl": "/agents" });
    visit(world, jar, "POST", "/callback/credentials", Some(body)).await
}

async fn whoami(world: &World, jar: &Jar) -> Reply {
    world.send(Call::get("/whoami").cookie(&jar.header())).await
}

#[actix_web::test]
async fn a_person_signs_in_looks_and_signs_out() {
    let (world, mut jar) = (World::new().await, Jar::default());
    let providers = visit(&world, &mut jar, "GET", "/providers", None).await.expect(200);
    assert_eq!(providers["credentials"]["callbackUrl"], "http://upivia.test/api/auth/callback/credentials");
    assert_eq!(visit(&world, &mut jar, "GET", "/session", None).await.expect(200), json!({}));

    let went = attempt(&world, &mut jar, " ADA@acme.example", PASSWORD).await;
    assert_eq!(went.header("cache-control"), Some("private, no-cache, no-store"));
    assert_eq!(went.expect(200)["url"], "http://upivia.test/agents");
    assert!(jar.has(SESSION));
    assert_eq!(whoami(&world, &jar).await.expect(200)["email"], "ada@acme.example");
    let session = visit(&world, &mut jar, "GET", "/session", None).await.expect(200);
    assert_eq!(session["user"]["email"], "ada@acme.example");
    assert_eq!(session["expires"], "2026-01-22T09:00:00.000000Z");

    let token = csrf(&world, &mut jar).await;
    let left = visit(&world, &mut jar, "POST", "/signout", Some(json!({ "csrfToken": token }))).await;
    assert_eq!(left.expect(200)["url"], "http://upivia.test");
    assert!(!jar.has(SESSION));
    whoami(&world, &jar).await.refused(401, "unauthorized");
}

#[actix_web::test]
async fn a_plain_form_is_redirected() {
    let (world, mut jar) = (World::new().await, Jar::default());
    let token = csrf(&world, &mut jar).await;
    for (password, url) in [
        ("wrong", "http://upivia.test/api/auth/error?error=CredentialsSignin&provider=credentials"),
        ("correct+horse", "http://upivia.test"),
    ] {
        let form = format!(
            "csrfToken={token}&email=ada%40acme.example&password={password}&callbackUrl=https%3A%2F%2Fevil.test"
        );
        let call = Call::new("POST", "/api/auth/callback/credentials").cookie(&jar.header()).bytes(form);
        let reply = world.send(call.header("content-type", "application/x-www-form-urlencoded")).await;
        assert_eq!((reply.status, reply.header("location")), (302, Some(url)));
    }
}

#[actix_web::test]
async fn nobody_learns_who_has_an_account() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for (email, password) in [("ada@acme.example", "wrong"), ("nobody@acme.example", PASSWORD), ("no address", "x")] {
        let mut jar = Jar::default();
        let reply = attempt(&world, &mut jar, email, password).await;
        assert!(!jar.has(SESSION));
        answers.push((reply.status, reply.body));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers[0].1["url"].as_str().unwrap().contains("error=CredentialsSignin"));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[actix_web::test]
async fn guessing_is_slowed_down_for_accounts_that_exist_or_not() {
    let world = World::new().await;
    for email in ["ada@acme.example", "nobody@acme.example"] {
        let mut jar = Jar::default();
        for _ in 0..10 {
            attempt(&world, &mut jar, email, "wrong").await.expect(401);
        }
        let refused = attempt(&world, &mut jar, email, PASSWORD).await;
        assert_eq!(refused.header("retry-after"), Some("300"));
        refused.refused(429, "rate_limited");
    }
    attempt(&world, &mut Jar::default(), "bob@other.example", PASSWORD).await.expect(200);
    world.clock.advance_seconds(300);
    attempt(&world, &mut Jar::default(), "ada@acme.example", PASSWORD).await.expect(200);
}

#[actix_web::test]
async fn a_form_of_another_site_signs_nobody_in_or_out() {
    let (world, mut jar) = (World::new().await, Jar::default());
    let token = csrf(&world, &mut jar).await;
    let body = json!({ "csrfToken": token, "email": "ada@acme.example", "password": PASSWORD });
    for path in ["/callback/credentials", "/signout"] {
        let without = visit(&world, &mut Jar::default(), "POST", path, Some(body.clone())).await;
        assert!(without.expect(403)["url"].as_str().unwrap().contains("MissingCSRF"));
        let elsewhere = Call::new("POST", &format!("/api/auth{path}")).cookie(&jar.header()).json(&body);
        world.send(elsewhere.header("origin", "http://evil.test")).await.expect(403);
    }
}

#[actix_web::test]
async fn changes_by_cookie_come_from_pages_of_this_server() {
    let world = World::new().await;
    let body = json!({ "name": "Scout" });
    let send = |headers: &[(&str, &str)]| {
        let call = Call::post("/agents", &body).cookie(&world.acme.session);
        world.send(headers.iter().fold(call, |call, (name, value)| call.header(name, value)))
    };
    for ours in [
        &[][..],
        &[("origin", "http://upivia.test")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://upivia.test")],
    ] {
        send(ours).await.expect(201);
    }
    for theirs in [
        &[("origin", "http://evil.test")][..],
        &[("origin", "null")],
        &[("origin", "https://upivia.test")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("x-csrf-token", "guessed")],
    ] {
        send(theirs).await.refused(403, "forbidden");
    }
    // A token comes with no request by itself: it needs no such proof.
    let by_token = Call::post("/agents", &body).bearer(&world.acme.pat).header("origin", "http://evil.test");
    world.send(by_token).await.expect(201);
    let mut jar = Jar::default();
    let token = csrf(&world, &mut jar).await;
    let call = Call::post("/agents", &body).cookie(&format!("{}; {}", world.acme.session, jar.header()));
    world.send(call.header("sec-fetch-site", "same-site").header("x-csrf-token", &token)).await.expect(201);
}

#[actix_web::test]
async fn a_token_that_opens_nothing_leaves_room_for_a_session() {
    let world = World::new().await;
    let both = |token: &str| Call::get("/whoami").bearer(token).cookie(&world.acme.session);
    assert_eq!(world.send(both("upivia_pat_live_gone")).await.expect(200)["email"], "ada@acme.example");
    assert_eq!(world.send(both(&world.other.pat)).await.expect(200)["email"], "bob@other.example", "the token first");
}

#[actix_web::test]
async fn a_session_ends_by_itself() {
    let world = World::new().await;
    const DAY: i64 = 24 * 60 * 60;
    let mut jar = Jar::default();
    attempt(&world, &mut jar, "ada@acme.example", PASSWORD).await.expect(200);
    world.clock.advance_seconds(7 * DAY + 60);
    whoami(&world, &jar).await.refused(401, "unauthorized");

    attempt(&world, &mut jar, "ada@acme.example", PASSWORD).await.expect(200);
    for _ in 0..5 {
        world.clock.advance_seconds(6 * DAY - 60);
        visit(&world, &mut jar, "GET", "/session", None).await.expect(200);
        whoami(&world, &jar).await.expect(200);
    }
    world.clock.advance_seconds(DAY);
    whoami(&world, &jar).await.refused(401, "unauthorized");
}

#[actix_web::test]
async fn all_sessions_end_at_once_and_tokens_stay() {
    let world = World::new().await;
    let (mut laptop, mut phone) = (Jar::default(), Jar::default());
    for jar in [&mut laptop, &mut phone] {
        attempt(&world, jar, "ada@acme.example", PASSWORD).await.expect(200);
    }
    let everywhere = Call::post("/me/sign-out-everywhere", &json!({})).cookie(&laptop.header());
    let ended = world.send(everywhere).await;
    ended.headers.get("set-cookie").expect("the cookie is cleared");
    ended.expect(200);
    for jar in [&laptop, &phone] {
        whoami(&world, jar).await.refused(401, "unauthorized");
    }
    assert_eq!(visit(&world, &mut phone, "GET", "/session", None).await.expect(200), json!({}));
    world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    world.send(Call::get("/whoami").cookie(&world.other.session)).await.expect(200);
    attempt(&world, &mut phone, "ada@acme.example", PASSWORD).await.expect(200);
    whoami(&world, &phone).await.expect(200);
    world.verify().await;
}

#[actix_web::test]
async fn a_password_is_changed_by_who_knows_it() {
    let world = World::new().await;
    let (mut here, mut elsewhere) = (Jar::default(), Jar::default());
    for jar in [&mut here, &mut elsewhere] {
        attempt(&world, jar, "ada@acme.example", PASSWORD).await.expect(200);
    }
    for (body, field) in [
        (json!({ "new_password": "battery staple" }), "current_password"),
        (json!({ "current_password": PASSWORD, "new_password": "short" }), "new_password"),
        (json!({ "current_password": "wrong", "new_password": "battery staple" }), "current_password"),
    ] {
        let refused = world.send(Call::post("/me/password", &body).cookie(&here.header())).await;
        let message = refused.refused(400, "invalid_request");
        assert!(message.contains(field) && !message.contains("battery"), "{message}");
    }
    whoami(&world, &elsewhere).await.expect(200);
    let change = json!({ "current_password": PASSWORD, "new_password": "battery staple" });
    let changed = world.send(Call::post("/me/password", &change).cookie(&here.header())).await;
    here.take(&changed);
    changed.expect(200);
    whoami(&world, &here).await.expect(200);
    whoami(&world, &elsewhere).await.refused(401, "unauthorized");
    attempt(&world, &mut elsewhere, "ada@acme.example", PASSWORD).await.expect(401);
    attempt(&world, &mut elsewhere, "ada@acme.example", "battery staple").await.expect(200);
}

async fn mint(world: &World, body: &Value) -> Reply {
    world.send(Call::post("/personal-tokens", body).cookie(&world.acme.session)).await
}

async fn tokens(world: &World) -> Value {
    let listed = Call::get("/personal-tokens").cookie(&world.acme.session);
    world.send(listed).await.expect(200)["personal_tokens"].clone()
}

#[actix_web::test]
async fn a_token_lives_from_its_making_to_its_removal() {
    let world = World::new().await;
    let made = mint(&world, &json!({ "name": "CI", "expires_at": "2026-01-16T09:00:00Z" })).await.expect(201);
    let secret = made["token"].as_str().unwrap();
    assert!(secret.starts_with("upivia_pat_live_"));
    let id = made["personal_token"]["id"].as_str().unwrap();
    let listed = tokens(&world).await;
    assert_eq!((listed[1]["name"].as_str(), &listed[1]["enabled"]), (Some("CI"), &json!(true)));
    assert!(!listed.to_string().contains(secret), "shown once");

    let opens = || world.send(Call::get("/whoami").bearer(secret));
    let change =
        |body: Value| world.send(Call::patch(&format!("/personal-tokens/{id}"), &body).cookie(&world.acme.session));
    opens().await.expect(200);
    assert_eq!(change(json!({ "enabled": false })).await.expect(200)["enabled"], false);
    opens().await.refused(401, "unauthorized");
    assert_eq!(change(json!({ "enabled": true, "name": "Build" })).await.expect(200)["name"], "Build");
    opens().await.expect(200);
    change(json!({})).await.refused(400, "invalid_request");
    world.clock.advance_seconds(24 * 60 * 60);
    opens().await.refused(401, "unauthorized");
    let removal =
        || world.send(Call::new("DELETE", &format!("/api/v1/personal-tokens/{id}")).cookie(&world.acme.session));
    assert_eq!(removal().await.expect(200)["removed"], true);
    removal().await.refused(404, "not_found");
    assert_eq!(tokens(&world).await.as_array().unwrap().len(), 1);
    world.verify().await;
}

#[actix_web::test]
async fn what_is_no_token_is_not_made() {
    let world = World::new().await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({ "name": " " }), "name"),
        (json!({ "name": "CI", "expires_at": "soon" }), "expires_at"),
        (json!({ "name": "CI", "expires_at": "2026-01-15T09:00:00Z" }), "expires_at"),
    ] {
        let message = mint(&world, &body).await.refused(400, "invalid_request");
        assert!(message.contains(field), "{message}");
    }
    for _ in 0..49 {
        mint(&world, &json!({ "name": "CI" })).await.expect(201);
    }
    mint(&world, &json!({ "name": "CI" })).await.refused(409, "limit_reached");
    // The key of an agent is no token of a person, also for the owner of both.
    let by_token = Call::post("/personal-tokens", &json!({ "name": "CI" })).bearer(&world.acme.pat);
    world.send(by_token).await.refused(403, "forbidden");
}

async fn workspaces(world: &World, call: Call) -> Vec<String> {
    let listed = world.send(call).await.expect(200);
    let ids = listed["workspaces"].as_array().unwrap().iter();
    ids.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_workspace_is_made_and_a_token_goes_there() {
    let world = World::new().await;
    let by_token = || Call::get("/workspaces").bearer(&world.acme.pat);
    let before = workspaces(&world, by_token()).await;
    assert_eq!(before[0], world.acme.id);
    let made = world.workspace(&world.acme).await;
    assert_eq!(workspaces(&world, by_token()).await, [before, vec![made.clone()]].concat());

    let go = |to: &str| world.send(Call::post("/workspaces/switch", &json!({ "orgId": to })).bearer(&world.acme.pat));
    assert_eq!(go(&made).await.expect(200)["workspace"]["id"], made.as_str());
    let there = world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!((&there["organization"]["id"], &there["role"]), (&json!(made), &json!("owner")));
    let balance = world.send(Call::get("/balance?mode=live").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(balance["amount_cents"], 0);
    let agents = world.send(Call::get("/agents").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(agents["agents"].as_array().unwrap().len(), 1);
    assert_eq!(agents["agents"][0]["name"], "Yupi");
    for nowhere in [&world.other.id, "org_0000000000000000000000", "elsewhere"] {
        go(nowhere).await.refused(404, "not_found");
    }
    let back = Call::post("/workspaces/switch", &json!({ "workspace_id": world.acme.id })).bearer(&world.acme.pat);
    world.send(back).await.expect(200);
    let home = world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(home["organization"]["id"], world.acme.id.as_str());
    world.verify().await;
}

#[actix_web::test]
async fn a_session_acts_where_its_cookie_says_or_reads_at_home() {
    let world = World::new().await;
    let made = world.workspace(&world.acme).await;
    let session = &world.acme.session;
    let go = Call::post("/workspaces/switch", &json!({ "workspace_id": made })).cookie(session);
    let went = world.send(go).await;
    let cookie = went.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(cookie, format!("upivia-workspace={made}"));
    let at =
        |workspace: &str| world.send(Call::get("/whoami").cookie(&format!("{session}; upivia-workspace={workspace}")));
    assert_eq!(at(&made).await.expect(200)["organization"]["id"], made.as_str());
    assert_eq!(at("").await.expect(200)["organization"]["id"], world.acme.id.as_str());
    for elsewhere in [&*world.other.id, "nonsense"] {
        assert_eq!(at(elsewhere).await.expect(200)["organization"]["id"], world.acme.id.as_str());
        let cookie = format!("{session}; upivia-workspace={elsewhere}");
        let change = Call::post("/teams", &json!({ "name": "North" })).cookie(&cookie);
        world.send(change).await.refused(403, "forbidden");
    }
    world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
}
