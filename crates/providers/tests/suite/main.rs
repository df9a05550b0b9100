//! One suite for every provider: whatever goes wrong on the way, it claims no more than is certain.
//!
//! A provider joins with a stage that can bring each [`Scene`] about, and one line at the end of this file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking, as the test does")]

mod fake;
mod openai_stage;
mod openai_wire;
mod operations;
mod sandbox_stage;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use upivia_domain::{
    Mode, RequestId, Timestamp,
    catalog::Catalog,
    dispatch::{Basis, ProviderAnswer, ProviderCall},
    ports::Provider,
};

/// A call must end within this.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// What the other side does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    /// Executes and says what it cost.
    Success,
    /// The same, after a third of the time limit.
    Slow,
    /// Executes and costs as much as the call allowed.
    Maximum,
    /// Answers that there were too many calls.
    TooMany,
    /// Answers that it is broken.
    Broken,
    /// Answers that it will not.
    Unwilling,
    /// Answers rubbish that claims success.
    Malformed,
    /// Begins to answer and breaks off.
    Cut,
    /// Never answers.
    Silent,
}

/// A provider and the power over its other side.
trait Stage {
    fn mode(&self) -> Mode;
    fn provider(&self) -> Arc<dyn Provider>;
    /// Prepares the scene; what it returns goes into the payload as `sandbox`.
    fn set(&self, scene: Scene) -> Value;
}

fn catalog() -> Arc<Catalog> {
    Arc::new(upivia_providers::catalog([]))
}

fn call(mode: Mode, steering: &Value) -> ProviderCall {
    let (catalog, operation) = (catalog(), "text_generation.generate".parse().unwrap());
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let messages = json!([{"role": "user", "content": "Tell me in short."}]);
    let payload = json!({"model": "openai/gpt-4o-mini", "messages": messages, "max_tokens": 50, "sandbox": steering});
    let quote = catalog.quote(catalog.find(&operation).unwrap(), &payload, now).unwrap();
    let (org, request) = (upivia_domain::OrgId::PLATFORM, RequestId::earliest(now));
    ProviderCall { org, request, mode, operation, payload: quote.forward, hold: quote.estimate, quoted_at: now }
}

async fn play(stage: &impl Stage, scene: Scene) -> (ProviderCall, ProviderAnswer) {
    let call = call(stage.mode(), &stage.set(scene));
    let (provider, start) = (stage.provider(), Instant::now());
    let answer = provider.execute(&call).await;
    assert!(start.elapsed() < TIME_LIMIT * 3, "{scene:?} took {:?}", start.elapsed());
    (call, answer)
}

async fn executes_within_the_hold(stage: &impl Stage, scene: Scene) {
    let (call, answer) = play(stage, scene).await;
    let ProviderAnswer::Executed { result, cost, basis, external_id } = answer else { panic!("{scene:?}: {answer:?}") };
    assert!(!cost.is_zero() && cost <= call.hold, "{scene:?}: {cost} of {}", call.hold);
    assert_eq!(basis, Basis::ProviderUsage);
    assert!(result["text"].as_str().is_some_and(|text| !text.is_empty()), "{result}");
    assert!(result["choices"].is_array() && external_id.is_some(), "{result}");
}

async fn rejects_without_a_charge(stage: &impl Stage, scene: Scene, out_of_order: bool) {
    let (_, answer) = play(stage, scene).await;
    let ProviderAnswer::Rejected { detail, unavailable, charge } = answer else { panic!("{scene:?}: {answer:?}") };
    assert_eq!((unavailable, charge), (out_of_order, None), "{scene:?}");
    assert!(!detail.is_empty());
}

async fn knows_nothing(stage: &impl Stage, scene: Scene) {
    let (_, answer) = play(stage, scene).await;
    assert!(matches!(answer, ProviderAnswer::Unknown { .. }), "{scene:?}: {answer:?}");
}

macro_rules! provider_suite {
    ($name:ident, $stage:expr) => {
        mod $name {
            use super::*;

            #[tokio::test]
            async fn success() {
                executes_within_the_hold(&$stage, Scene::Success).await;
            }

            #[tokio::test]
            async fn slow() {
                executes_within_the_hold(&$stage, Scene::Slow).await;
            }

            #[tokio::test]
            async fn the_largest_bill() {
                executes_within_the_hold(&$stage, Scene::Maximum).await;
            }

            #[tokio::test]
            async fn status_429() {
                rejects_without_a_charge(&$stage, Scene::TooMany, true).await;
            }

            #[tokio::test]
            async fn status_500() {
                rejects_without_a_charge(&$stage, Scene::Broken, true).await;
            }

            #[tokio::test]
            async fn status_400() {
                rejects_without_a_charge(&$stage, Scene::Unwilling, false).await;
            }

            #[tokio::test]
            async fn malformed() {
                knows_nothing(&$stage, Scene::Malformed).await;
            }

            #[tokio::test]
            async fn cut() {
                knows_nothing(&$stage, Scene::Cut).await;
            }

            #[tokio::test]
            async fn timeout() {
                knows_nothing(&$stage, Scene::Silent).await;
            }
        }
    };
}

provider_suite!(sandbox, sandbox_stage::SandboxStage::new());
provider_suite!(openai, openai_stage::OpenAiStage::new());
