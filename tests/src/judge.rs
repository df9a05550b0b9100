//! What must hold after anything: the wallet is explained by what is listed, and the provider by what is held or charged.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::fake::Calls;
use crate::money::nanos;
use crate::{Api, Book, wait};

/// Present states of requests by id.
pub type States = BTreeMap<String, Value>;

/// How long a takeover and its sweep may take until the figures are at rest.
const REST: Duration = Duration::from_secs(20);

/// The wallet's figures are those of the listed requests: posted = funded − charges, held = the holds of running ones.
///
/// Returns the states that explain it. Asked again until it is true, for figures read in several calls move meanwhile.
pub async fn wallet_is_explained(book: &Book, agent: &Api, owner: &Api, funded: i64) -> Result<States> {
    let mut last = None;
    let explained = wait::until("a wallet explained by its requests", REST, async || {
        let states = book.look(agent).await?;
        let balance = owner.get("/balance?mode=live").await?.ok()?;
        match explain(&states, &balance, funded) {
            Ok(()) => Ok(Some(states)),
            Err(error) => {
                last = Some(error);
                Ok(None)
            }
        }
    });
    let explained = explained.await;
    explained.with_context(|| last.map(|error| format!("{error:#}")).unwrap_or_default())
}

fn explain(states: &States, balance: &Value, funded: i64) -> Result<()> {
    let (mut charged, mut held) = (0, 0);
    for state in states.values() {
        charged += charge(state)?;
        held += hold(state)?;
    }
    let (posted, on_hold) = (nanos(balance, "posted")?, nanos(balance, "held")?);
    ensure!(
        posted == funded - charged,
        "posted {posted} n$, but funded {funded} n$ and charged {charged} n$: {balance}"
    );
    ensure!(on_hold == held, "held {on_hold} n$, but the running requests hold {held} n$: {balance}");
    let amount = nanos(balance, "amount")?;
    ensure!(amount == posted - on_hold, "amount {amount} n$ is not posted − held: {balance}");
    Ok(())
}

/// What a request was charged, in nano-dollars.
pub fn charge(state: &Value) -> Result<i64> {
    match state["status"].as_str() {
        Some("executed") => nanos(state, "cost"),
        Some("failed") if state.get("cost_usd").is_some() => nanos(state, "cost"),
        _ => Ok(0),
    }
}

/// What a request holds now, in nano-dollars.
pub fn hold(state: &Value) -> Result<i64> {
    if state["status"] == "running" { nanos(state, "initial_cost") } else { Ok(0) }
}

/// Every call at the provider belongs to a known request, was the only one for it, and is held or charged.
pub fn calls_are_covered(calls: &Calls, states: &States) -> Result<()> {
    for (id, count) in calls.by_request() {
        let state =
            states.get(&id).with_context(|| format!("the provider was called for {id:?}, which no request is"))?;
        ensure!(count == 1, "the provider was called {count} times for {id}: {state}");
        ensure!(
            charge(state)? > 0 || hold(state)? > 0,
            "the provider was called for {id}, and nothing is held or charged: {state}"
        );
    }
    for call in calls.all() {
        ensure!(
            call.idempotency_key == call.request_id,
            "a call with Idempotency-Key {:?} for {:?}",
            call.idempotency_key,
            call.request_id
        );
    }
    Ok(())
}

/// Requests that were charged or may have been (`running`) are those that the provider saw, or that were certainly not sent.
pub fn charges_have_calls(calls: &Calls, states: &States) -> Result<()> {
    let called: BTreeSet<_> = calls.by_request().into_keys().collect();
    for (id, state) in states {
        ensure!(
            charge(state)? == 0 || called.contains(id),
            "{id} is charged, but the provider was never called: {state}"
        );
    }
    Ok(())
}

/// Every outcome that a client was told is final is still what it was told.
pub fn promises_are_kept(book: &Book, states: &States) -> Result<()> {
    for told in book.acknowledged().filter(|told| told["status"] != "running") {
        let id = told["request_id"].as_str().unwrap_or_default();
        let now = states.get(id).with_context(|| format!("{id} was acknowledged and is gone"))?;
        ensure!(now["status"] == told["status"], "{id} was told {} and is {}: {now}", told["status"], now["status"]);
        ensure!(charge(now)? == charge(told)?, "{id} was told another cost: {told} and now {now}");
    }
    Ok(())
}
