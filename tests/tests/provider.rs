//! A provider that fails in every way: the wallet stays explained, and what may have been bought is not free.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use upivia_e2e::book::Entry;
use upivia_e2e::money::CENT;
use upivia_e2e::{Answer, Api, Book, Fake, Site, Store, judge, on_both_stores, paid};

on_both_stores!(every_answer_of_the_provider);

const FUND_CENTS: u32 = 1_000;
/// 12 tokens in at 150 n$ and 4 out at 600 n$, as the fake bills and the price table says.
const SMALL_BILL: i64 = 12 * 150 + 4 * 600;

const ANSWERS: [Answer; 7] = [
    Answer::Text,
    Answer::Maximum,
    Answer::Status(429),
    Answer::Status(500),
    Answer::Malformed,
    Answer::Cut,
    Answer::Hang,
];

async fn every_answer_of_the_provider(store: Store) -> Result<()> {
    let fake = Fake::start()?;
    let mut site = Site::new(store)?;
    site.set_provider(&fake.url);
    site.set("UPIVIA_PROVIDER_TIMEOUT", "2s");
    let org = site.bootstrap(FUND_CENTS.into())?;
    let server = site.serve().await?;
    let (agent, owner) = (server.api(&org.agent_key_live)?, server.api(&org.pat)?);
    let mut book = Book::default();
    for answer in ANSWERS {
        fake.answer(answer, Duration::ZERO);
        book.add(vec![one(&fake, &agent, answer).await.with_context(|| format!("{answer:?}"))?]);
    }
    judge::wallet_is_explained(&book, &agent, &owner, i64::from(FUND_CENTS) * CENT).await?;
    site.verify()
}

async fn one(fake: &Fake, agent: &Api, answer: Answer) -> Result<Entry> {
    let before = fake.calls().count();
    let (key, body) = (format!("{answer:?}"), paid::text("Tell me in short.", 200));
    let reply = agent.pay(&key, &body).await?;
    let state = reply.clone().ok()?;
    is_fair(&state, answer)?;
    let calls = fake.calls().count() - before;
    // Only a refusal that was certainly not executed may be tried again.
    ensure!(calls == 1 || answer == Answer::Status(429), "{calls} calls: {state}");
    let again = agent.pay(&key, &body).await?;
    ensure!(again.body["request_id"] == state["request_id"], "the key answers another request: {}", again.body);
    Ok(Entry::new(key, body, Some(reply)))
}

fn is_fair(state: &Value, answer: Answer) -> Result<()> {
    let (charge, hold) = (judge::charge(state)?, judge::hold(state)?);
    let fair = match answer {
        Answer::Text => state["status"] == "executed" && charge == SMALL_BILL,
        Answer::Maximum => state["status"] == "executed" && charge > SMALL_BILL && has_no_overrun(state),
        Answer::Status(_) => state["status"] == "failed" && state["reason_code"] == "adapter_error" && charge == 0,
        Answer::Malformed | Answer::Cut | Answer::Hang => charge > 0 || hold > 0,
    };
    ensure!(fair, "answered with charge {charge} n$ and hold {hold} n$: {state}");
    Ok(())
}

fn has_no_overrun(state: &Value) -> bool {
    state.get("overrun_cents").is_none_or(|cents| cents.as_i64() == Some(0) || cents.is_null())
}
