//! The sandbox plays both sides: scenes are steering.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{Mode, ports::Provider};
use upivia_providers::Sandbox;

use crate::{Scene, Stage, TIME_LIMIT, catalog};

pub struct SandboxStage(Arc<Sandbox>);

impl SandboxStage {
    pub fn new() -> Self {
        Self(Arc::new(Sandbox::new(catalog(), TIME_LIMIT)))
    }
}

impl Stage for SandboxStage {
    fn mode(&self) -> Mode {
        Mode::Test
    }

    fn provider(&self) -> Arc<dyn Provider> {
        self.0.clone()
    }

    fn set(&self, scene: Scene) -> Value {
        match scene {
            Scene::Success | Scene::Maximum => json!({}),
            Scene::Slow => json!({"delay_ms": TIME_LIMIT.as_millis() / 3}),
            Scene::TooMany => json!({"status": 429}),
            Scene::Broken => json!({"status": 500}),
            Scene::Unwilling => json!({"fail": true}),
            Scene::Malformed | Scene::Cut => json!({"unknown": true}),
            Scene::Silent => json!({"hang": true}),
        }
    }
}
