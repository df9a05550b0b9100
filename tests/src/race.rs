//! Many requests at the same instant, and what became of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::{Api, Reply, dir};

/// How long a race may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Requests under way.
pub struct Race(JoinSet<Result<Reply>>);

impl Race {
    /// Sends `tasks` copies of a paid action, each under a key of its own, all at once.
    #[must_use]
    pub fn start(api: &Api, tasks: usize, body: &Value) -> Self {
        let barrier = Arc::new(Barrier::new(tasks));
        let run = dir::unique();
        let mut set = JoinSet::new();
        for task in 0..tasks {
            let (api, body, barrier, key) = (api.clone(), body.clone(), Arc::clone(&barrier), format!("{run}-{task}"));
            set.spawn(async move {
                barrier.wait().await;
                api.pay(&key, &body).await
            });
        }
        Self(set)
    }

    /// The next `count` answers, in order of arrival.
    pub async fn take(&mut self, count: usize) -> Result<Tally> {
        let mut tally = Tally::default();
        let taking = async {
            for _ in 0..count {
                let reply = self.0.join_next().await.context("no request is left")???;
                tally.add(reply);
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(LIMIT, taking).await.context("a race does not end")??;
        Ok(tally)
    }

    /// All answers of requests that are left.
    pub async fn finish(mut self) -> Result<Tally> {
        let left = self.0.len();
        self.take(left).await
    }
}

/// Answers by outcome.
#[derive(Debug, Default)]
pub struct Tally {
    /// The bodies of those that were executed.
    pub executed: Vec<Value>,
    /// How many were blocked, by reason code.
    pub blocked: BTreeMap<String, usize>,
    /// Anything else, as it came.
    pub other: Vec<String>,
}

impl Tally {
    fn add(&mut self, reply: Reply) {
        match reply.status() {
            "executed" => self.executed.push(reply.body),
            "blocked" => *self.blocked.entry(reply.text("/reason_code").to_owned()).or_default() += 1,
            _ => self.other.push(format!("HTTP {}: {}", reply.code, reply.body)),
        }
    }

    /// Exactly so many were executed; all others were blocked for this reason.
    pub fn exactly(&self, executed: usize, blocked: usize, reason: &str) -> Result<()> {
        ensure!(self.other.is_empty(), "neither executed nor blocked: {:?}", self.other);
        ensure!(
            self.executed.len() == executed,
            "{} executed instead of {executed}; {:?}",
            self.executed.len(),
            self.blocked
        );
        let expected: BTreeMap<_, _> = [(reason.to_owned(), blocked)].into_iter().filter(|(_, n)| *n > 0).collect();
        ensure!(self.blocked == expected, "blocked {:?} instead of {expected:?}", self.blocked);
        Ok(())
    }
}
