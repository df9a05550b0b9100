//! How fast governed requests are, over HTTP and against a provider, beside the same server without its ledger.
//!
//! Prints a line of JSON for each case. `cargo xtask bench dispatch` builds the program that is measured, runs this and
//! makes a table of it.
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

use anyhow::{Context, Result};
use upivia_e2e::Store;
use upivia_e2e::hop::{Case, Hop, Pace, Provider, measure};

/// Organizations where not everybody spends from one wallet.
const MANY: usize = 100;
const PROVIDER_MS: [u64; 2] = [0, 20];

struct Options {
    pace: Pace,
    connections: Vec<usize>,
    stores: Vec<Store>,
}

fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let provider = Provider::start()?;
    let hop = Hop::start(&runtime, &provider.url, MANY)?;
    for case in options.cases() {
        let measured = measure(&runtime, case, options.pace, &hop, &provider);
        let measured = measured.with_context(|| format!("{case:?}"))?;
        println!("{}", serde_json::to_string(&measured)?);
    }
    Ok(())
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let pace = Pace { warm_up: Duration::from_millis(300), counted: Duration::from_secs(2), pairs: 5 };
        let stores = vec![Store::Sqlite, Store::Postgres];
        let mut options = Self { pace, connections: vec![1, 64], stores };
        while let Some(flag) = args.next() {
            let value = args.next().with_context(|| format!("{flag} needs a value"))?;
            options.set(&flag, &value).with_context(|| format!("{flag} {value}"))?;
        }
        Ok(options)
    }

    fn set(&mut self, flag: &str, value: &str) -> Result<()> {
        match flag {
            "--seconds" => self.pace.counted = Duration::from_secs(value.parse::<NonZeroU64>()?.get()),
            "--pairs" => self.pace.pairs = value.parse::<NonZeroUsize>()?.get(),
            "--connections" => {
                let numbers = value.split(',').map(str::parse::<NonZeroUsize>);
                self.connections = numbers.map(|number| Ok(number?.get())).collect::<Result<_>>()?;
            }
            "--only" if value == "sqlite" => self.stores = vec![Store::Sqlite],
            "--only" if value == "postgres" => self.stores = vec![Store::Postgres],
            _ => anyhow::bail!("known: --seconds N, --pairs N, --connections N,N, --only sqlite|postgres"),
        }
        Ok(())
    }

    /// One caller has one key: with it there are no hundred organizations.
    fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for store in self.stores.iter().copied() {
            for connections in self.connections.iter().copied() {
                for organizations in [1, MANY].into_iter().filter(|n| *n == 1 || connections > 1) {
                    let case = |provider_ms| Case { store, organizations, provider_ms, connections };
                    cases.extend(PROVIDER_MS.map(case));
                }
            }
        }
        cases
    }
}
