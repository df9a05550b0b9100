//! What a client wrote down about its requests: the keys it used, the answers it got, the state it sees now.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use crate::{Api, Reply};

/// Requests looked at or sent again at the same time.
const WIDTH: usize = 16;

/// One request that a client sent.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its idempotency key.
    pub key: String,
    /// Its body.
    pub body: Value,
    /// The outcome that was acknowledged; nothing when the answer was lost or an error.
    pub ack: Option<Value>,
}

impl Entry {
    /// An entry for a request whose answer may have been lost.
    #[must_use]
    pub fn new(key: String, body: Value, answer: Option<Reply>) -> Self {
        let ack = answer.and_then(|reply| reply.ok().ok());
        Self { key, body, ack }
    }
}

/// All entries of a client.
#[derive(Debug, Default)]
pub struct Book {
    entries: Vec<Entry>,
}

impl Book {
    /// Writes entries down.
    pub fn add(&mut self, entries: Vec<Entry>) {
        self.entries.extend(entries);
    }

    /// The outcomes that were acknowledged.
    pub fn acknowledged(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().filter_map(|entry| entry.ack.as_ref())
    }

    /// Does what a client must do about lost answers: sends each of them again under its key.
    pub async fn send_again(&mut self, api: &Api) -> Result<()> {
        let lost = self.entries.iter_mut().filter(|entry| entry.ack.is_none());
        let sent = lost.map(|entry| async {
            let reply = api.pay(&entry.key, &entry.body).await?;
            let outcome = reply.ok().with_context(|| format!("sent again under {}", entry.key))?;
            entry.ack = Some(outcome);
            anyhow::Ok(())
        });
        stream::iter(sent).buffer_unordered(WIDTH).try_collect::<()>().await
    }

    /// The present state of every acknowledged request, by id.
    pub async fn look(&self, api: &Api) -> Result<BTreeMap<String, Value>> {
        let ids = self.acknowledged().map(|ack| ack["request_id"].as_str().unwrap_or_default().to_owned());
        let states = ids.map(|id| async move {
            ensure!(!id.is_empty(), "an outcome without a request id");
            let state = api.get(&format!("/service-requests/{id}")).await?.ok();
            Ok((id.clone(), state.with_context(|| format!("GET of {id}"))?))
        });
        stream::iter(states).buffer_unordered(WIDTH).try_collect().await
    }
}
