//! A load of live text generation that goes on until the server is gone or its bound is reached.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;

use crate::book::Entry;
use crate::{Api, dir, paid};

/// Tasks that send at the same time.
const TASKS: usize = 16;
/// Requests that each of them sends at most.
const EACH: usize = 150;
/// How long one request may take: a stopped server must not hold a task for longer.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs the load and returns all that was sent. A task ends with the first answer that it does not get.
pub async fn run(api: &Api) -> Result<Vec<Entry>> {
    let run = dir::unique();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        tasks.spawn(one(api.clone(), format!("{run}-{task}")));
    }
    let sent = tasks.join_all().await;
    Ok(sent.into_iter().flatten().collect())
}

async fn one(api: Api, name: String) -> Vec<Entry> {
    let mut sent = Vec::new();
    for turn in 0..EACH {
        let (key, body) = (format!("{name}-{turn}"), paid::text(&format!("Say {turn}."), 32));
        let answer = tokio::time::timeout(LIMIT, api.pay(&key, &body)).await;
        let answer = answer.ok().and_then(Result::ok);
        let lost = answer.is_none();
        sent.push(Entry::new(key, body, answer));
        if lost {
            break;
        }
    }
    sent
}
