//! The public documents: catalogue, OpenAPI and the guide for models.

use insta::assert_json_snapshot;
use serde_json::Value;
use upivia_domain::{budget::ReasonCode, dispatch::RequestState};
use upivia_http::{route::Credential, routes};

use crate::support::{Call, World};

async fn fetch(path: &str) -> Value {
    World::new().await.send(Call::get(path)).await.expect(200)
}

#[actix_web::test]
async fn the_catalogue_speaks_the_words_of_dispatch() {
    assert_json_snapshot!(fetch("/services").await);
}

#[actix_web::test]
async fn the_openapi_document_is_what_it_was() {
    assert_json_snapshot!(fetch("/openapi.json").await);
}

#[actix_web::test]
async fn every_route_is_documented_with_a_summary_errors_and_schemas() {
    let document = fetch("/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (_, route) in routes() {
        let method = route.method.as_str().to_lowercase();
        let operation = &document["paths"][format!("/api/v1{}", route.path)][&method];
        let name = format!("{method} {}", route.path);
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name} has no summary");
        let responses = operation["responses"].as_object().unwrap_or_else(|| panic!("{name} is not documented"));
        let mut expected = vec!["500", "503"];
        if !route.access.credentials().is_empty() {
            expected.extend(["401", "403"]);
        }
        if route.path.contains('{') {
            expected.push("404");
        }
        if route.method.has_body() {
            expected.extend(["400", "413"]);
            assert!(
                operation["requestBody"]["content"]["application/json"]["example"].is_object(),
                "{name} has no example"
            );
        }
        for status in expected {
            assert!(responses.contains_key(status), "{name} does not document {status}");
        }
        for (status, response) in responses {
            let is_error = status.parse::<u16>().unwrap() >= 400;
            let media = if is_error { None } else { route.doc.answers.first().map(|answer| answer.schema.media()) };
            let schema = &response["content"][media.unwrap_or("application/json")]["schema"]["$ref"];
            resolved(&document, schema.as_str().unwrap_or_else(|| panic!("{name} {status} has no schema")));
        }
    }
}

#[actix_web::test]
async fn every_reference_of_the_document_leads_somewhere() {
    let document = fetch("/openapi.json").await;
    let mut found = 0;
    walk(&document, &mut |reference| {
        resolved(&document, reference);
        found += 1;
    });
    assert!(found > 50, "{found}");
}

/// An option that is flattened leaves no null behind, but nothing at all; an object could never be what this asks for.
#[actix_web::test]
async fn no_part_of_an_object_is_said_to_be_null() {
    fn judge(value: &Value, path: &str) {
        for part in value["allOf"].as_array().into_iter().flatten() {
            let choices = part["oneOf"].as_array().into_iter().flatten();
            assert!(
                choices.clone().all(|choice| choice["type"] != "null"),
                "{path}: give the field a schema of its own"
            );
        }
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, member)| judge(member, &format!("{path}/{name}")))
            }
            Value::Array(items) => items.iter().for_each(|item| judge(item, path)),
            _ => {}
        }
    }
    judge(&fetch("/openapi.json").await["components"], "");
}

fn walk(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                visit(reference);
            }
            members.values().for_each(|member| walk(member, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        _ => {}
    }
}

fn resolved<'a>(document: &'a Value, reference: &str) -> &'a Value {
    let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} is outside"));
    document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
}

#[actix_web::test]
async fn the_guide_tells_a_model_all_it_needs() {
    let guide = fetch("/agent-docs").await;
    assert_json_snapshot!(guide);
    let statuses = guide["statuses"].as_object().unwrap();
    let ended = [
        RequestState::Executed,
        RequestState::Failed,
        RequestState::Blocked,
        RequestState::ApprovalRequired,
        RequestState::Running,
    ];
    assert_eq!(statuses.len(), ended.len());
    assert!(ended.iter().all(|state| statuses.contains_key(state.wire())));
    assert_eq!(guide["reason_codes"].as_array().unwrap().len(), ReasonCode::ALL.len());
    let told: Vec<_> =
        guide["endpoints"].as_array().unwrap().iter().map(|one| (&one["method"], &one["path"])).collect();
    for (_, route) in routes() {
        let row = (&Value::from(route.method.as_str()), &Value::from(format!("/api/v1{}", route.path)));
        let is_by_key = route.access.credentials().contains(&Credential::AgentKey);
        assert!(!is_by_key || told.contains(&row), "an agent can call {row:?}");
        let is_for_others = !route.access.credentials().is_empty() && !is_by_key;
        assert!(!is_for_others || !told.contains(&row), "no agent can call {row:?}");
    }
}

#[actix_web::test]
async fn the_guide_says_how_large_it_is() {
    let guide = fetch("/agent-docs").await;
    let size = serde_json::to_vec(&guide).unwrap().len();
    assert_eq!(guide["approx_tokens"], size.div_ceil(4), "{}", guide["approx_tokens_rule"]);
    assert!(guide["operations"].as_array().unwrap().len() > 3 && guide["retry"].as_array().unwrap().len() > 3);
}

/// What can be told of an example without a validator: it names only what the schema names, and all that is required.
#[actix_web::test]
async fn every_body_has_a_schema_and_an_example_that_fits_it() {
    let document = fetch("/openapi.json").await;
    for (_, route) in routes().filter(|(_, route)| route.method.has_body()) {
        let name = format!("{} {}", route.method.as_str(), route.path);
        let operation = &document["paths"][format!("/api/v1{}", route.path)][route.method.as_str().to_lowercase()];
        let content = &operation["requestBody"]["content"]["application/json"];
        let schema = resolved(&document, content["schema"]["$ref"].as_str().unwrap());
        let properties = schema["properties"].as_object();
        let example = content["example"].as_object().unwrap_or_else(|| panic!("{name} has no example"));
        for member in example.keys() {
            assert!(
                properties.is_some_and(|known| known.contains_key(member)),
                "{name}: {member} is not in the schema"
            );
        }
        for member in schema["required"].as_array().into_iter().flatten() {
            assert!(example.contains_key(member.as_str().unwrap()), "{name}: the example lacks {member}");
        }
        for status in ["400", "408", "413", "415", "429", "431", "500", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{name} does not document {status}");
        }
    }
}

#[actix_web::test]
async fn the_guides_example_works() {
    let world = World::new().await;
    let guide = world.send(Call::get("/agent-docs")).await.expect(200);
    let call = Call::post("/service-requests", &guide["dispatch"]["body"]).bearer(&world.acme.test);
    let made = world.send(call).await.expect(200);
    assert_eq!((&made["status"], &made["applied_max_tokens"]), (&"executed".into(), &1_024.into()), "{made}");
}
