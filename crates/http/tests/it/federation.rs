//! Signing in at a provider of identity, as a browser does it: there by a form, back by a redirect, and a cookie between.

use serde_json::json;
use upivia_domain::{
    OrgId,
    identity::SignIn,
    ports::{StoreError, transact},
};

use crate::support::{Call, Jar, Reply, World};

const SESSION: &str = "next-auth.session-token";
const ATTEMPT: &str = "upivia-sign-in";

impl Jar {
    async fn get(&mut self, world: &World, path: &str) -> Reply {
        let reply = world.send(Call::new("GET", &format!("/api/auth{path}")).cookie(&self.header())).await;
        self.take(&reply);
        reply
    }

    /// Leaves for the provider; the state that it is sent with.
    async fn leave(&mut self, world: &World) -> String {
        let token = self.get(world, "/csrf").await.expect(200)["csrfToken"].as_str().unwrap().to_owned();
        let form = json!({ "csrfToken": token, "callbackUrl": "/agents?x=1" });
        let call = Call::new("POST", "/api/auth/signin/oidc").cookie(&self.header()).json(&form);
        let reply = world.send(call).await;
        self.take(&reply);
        assert!(self.has(ATTEMPT));
        let url = reply.expect(200)["url"].as_str().unwrap().to_owned();
        let state = url.strip_prefix("https://friend.test/authorize?state=").unwrap().to_owned();
        assert!(!self.header().contains(&state), "the cookie is encrypted");
        state
    }

    /// Comes back; where it is sent then.
    async fn come(&mut self, world: &World, query: &str) -> String {
        let reply = self.get(world, &format!("/callback/oidc?{query}")).await;
        assert_eq!(reply.header("cache-control"), Some("private, no-cache, no-store"));
        assert_eq!((reply.status, self.has(ATTEMPT)), (302, false), "whatever happened, the attempt is over");
        reply.header("location").unwrap().to_owned()
    }
}

fn error(code: &str) -> String {
    format!("http://upivia.test/api/auth/error?error={code}&provider=oidc")
}

#[actix_web::test]
async fn a_person_of_the_provider_signs_in() {
    let (world, mut jar) = (World::new().await, Jar::default());
    let providers = jar.get(&world, "/providers").await.expect(200);
    let expected = json!({
        "id": "oidc", "name": "Friend", "type": "oidc",
        "signinUrl": "http://upivia.test/api/auth/signin/oidc",
        "callbackUrl": "http://upivia.test/api/auth/callback/oidc",
    });
    assert_eq!(providers["oidc"], expected);
    let state = jar.leave(&world).await;
    assert_eq!(
        jar.come(&world, &format!("code=1%3Dada@acme.example&state={state}")).await,
        "http://upivia.test/agents?x=1"
    );
    assert!(jar.has(SESSION));
    let who = world.send(Call::get("/whoami").cookie(&jar.header())).await.expect(200);
    assert_eq!(who["email"], "ada@acme.example");
    let left = world.events().await.into_iter().filter(|event| event.kind == "user.identity_linked").count();
    assert_eq!(left, 1);
    world.verify().await;
}

#[actix_web::test]
async fn another_browser_another_state_a_used_and_a_late_attempt_open_nothing() {
    let (world, mut jar) = (World::new().await, Jar::default());
    let state = jar.leave(&world).await;
    let query = format!("code=1%3Dada@acme.example&state={state}");
    let events = world.events().await.len();
    assert_eq!(Jar::default().come(&world, &query).await, error("OAuthCallback"), "another browser");
    let mut forged = jar.clone();
    assert_eq!(forged.come(&world, "code=1%3Dada@acme.example&state=x").await, error("OAuthCallback"), "another state");
    assert!(!forged.has(SESSION));
    assert_eq!(world.events().await.len(), events);

    let mut copied = jar.clone();
    jar.come(&world, &query).await;
    assert!(jar.has(SESSION));
    assert_eq!(copied.come(&world, &query).await, error("OAuthCallback"), "a copy of the cookie, with the same code");
    assert!(!copied.has(SESSION));
    assert_eq!(jar.come(&world, &query).await, error("OAuthCallback"), "the same browser again");

    let state = copied.leave(&world).await;
    world.clock.advance_seconds(10 * 60);
    let late = copied.come(&world, &format!("code=late%3Dada@acme.example&state={state}")).await;
    assert_eq!(late, error("OAuthCallback"));
    assert!(!copied.has(SESSION));
}

#[actix_web::test]
async fn who_may_not_come_in_is_told_so() {
    let world = World::new().await;
    let mut jar = Jar::default();
    for (answer, code) in [
        ("code=5%3Deve@acme.example", "AccessDenied"),
        ("code=6%3Dunverified", "AccessDenied"),
        ("error=access_denied", "AccessDenied"),
        ("error=server_error", "OAuthCallback"),
        ("code=down", "OAuthCallback"),
        ("", "OAuthCallback"),
    ] {
        let state = jar.leave(&world).await;
        assert_eq!(jar.come(&world, &format!("{answer}&state={state}")).await, error(code), "{answer}");
        assert!(!jar.has(SESSION), "{answer}");
        let page = jar.get(&world, &format!("/error?error={code}")).await;
        page.refused(403, "forbidden");
    }
    let state = jar.leave(&world).await;
    jar.come(&world, &format!("code=1%3Dada@acme.example&state={state}")).await;
    let state = jar.leave(&world).await;
    let heir = jar.come(&world, &format!("code=2%3Dada@acme.example&state={state}")).await;
    assert_eq!(heir, error("OAuthAccountNotLinked"));
    world.verify().await;
}

#[actix_web::test]
async fn nobody_is_sent_away_by_a_page_of_somebody_else() {
    let (world, mut jar) = (World::new().await, Jar::default());
    let token = jar.get(&world, "/csrf").await.expect(200)["csrfToken"].as_str().unwrap().to_owned();
    let leave = |body: serde_json::Value| Call::new("POST", "/api/auth/signin/oidc").json(&body);
    let forged = [
        leave(json!({})).cookie(&jar.header()),
        leave(json!({ "csrfToken": token })),
        leave(json!({ "csrfToken": token })).cookie(&jar.header()).header("origin", "https://evil.test"),
    ];
    for call in forged {
        let reply = world.send(call).await;
        assert!(reply.headers.get("set-cookie").is_none());
        assert_eq!(reply.status, 403, "{}", reply.body);
    }
    let form = json!({ "csrfToken": token, "callbackUrl": "https://evil.test/" });
    let reply = world.send(leave(form).cookie(&jar.header())).await;
    jar.take(&reply);
    let url = reply.expect(200)["url"].as_str().unwrap().to_owned();
    let state = url.rsplit('=').next().unwrap();
    let landed = jar.come(&world, &format!("code=1%3Dada@acme.example&state={state}")).await;
    assert_eq!(landed, "http://upivia.test", "never elsewhere");
}

#[actix_web::test]
async fn a_way_that_is_not_there_is_not_found() {
    let (world, mut jar) = (World::new().await, Jar::default());
    jar.get(&world, "/callback/github?code=x&state=y").await.refused(404, "not_found");
    let token = jar.get(&world, "/csrf").await.expect(200)["csrfToken"].as_str().unwrap().to_owned();
    let call = Call::new("POST", "/api/auth/signin/github").cookie(&jar.header());
    world.send(call.json(&json!({ "csrfToken": token }))).await.refused(404, "not_found");
}

#[actix_web::test]
async fn an_identity_is_shown_and_taken_away() {
    let (world, mut jar) = (World::new().await, Jar::default());
    let state = jar.leave(&world).await;
    jar.come(&world, &format!("code=1%3Dada@acme.example&state={state}")).await;
    let list = async || world.send(Call::get("/me/identities").cookie(&jar.header())).await.expect(200);
    let own = list().await;
    let only = &own["identities"][0];
    assert_eq!(own["has_password"], true);
    assert_eq!((&only["issuer"], &only["provider"]), (&json!("https://friend.test"), &json!("Friend")));
    let path = format!("/api/v1/me/identities/{}", only["id"].as_str().unwrap());
    let unlink = |cookie: &str| world.send(Call::new("DELETE", &path).cookie(cookie));
    unlink(&world.other.session).await.refused(404, "not_found");
    unlink(&jar.header()).await.expect(200);
    unlink(&jar.header()).await.refused(404, "not_found");
    assert_eq!(list().await["identities"], json!([]));
    let gone = world.events().await.into_iter().filter(|event| event.kind == "user.identity_unlinked").count();
    assert_eq!(gone, 1);
    world.verify().await;
}

#[actix_web::test]
async fn the_last_way_to_sign_in_stays() {
    let world = World::new().await;
    let id = world.identity(&world.acme).await;
    let user = world.acme.user.parse().unwrap();
    transact::<(), StoreError, _>(&*world.store, &[OrgId::PLATFORM], move |tx| {
        Box::pin(async move { tx.users().put_sign_in(&SignIn::none(user)).await })
    })
    .await
    .unwrap();
    let before = world.events().await.len();
    let unlink = Call::new("DELETE", &format!("/api/v1/me/identities/{id}")).cookie(&world.acme.session);
    let why = world.send(unlink).await.refused(409, "last_sign_in");
    assert!(why.contains("password"), "{why}");
    assert_eq!(world.events().await.len(), before);
    let own = world.send(Call::get("/me/identities").cookie(&world.acme.session)).await.expect(200);
    assert_eq!((&own["has_password"], own["identities"].as_array().unwrap().len()), (&json!(false), 1));
}
