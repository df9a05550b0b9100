//! The module for OpenAI-compatible APIs against a fake on loopback.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use upivia_domain::{Mode, Secret, ports::Provider};
use upivia_providers::{OpenAi, OpenAiSettings};

use crate::{
    Scene, Stage, TIME_LIMIT, catalog,
    fake::{Fake, Reply},
};

pub const KEY: &str = "sk-of-the-operator";

pub struct OpenAiStage {
    pub fake: Fake,
}

impl OpenAiStage {
    pub fn new() -> Self {
        Self { fake: Fake::start() }
    }
}

pub fn settings(url: &str) -> OpenAiSettings {
    OpenAiSettings { time_limit: TIME_LIMIT, ..OpenAiSettings::new(url, Secret::new(KEY.to_owned())) }
}

impl Stage for OpenAiStage {
    fn mode(&self) -> Mode {
        Mode::Live
    }

    fn provider(&self) -> Arc<dyn Provider> {
        Arc::new(OpenAi::new(settings(&self.fake.url), catalog()).unwrap())
    }

    fn set(&self, scene: Scene) -> Value {
        let error = |status| Reply::Json(status, json!({"error": {"message": "told to fail"}}));
        let (reply, delay) = match scene {
            Scene::Success => (Reply::Completion, Duration::ZERO),
            Scene::Slow => (Reply::Completion, TIME_LIMIT / 3),
            Scene::Maximum => (Reply::LargestBill, Duration::ZERO),
            Scene::TooMany => (error(429), Duration::ZERO),
            Scene::Broken => (error(500), Duration::ZERO),
            Scene::Unwilling => (error(400), Duration::ZERO),
            Scene::Malformed => (Reply::Raw(200, r#"{"id":"chatcmpl-1","choices":[{"#), Duration::ZERO),
            Scene::Cut => (Reply::Cut, Duration::ZERO),
            Scene::Silent => (Reply::Completion, TIME_LIMIT * 20),
        };
        self.fake.reply(reply, delay);
        // A live call may carry steering; it must make no difference and not be sent.
        json!({"fail": true})
    }
}
