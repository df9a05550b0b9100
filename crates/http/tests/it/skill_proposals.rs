//! Skills over HTTP: an agent proposes, a person decides, and what was approved is a skill of the agent.

use std::slice;

use serde_json::{Value, json};

use crate::support::{Call, Reply, World, tidy};

struct Learner {
    world: World,
    agent: String,
    key: String,
}

impl Learner {
    async fn new() -> Self {
        let world = World::new().await;
        let (agent, key) = world.agent(json!({ "operation": "email.send" })).await;
        Self { world, agent, key }
    }

    fn path(&self) -> String {
        format!("/agents/{}/skill-proposals", self.agent)
    }

    async fn propose(&self, name: &str, instructions: &str) -> Value {
        let body =
            json!({ "name": name, "instructions": instructions, "reason": "It worked twice.", "description": null });
        self.world.send(Call::post(&self.path(), &body).bearer(&self.key)).await.expect(201)
    }

    async fn decide(&self, proposal: &Value, action: &str) -> Reply {
        let body = json!({ "proposal_id": proposal["id"], "action": action });
        self.world.send(Call::patch(&self.path(), &body).bearer(&self.world.acme.pat)).await
    }

    /// What the agent itself reads as its skills.
    async fn skills(&self) -> Vec<Value> {
        let path = format!("{}?status=approved", self.path());
        let list = self.world.send(Call::get(&path).bearer(&self.key)).await.expect(200);
        list["skill_proposals"].as_array().unwrap().clone()
    }
}

#[actix_web::test]
async fn an_approved_proposal_is_a_skill_of_the_agent() {
    let learner = Learner::new().await;
    let proposed = learner.propose("Polite reminders", "Thank first,\nthen ask.").await;
    insta::assert_json_snapshot!(tidy(&proposed));
    assert_eq!(learner.skills().await, Vec::<Value>::new());
    let approved = learner.decide(&proposed, "approve").await.expect(200);
    assert_eq!((&approved["status"], &approved["resolved_by"]), (&json!("approved"), &json!(learner.world.acme.user)));
    assert_eq!(learner.skills().await, slice::from_ref(&approved));
    let shown = Call::get(&format!("/agents/{}/skills", learner.agent)).bearer(&learner.world.acme.pat);
    assert_eq!(learner.world.send(shown).await.expect(200)["learnt"], json!([approved.clone()]));
    let before = learner.world.journal().await.len();
    assert_eq!(learner.decide(&proposed, "approve").await.expect(200), approved);
    assert_eq!(learner.world.journal().await.len(), before);
    learner.decide(&proposed, "reject").await.refused(409, "skill_proposal_resolved");
    learner.world.verify().await;
}

#[actix_web::test]
async fn a_skill_is_adjusted_by_one_of_the_same_name() {
    let learner = Learner::new().await;
    let first = learner.propose("Reminders", "Ask.").await;
    learner.decide(&first, "approve").await.expect(200);
    let other = learner.propose("Greetings", "Smile.").await;
    learner.decide(&other, "approve").await.expect(200);
    let second = learner.propose("Reminders", "Thank, then ask.").await;
    assert_eq!(learner.skills().await.len(), 2, "nothing changes before somebody says yes");
    learner.decide(&second, "approve").await.expect(200);
    let names: Vec<_> = learner.skills().await.iter().map(|skill| skill["instructions"].clone()).collect();
    assert_eq!(names, ["Thank, then ask.", "Smile."]);
    assert_eq!(learner.decide(&first, "approve").await.expect(200)["status"], "superseded");
}

#[actix_web::test]
async fn a_rejected_proposal_changes_nothing() {
    let learner = Learner::new().await;
    let proposed = learner.propose("Reminders", "Ask.").await;
    assert_eq!(learner.decide(&proposed, "reject").await.expect(200)["status"], "rejected");
    assert_eq!(learner.skills().await, Vec::<Value>::new());
    learner.decide(&proposed, "approve").await.refused(409, "skill_proposal_resolved");
}

#[actix_web::test]
async fn who_may_and_what_cannot_be() {
    let learner = Learner::new().await;
    let (world, path) = (&learner.world, learner.path());
    let (_, stranger) = world.agent(json!({ "operation": "email.send" })).await;
    let good = json!({ "name": "x", "instructions": "y" });
    world.send(Call::post(&path, &good).bearer(&stranger)).await.refused(404, "not_found");
    world.send(Call::get(&path).bearer(&stranger)).await.refused(404, "not_found");
    let member = world.member().await;
    let proposed = world.send(Call::post(&path, &good).bearer(&member)).await.expect(201);
    let decide = json!({ "proposal_id": proposed["id"], "action": "approve" });
    world.send(Call::patch(&path, &decide).bearer(&member)).await.refused(403, "forbidden");
    world.send(Call::patch(&path, &decide).bearer(&learner.key)).await.refused(403, "forbidden");
    let elsewhere = format!("/agents/{}/skill-proposals", world.acme.agent);
    world.send(Call::patch(&elsewhere, &decide).bearer(&world.acme.pat)).await.refused(404, "not_found");
    for (body, field) in [
        (json!({ "instructions": "y" }), "name"),
        (json!({ "name": "x" }), "instructions"),
        (json!({ "name": "x", "instructions": " " }), "instructions"),
        (json!({ "name": "x", "instructions": "y\u{0}" }), "instructions"),
        (json!({ "name": "x", "instructions": "y", "reason": "r".repeat(2_001) }), "reason"),
    ] {
        let refused = world.send(Call::post(&path, &body).bearer(&learner.key)).await;
        refused.refused(400, "invalid_request");
        assert_eq!(refused.body["error"]["field"], field, "{body}");
    }
    let unclear = json!({ "proposal_id": proposed["id"], "action": "maybe" });
    world.send(Call::patch(&path, &unclear).bearer(&world.acme.pat)).await.refused(400, "invalid_request");
    let unknown = json!({ "proposal_id": "skp_0000000000000000000000", "action": "approve" });
    world.send(Call::patch(&path, &unknown).bearer(&world.acme.pat)).await.refused(404, "not_found");
}

#[actix_web::test]
async fn nobody_is_buried_in_proposals() {
    let learner = Learner::new().await;
    for number in 0..20 {
        learner.propose(&format!("Skill {number}"), "Do it.").await;
    }
    let body = json!({ "name": "One more", "instructions": "Do it." });
    let refused = learner.world.send(Call::post(&learner.path(), &body).bearer(&learner.key)).await;
    refused.refused(409, "limit_reached");
}
