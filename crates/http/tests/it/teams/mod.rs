//! Money down the tree: wallet, pool, worker; who may move it, and what refuses an agent on the way.

mod credits;
mod people;
mod pools;
mod switch;
mod wishes;
mod workers;

use serde_json::{Value, json};

use crate::support::{Call, Reply, World, mail};

/// Acme's first team, and Eve, a member of Acme.
pub struct Field {
    pub world: World,
    pub eve: String,
    pub eve_id: String,
}

impl Field {
    pub async fn new() -> Self {
        let world = World::new().await;
        let eve = world.member().await;
        let whoami = world.send(Call::get("/whoami").bearer(&eve)).await.expect(200);
        Self { world, eve, eve_id: whoami["user"]["id"].as_str().unwrap().to_owned() }
    }

    /// Below `/teams/{id}` of Acme's first team.
    pub fn path(&self, rest: &str) -> String {
        format!("/teams/{}{rest}", self.world.acme.team)
    }

    pub fn worker_path(&self, action: &str) -> String {
        self.path(&format!("/workers/{}/budget/{action}", self.eve_id))
    }

    pub async fn owner(&self, path: &str, body: Value) -> Reply {
        self.world.send(Call::post(path, &body).bearer(&self.world.acme.pat)).await
    }

    pub async fn eve(&self, path: &str, body: Value) -> Reply {
        self.world.send(Call::post(path, &body).bearer(&self.eve)).await
    }

    pub async fn eve_is(&self, role: &str) {
        self.owner(&self.path("/members"), json!({ "user_id": self.eve_id, "role": role })).await.expect(201);
    }

    pub async fn pool(&self, cents: i64, mode: &str) -> Value {
        self.owner(&self.path("/budget"), json!({ "amount_cents": cents, "mode": mode })).await.expect(200)
    }

    pub async fn budget(&self, mode: &str) -> Value {
        let path = self.path(&format!("/budget?mode={mode}"));
        self.world.send(Call::get(&path).bearer(&self.world.acme.pat)).await.expect(200)
    }

    /// An agent of Eve in the first team that may send mail; its test key.
    pub async fn eves_agent(&self) -> (String, String) {
        let made = self.eve("/agents", json!({ "name": "Clerk" })).await.expect(201);
        let id = made["agent"]["id"].as_str().unwrap().to_owned();
        self.owner(&format!("/agents/{id}/services"), json!({ "operation": "email.send" })).await.expect(200);
        (id, made["test_api_key"].as_str().unwrap().to_owned())
    }

    /// What became of a mail, which costs one and a quarter cents: `executed`, or the code and scope of the refusal.
    pub async fn mail(&self, key: &str) -> (String, String) {
        let sent = self.world.send(Call::post("/service-requests", &mail("hello")).bearer(key)).await.expect(200);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match &sent["reason_code"] {
            Value::String(code) => (code.clone(), text(&sent["reasons"][0]["scope"])),
            _ => (text(&sent["status"]), String::new()),
        }
    }
}

pub fn refused(code: &str, scope: &str) -> (String, String) {
    (code.to_owned(), scope.to_owned())
}

pub fn executed() -> (String, String) {
    ("executed".to_owned(), String::new())
}
