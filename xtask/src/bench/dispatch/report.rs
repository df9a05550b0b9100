//! The cases as a table for documents, the targets they are held against, and all of it as JSON.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use std::path::Path;

const HEAD: &str = "\
| store | wallets | provider | callers | governed/s | p50 ms | p99 ms | CPU µs | hop/s | p50 ms | p99 ms | CPU µs | ratio | p50 + ms | RSS MB |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// A thread that is busier than this has perhaps no more to give.
const BUSY: f64 = 0.85;

/// One line of `bench-dispatch`.
#[derive(Debug, Deserialize, Serialize)]
pub struct Measured {
    store: String,
    organizations: u32,
    provider_ms: u32,
    connections: u32,
    ratio: f64,
    added_p50_ms: f64,
    governed: Side,
    hop: Side,
    rss_kb: u32,
    /// Whatever else was measured, for machines.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Side {
    requests_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    server_us: f64,
    load_cores: f64,
    provider_cores: f64,
    machine_cores: f64,
}

/// Everything that was measured, and on what.
#[derive(Serialize)]
pub struct Report {
    cores: usize,
    processor: String,
    kernel: String,
    cases: Vec<Measured>,
}

impl Measured {
    /// As a row of the table.
    pub fn row(&self) -> String {
        let Self { store, organizations, provider_ms, connections, ratio, added_p50_ms, .. } = self;
        let (with, without, rss_mb) = (self.governed.cells(), self.hop.cells(), self.rss_kb / 1024);
        format!(
            "| {store} | {organizations} | {provider_ms} ms | {connections} | {with} | {without} | {ratio:.2} | \
             {added_p50_ms:.2} | {rss_mb} |"
        )
    }

    fn is(&self, store: &str, organizations: u32, provider_ms: u32, connections: u32) -> bool {
        let found = (self.store.as_str(), self.organizations, self.provider_ms, self.connections);
        found == (store, organizations, provider_ms, connections)
    }

    fn busy(&self) -> Option<String> {
        let (load, provider) = (self.hop.load_cores, self.hop.provider_cores);
        let busy = load.max(provider).max(self.governed.load_cores).max(self.governed.provider_cores);
        (busy > BUSY).then(|| format!("load or provider were busy on {busy:.2} of their one core: {}", self.row()))
    }
}

impl Side {
    fn cells(&self) -> String {
        let Self { requests_per_second, p50_ms, p99_ms, server_us, .. } = self;
        format!("{requests_per_second:.0} | {p50_ms:.1} | {p99_ms:.1} | {server_us:.0}")
    }
}

impl Report {
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        let processors = read("/proc/cpuinfo");
        let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let processor = model.map_or("unknown", |(_, name)| name).to_owned();
        Self { cores, processor, kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(), cases: Vec::new() }
    }

    pub fn add(&mut self, measured: Measured) {
        self.cases.push(measured);
    }

    /// Writes everything as JSON.
    pub fn write(&self, file: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(file, json).with_context(|| format!("cannot write {}", file.display()))
    }

    fn case(&self, store: &str, organizations: u32, provider_ms: u32, connections: u32) -> Option<&Measured> {
        self.cases.iter().find(|case| case.is(store, organizations, provider_ms, connections))
    }

    /// What is promised of each store, and whether it was kept; nothing about what was not measured.
    fn verdicts(&self) -> Vec<String> {
        let mut said = Vec::new();
        let mut say =
            |what: String, kept: bool| said.push(format!("{} {what}", if kept { "kept:  " } else { "MISSED:" }));
        for (store, targets, most_added) in [("sqlite", [0.30, 0.88], 1.5), ("postgres", [0.25, 0.83], 3.0)] {
            for (provider_ms, target) in [0, 20].into_iter().zip(targets) {
                if let Some(hot) = self.case(store, 1, provider_ms, 64) {
                    let ratio = hot.ratio;
                    say(
                        format!("{store}, {provider_ms} ms: {ratio:.2} of the hop, at least {target}"),
                        ratio >= target,
                    );
                }
            }
            if let Some((hot, many)) = self.case(store, 1, 0, 64).zip(self.case(store, 100, 0, 64)) {
                let (hot, many) = (hot.ratio, many.ratio);
                say(format!("{store}: one wallet {hot:.2}, a hundred {many:.2}: one is not slower"), hot >= many);
            }
            if let Some(one) = self.case(store, 1, 0, 1) {
                let added = one.added_p50_ms;
                say(format!("{store}, one caller: {added:.2} ms more, at most {most_added}"), added <= most_added);
            }
        }
        if let Some(most) = self.cases.iter().map(|case| case.rss_kb / 1024).max() {
            say(format!("{most} MB of memory, at most 150"), most <= 150);
        }
        said
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} cores, {}, Linux {}\n\n{HEAD}", self.cores, self.processor, self.kernel)?;
        self.cases.iter().try_for_each(|case| writeln!(out, "{}", case.row()))?;
        writeln!(out)?;
        self.verdicts().iter().try_for_each(|verdict| writeln!(out, "{verdict}"))?;
        self.cases.iter().filter_map(Measured::busy).try_for_each(|warning| writeln!(out, "{warning}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Measured, Report};
    use serde_json::json;

    fn measured(store: &str, organizations: u32, ratio: f64, load_cores: f64) -> anyhow::Result<Measured> {
        let side = json!({
            "requests_per_second": 900.4, "p50_ms": 1.04, "p99_ms": 2.06, "server_us": 40.0,
            "load_cores": load_cores, "provider_cores": 0.1, "machine_cores": 2.0,
        });
        Ok(serde_json::from_value(json!({
            "store": store, "organizations": organizations, "provider_ms": 0, "connections": 64, "ratio": ratio,
            "added_p50_ms": 1.5, "governed": side, "hop": side, "rss_kb": 51_200, "executed": 7,
        }))?)
    }

    #[test]
    fn kept_and_missed_targets_are_told_apart() -> anyhow::Result<()> {
        let mut report = Report::new();
        report.add(measured("sqlite", 1, 0.4, 0.2)?);
        report.add(measured("sqlite", 100, 0.5, 0.2)?);
        report.add(measured("postgres", 1, 0.2, 0.2)?);
        let text = report.to_string();
        let row = "| sqlite | 1 | 0 ms | 64 | 900 | 1.0 | 2.1 | 40 | 900 | 1.0 | 2.1 | 40 | 0.40 | 1.50 | 50 |\n";
        for part in [
            row,
            "kept:   sqlite, 0 ms: 0.40 of the hop, at least 0.3\n",
            "MISSED: sqlite: one wallet 0.40, a hundred 0.50: one is not slower\n",
            "MISSED: postgres, 0 ms: 0.20 of the hop, at least 0.25\n",
            "kept:   50 MB of memory, at most 150\n",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(!text.contains("one caller") && !text.contains("busy"));
        Ok(())
    }

    #[test]
    fn a_load_at_its_end_is_noticed() -> anyhow::Result<()> {
        let mut report = Report::new();
        report.add(measured("sqlite", 1, 0.4, 0.97)?);
        assert!(report.to_string().contains("busy on 0.97 of their one core"));
        Ok(())
    }

    #[test]
    fn what_the_table_does_not_show_is_kept_for_machines() -> anyhow::Result<()> {
        assert_eq!(serde_json::to_value(measured("sqlite", 1, 0.4, 0.2)?)?["executed"], 7);
        Ok(())
    }
}
