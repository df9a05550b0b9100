//! From runs to figures.
#![expect(clippy::float_arithmetic, reason = "measurements, not money")]

use std::time::Duration;

use serde::Serialize;

use super::Run;

/// One run of one side.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Side {
    /// Answers in a second.
    pub requests_per_second: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 answers took no longer.
    pub p99_ms: f64,
    /// Time on a CPU that the server spent on each answer, in microseconds: what is left to compare on a busy machine.
    pub server_us: f64,
    /// Cores that the load was busy on; at 1 it has no more to give, for it is one thread.
    pub load_cores: f64,
    /// Cores that the provider was busy on; it is one thread too.
    pub provider_cores: f64,
    /// Cores that everything on the machine was busy on.
    pub machine_cores: f64,
}

/// The middle of several pairs.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Governed requests per second as a part of the hop's, the middle of all pairs.
    pub ratio: f64,
    /// What the ledger adds to the time of half of the requests, the middle of all pairs.
    pub added_p50_ms: f64,
    /// The middle of each figure.
    pub governed: Side,
    /// The middle of each figure.
    pub hop: Side,
}

impl Side {
    /// The figures of a run that was counted for so long; `cpu` is what server, provider and machine spent.
    #[must_use]
    pub fn of(run: &Run, counted: Duration, [server, provider, machine]: [Duration; 3]) -> Self {
        let cores = |spent: Duration| spent.as_secs_f64() / run.elapsed.as_secs_f64();
        Self {
            requests_per_second: run.micros.len() as f64 / counted.as_secs_f64(),
            p50_ms: quantile_ms(&run.micros, 50),
            p99_ms: quantile_ms(&run.micros, 99),
            server_us: server.as_secs_f64() * 1e6 / run.answers as f64,
            load_cores: cores(run.cpu),
            provider_cores: cores(provider),
            machine_cores: cores(machine),
        }
    }

    fn middle(sides: &[&Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| middle(sides.iter().map(|side| figure(side)));
        Self {
            requests_per_second: of(|side| side.requests_per_second),
            p50_ms: of(|side| side.p50_ms),
            p99_ms: of(|side| side.p99_ms),
            server_us: of(|side| side.server_us),
            load_cores: of(|side| side.load_cores),
            provider_cores: of(|side| side.provider_cores),
            machine_cores: of(|side| side.machine_cores),
        }
    }
}

impl Summary {
    /// Of pairs of a governed run and the hop beside it.
    #[must_use]
    pub fn of(pairs: &[(Side, Side)]) -> Self {
        let ratio = |(governed, hop): &(Side, Side)| governed.requests_per_second / hop.requests_per_second;
        let (governed, hop): (Vec<_>, Vec<_>) = pairs.iter().map(|(governed, hop)| (governed, hop)).unzip();
        Self {
            ratio: middle(pairs.iter().map(ratio)),
            added_p50_ms: middle(pairs.iter().map(|(governed, hop)| governed.p50_ms - hop.p50_ms)),
            governed: Side::middle(&governed),
            hop: Side::middle(&hop),
        }
    }
}

fn quantile_ms(sorted_micros: &[u32], percent: usize) -> f64 {
    let last = sorted_micros.len().saturating_sub(1);
    f64::from(sorted_micros.get(last * percent / 100).copied().unwrap_or_default()) / 1000.0
}

/// The median; of an even number of figures the lower one of the two in the middle.
fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{Side, Summary};

    fn side(requests_per_second: f64, p50_ms: f64) -> Side {
        Side { requests_per_second, p50_ms, ..Side::default() }
    }

    #[test]
    fn each_pair_is_compared_with_itself() {
        // A machine that became slower: the middle of each side alone would say 0.25.
        let pairs = [(40.0, 100.0), (25.0, 50.0), (10.0, 25.0)];
        let pairs = pairs.map(|(governed, hop)| (side(governed, 3.0), side(hop, 1.0)));
        let summary = Summary::of(&pairs);
        assert_eq!((summary.ratio * 100.0).round(), 40.0);
        assert_eq!((summary.governed.requests_per_second, summary.hop.requests_per_second), (25.0, 50.0));
        assert_eq!(summary.added_p50_ms, 2.0);
    }
}
