//! The best run of each side, as a table for people and as JSON for machines.
#![expect(clippy::float_arithmetic, reason = "measurements, not money")]

use super::naive::NaiveRun;
use super::ours::Ours;
use anyhow::{Context, Result};
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// What was measured, and what both sides are compared by.
#[derive(Serialize)]
pub struct Report {
    rounds: u32,
    naive_seconds: u32,
    cores: usize,
    ours: Vec<Ours>,
    naive: Vec<NaiveRun>,
    best_hot_on_postgres: Option<f64>,
    best_naive: Option<f64>,
    hot_to_naive: Option<f64>,
}

impl Report {
    pub fn new(rounds: u32, naive_seconds: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (ours, naive) = (Vec::new(), Vec::new());
        Self {
            rounds,
            naive_seconds,
            cores,
            ours,
            naive,
            best_hot_on_postgres: None,
            best_naive: None,
            hot_to_naive: None,
        }
    }

    /// Keeps the best run of each store, shape and number in flight.
    pub fn add_ours(&mut self, runs: Vec<Ours>) {
        for run in runs {
            match self.ours.iter_mut().find(|kept| same(kept, &run)) {
                Some(kept) if kept.commands_per_second < run.commands_per_second => *kept = run,
                Some(_) => {}
                None => self.ours.push(run),
            }
        }
        self.compare();
    }

    /// Keeps the best run of each number of clients.
    pub fn add_naive(&mut self, runs: Vec<NaiveRun>) {
        for run in runs {
            match self.naive.iter_mut().find(|kept| kept.clients == run.clients) {
                Some(kept) if kept.commands_per_second < run.commands_per_second => *kept = run,
                Some(_) => {}
                None => self.naive.push(run),
            }
        }
        self.compare();
    }

    /// Writes everything as JSON.
    pub fn write(&self, file: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(file, json).with_context(|| format!("cannot write {}", file.display()))
    }

    fn compare(&mut self) {
        let hot = self.ours.iter().filter(|run| run.store == "postgres" && run.shape == "hot");
        self.best_hot_on_postgres = hot.map(|run| run.commands_per_second).max_by(f64::total_cmp);
        self.best_naive = self.naive.iter().map(|run| run.commands_per_second).max_by(f64::total_cmp);
        self.hot_to_naive = self.best_hot_on_postgres.zip(self.best_naive).map(|(hot, naive)| hot / naive);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "best of {} rounds on {} cores, pgbench {} s each", self.rounds, self.cores, self.naive_seconds)?;
        writeln!(
            out,
            "{:<10}{:<8}{:>10}{:>13}{:>10}{:>10}{:>10}{:>13}",
            "store", "shape", "in flight", "commands/s", "p50 µs", "p99 µs", "rows/req", "commits/req"
        )?;
        self.ours.iter().try_for_each(|run| line_of_ours(out, run))?;
        self.naive.iter().try_for_each(|run| line_of_naive(out, run))?;
        match (self.best_hot_on_postgres, self.best_naive, self.hot_to_naive) {
            (Some(hot), Some(naive), Some(ratio)) => {
                writeln!(out, "best hot on postgres {hot:.0}, best naive {naive:.0} commands/s: {ratio:.1} to 1")
            }
            _ => writeln!(out, "nothing to compare: a side has no run on postgres"),
        }
    }
}

fn same(one: &Ours, other: &Ours) -> bool {
    (&one.store, &one.shape, one.in_flight) == (&other.store, &other.shape, other.in_flight)
}

fn line_of_ours(out: &mut fmt::Formatter<'_>, run: &Ours) -> fmt::Result {
    let Ours { store, shape, in_flight, commands_per_second, p50_us, p99_us, .. } = run;
    write!(out, "{store:<10}{shape:<8}{in_flight:>10}{commands_per_second:>13.0}{p50_us:>10.0}{p99_us:>10.0}")?;
    writeln!(out, "{:>10.2}{:>13.2}", run.rows_written_per_request, run.commits_per_request)
}

fn line_of_naive(out: &mut fmt::Formatter<'_>, run: &NaiveRun) -> fmt::Result {
    let NaiveRun { clients, commands_per_second } = run;
    writeln!(out, "{:<10}{:<8}{clients:>10}{commands_per_second:>13.0}", "pgbench", "hot")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(store: &str, in_flight: u32, commands_per_second: f64) -> Ours {
        let (store, shape) = (store.to_owned(), "hot".to_owned());
        let (p50_us, p99_us, rows_written_per_request, commits_per_request) = (1.0, 2.0, 3.0, 4.0);
        Ours {
            store,
            shape,
            in_flight,
            commands_per_second,
            p50_us,
            p99_us,
            rows_written_per_request,
            commits_per_request,
        }
    }

    #[test]
    fn the_best_runs_on_postgres_are_compared() {
        let mut report = Report::new(2, 1);
        report.add_ours(vec![ours("sqlite", 64, 900.0), ours("postgres", 64, 500.0), ours("postgres", 1, 100.0)]);
        report.add_ours(vec![ours("postgres", 64, 400.0)]);
        report.add_naive(vec![NaiveRun { clients: 1, commands_per_second: 40.0 }]);
        report.add_naive(vec![NaiveRun { clients: 1, commands_per_second: 50.0 }]);
        assert_eq!(report.ours.len(), 3);
        assert!(report.to_string().ends_with("best hot on postgres 500, best naive 50 commands/s: 10.0 to 1\n"));
    }

    #[test]
    fn one_side_alone_is_not_compared() {
        let mut report = Report::new(1, 1);
        report.add_ours(vec![ours("postgres", 64, 500.0)]);
        assert!(report.to_string().contains("nothing to compare"));
    }
}
