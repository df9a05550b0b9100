//! Every operation of the catalogue, from its example to its result: checked, quoted, executed and of the promised shape.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    Mode, RequestId, Timestamp,
    catalog::{Catalog, Operation, Price, STEERING},
    dispatch::{ProviderAnswer, ProviderCall},
    ports::{PayloadCheck, Provider, ProviderRegistry},
};
use upivia_providers::{Registry, Sandbox, SchemaCheck, examples};

use crate::{TIME_LIMIT, catalog};

/// What the ledger answers itself: no provider, so nothing to execute here.
const ANSWERED_BY_THE_LEDGER: &str = "platform.check_budget";

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn price(operation: &Operation) -> Option<Price> {
    operation.price_at(NOW).map(|version| version.price)
}

fn registry() -> Registry {
    Registry::new(catalog(), Sandbox::new(catalog(), TIME_LIMIT))
}

fn call(catalog: &Catalog, operation: &Operation, payload: &Value) -> ProviderCall {
    let quote =
        catalog.quote(operation, payload, NOW).unwrap_or_else(|problem| panic!("{}: {problem}", operation.name));
    let request = RequestId::earliest(Timestamp::from_micros(1_700_000_000_000_000));
    let (payload, hold) = (quote.forward, quote.estimate);
    let (org, operation) = (upivia_domain::OrgId::PLATFORM, operation.name.clone());
    ProviderCall { org, request, mode: Mode::Test, operation, payload, hold, quoted_at: NOW }
}

/// Executes within the hold and answers as the output schema promises.
async fn result(operation: &Operation, payload: &Value) -> Arc<Value> {
    let name = &operation.name;
    let call = call(&catalog(), operation, payload);
    let provider = registry().find(name, Mode::Test).unwrap_or_else(|| panic!("{name} has no sandbox"));
    let answer = in_the_end(&*provider, &call).await;
    let ProviderAnswer::Executed { result, cost, external_id: Some(_), .. } = answer else {
        panic!("{name}: {answer:?}")
    };
    assert!(cost <= call.hold && !cost.is_zero(), "{name}: {cost} of {}", call.hold);
    let by_time = result.get("duration_seconds").is_some();
    if let (Some(Price::Flat(price)), false) = (price(operation), by_time) {
        assert_eq!(cost, price, "{name}");
    }
    is_as_promised(operation, &result);
    result
}

/// The outcome, also of what takes its time.
async fn in_the_end(provider: &dyn Provider, call: &ProviderCall) -> ProviderAnswer {
    let mut answer = provider.execute(call).await;
    for _ in 0..50 {
        if !matches!(answer, ProviderAnswer::Accepted { .. }) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        answer = provider.lookup(call.request).await.unwrap();
    }
    answer
}

fn is_as_promised(operation: &Operation, result: &Value) {
    let (name, schema) = (&operation.name, &operation.output_schema);
    assert!(schema["required"].as_array().is_some_and(|names| !names.is_empty()), "{name} promises nothing");
    let judge = jsonschema::draft202012::options().offline().build(schema).unwrap();
    let problems: Vec<_> = judge.iter_errors(result).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{name}: {problems:?} in {result}");
    for member in result.as_object().unwrap().keys() {
        assert!(schema["properties"].get(member).is_some(), "{name} does not promise {member}");
    }
}

/// Every operation with its example.
fn all() -> Vec<(Operation, Value)> {
    let (catalog, examples): (_, Vec<_>) = (catalog(), examples().collect());
    assert_eq!(examples.len(), catalog.iter().count(), "an operation has no example");
    examples.into_iter().map(|(name, example)| (catalog.find(&name).unwrap().clone(), example)).collect()
}

fn sold() -> impl Iterator<Item = (Operation, Value)> {
    all().into_iter().filter(|(operation, _)| operation.name.as_str() != ANSWERED_BY_THE_LEDGER)
}

fn problem(operation: &Operation, payload: &Value) -> Option<String> {
    SchemaCheck::new(&catalog()).unwrap().check(&operation.name, payload).err().map(|problem| problem.to_string())
}

fn members(operation: &Operation) -> impl Iterator<Item = (&String, &Value)> {
    operation.input_schema["properties"].as_object().unwrap().iter()
}

fn has_type(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)))
}

#[test]
fn every_example_passes_the_check_and_has_a_price() {
    for (operation, example) in all() {
        assert_eq!(problem(&operation, &example), None, "{}", operation.name);
        let quote = catalog().quote(&operation, &example, NOW).unwrap();
        assert_eq!(quote.estimate.is_zero(), operation.name.as_str() == ANSWERED_BY_THE_LEDGER, "{}", operation.name);
        assert!(operation.description.ends_with('.'), "{}", operation.name);
    }
}

#[tokio::test]
async fn every_example_is_executed_within_its_hold_in_the_shape_that_is_promised() {
    for (operation, example) in sold() {
        let first = result(&operation, &example).await;
        assert_eq!(first, result(&operation, &example).await, "{}: another result for the same", operation.name);
    }
}

#[tokio::test]
async fn every_operation_can_be_left_running_and_asked_for() {
    let sandbox = Sandbox::new(catalog(), TIME_LIMIT);
    for (operation, mut example) in sold() {
        example[STEERING] = json!({"running": true});
        assert_eq!(problem(&operation, &example), None, "{}", operation.name);
        let call = call(&catalog(), &operation, &example);
        let ProviderAnswer::Accepted { external_id } = sandbox.execute(&call).await else {
            panic!("{}", operation.name)
        };
        let found = sandbox.lookup(call.request).await;
        let Some(ProviderAnswer::Executed { result, cost, external_id: id, .. }) = found else { panic!("{found:?}") };
        assert!(id == Some(external_id) && cost <= call.hold, "{}", operation.name);
        is_as_promised(&operation, &result);
    }
}

#[test]
fn live_money_buys_nothing_until_somebody_configures_a_provider() {
    for (operation, _) in all() {
        assert!(registry().find(&operation.name, Mode::Live).is_none(), "{}", operation.name);
    }
}

#[test]
fn an_unknown_member_is_refused_with_its_path() {
    for (operation, mut example) in all() {
        example["surprise"] = json!(1);
        let expected = format!("payload.surprise: is no parameter of {}", operation.name);
        assert_eq!(problem(&operation, &example).as_deref(), Some(expected.as_str()));
        assert_eq!(catalog().quote(&operation, &example, NOW).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_wrong_type_is_refused_with_its_path() {
    for (operation, example) in all() {
        for (member, schema) in members(&operation) {
            let mut wrong = example.clone();
            wrong[member] = if has_type(schema, "object") { json!(7) } else { json!({"wrong": 7}) };
            let problem = problem(&operation, &wrong).unwrap_or_default();
            let expected = format!("payload.{member}: must be of type");
            assert!(problem.starts_with(&expected), "{}.{member}: {problem:?}", operation.name);
        }
    }
}

#[test]
fn what_is_required_is_missed_by_its_path() {
    for (operation, example) in all() {
        for member in operation.input_schema["required"].as_array().into_iter().flatten() {
            let mut without = example.clone();
            let member = member.as_str().unwrap();
            without.as_object_mut().unwrap().remove(member).expect("an example has what is required");
            let expected = format!("payload.{member}: is required");
            assert_eq!(problem(&operation, &without), Some(expected), "{}", operation.name);
        }
    }
}

#[test]
fn a_flat_price_is_for_a_payload_of_bounded_size() {
    let is_bounded = |schema: &Value| {
        let bound = |kind, by: &str| !has_type(schema, kind) || schema.get(by).is_some();
        let text = bound("string", "maxLength") || schema.get("enum").is_some();
        text && bound("array", "maxItems") && bound("integer", "maximum")
    };
    for (operation, _) in all().into_iter().filter(|(operation, _)| matches!(price(operation), Some(Price::Flat(_)))) {
        assert_eq!(operation.input_schema["additionalProperties"], false, "{}", operation.name);
        for (member, schema) in members(&operation) {
            assert!(is_bounded(schema), "{}.{member}", operation.name);
            let items = schema.get("items");
            assert!(items.is_none_or(is_bounded), "{}.{member}[]", operation.name);
        }
    }
}
