//! One case: pairs of runs, governed and hop in turn, and what must be true afterwards.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::runtime::Runtime;

use super::figures::{Side, Summary};
use super::process::{cpu_of, cpu_of_machine};
use super::sides::{Asked, Governed, Hop, REST};
use super::{Load, Provider};
use crate::Store;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// On which database.
    pub store: Store,
    /// How many organizations ask, each with one key; 1 = everybody spends from one wallet.
    pub organizations: usize,
    /// How long the provider takes.
    pub provider_ms: u64,
    /// Callers at the same time.
    pub connections: usize,
}

/// How long it is measured.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Not counted at the beginning of each run.
    pub warm_up: Duration,
    /// Counted.
    pub counted: Duration,
    /// Runs of each side.
    pub pairs: usize,
}

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Measured {
    store: &'static str,
    organizations: usize,
    provider_ms: u64,
    connections: usize,
    #[serde(flatten)]
    summary: Summary,
    rss_kb: u64,
    most_rss_kb: u64,
    /// The same as calls of the provider and as charges, else the case fails.
    executed: u64,
    pairs: Vec<Pair>,
}

#[derive(Debug, Serialize)]
struct Pair {
    governed: Side,
    hop: Side,
}

/// Measures a case and proves that the governed side did what it says.
///
/// # Errors
///
/// An answer was not `executed`; answers, calls and charges are not as many; the verifiers find something.
pub fn measure(runtime: &Runtime, case: Case, pace: Pace, hop: &Hop, provider: &Provider) -> Result<Measured> {
    provider.wait(Duration::from_millis(case.provider_ms))?;
    let calls = provider.calls();
    let governed = Governed::start(runtime, case.store, &provider.url, case.organizations)?;
    let (mut executed, mut hopped, mut pairs) = (1, 0, Vec::with_capacity(pace.pairs));
    for _ in 0..pace.pairs {
        let (with, answers) = run(&governed.asked, case, pace, provider)?;
        executed += answers;
        let (without, answers) = run(&hop.0, case, pace, provider)?;
        hopped += answers;
        pairs.push((with, without));
    }
    let called = provider.calls() - calls - hopped;
    let charges = governed.charges(runtime)?;
    ensure!(executed == called, "{executed} executed answers, but {called} calls of the provider");
    ensure!(executed == charges, "{executed} executed answers, but {charges} charges");
    let (rss_kb, most_rss_kb) = governed.memory()?;
    governed.verify(runtime)?;
    Ok(Measured {
        store: if case.store == Store::Sqlite { "sqlite" } else { "postgres" },
        organizations: case.organizations,
        provider_ms: case.provider_ms,
        connections: case.connections,
        summary: Summary::of(&pairs),
        rss_kb,
        most_rss_kb,
        executed,
        pairs: pairs.into_iter().map(|(governed, hop)| Pair { governed, hop }).collect(),
    })
}

fn run(asked: &Asked, case: Case, pace: Pace, provider: &Provider) -> Result<(Side, u64)> {
    std::thread::sleep(REST);
    let spent = || Ok::<_, anyhow::Error>([cpu_of(asked.server.pid())?, provider.cpu()?, cpu_of_machine()?]);
    let before = spent()?;
    let (port, keys, connections) = (asked.server.port, asked.keys(case.organizations), case.connections);
    let run = Load { port, keys, connections, warm_up: pace.warm_up, counted: pace.counted }.run();
    let run = run.with_context(|| asked.server.log())?;
    let after = spent()?;
    let cpu = std::array::from_fn(|n| after[n].saturating_sub(before[n]));
    Ok((Side::of(&run, pace.counted, cpu), run.answers))
}
