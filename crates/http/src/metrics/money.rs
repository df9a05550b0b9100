//! Figures about money: sampled ones, and how long ends take to be committed. Every row is there from the beginning.

use upivia_application::{
    dispatch::{LAG_BOUNDS_MICROS, LagSoFar},
    gauges::MoneySample,
};

use super::exposition::Exposition;

const MICROS_PER_SECOND: u64 = 1_000_000;
const HOLDS: &str = "upivia_open_holds";
const DOLLARS: &str = "upivia_open_holds_dollars";
const OUTCOMES: &str = "upivia_open_outcomes";
const OLDEST: &str = "upivia_open_outcomes_oldest_seconds";
const PENDING: &str = "upivia_approvals_pending";
const LAG: &str = "upivia_settle_lag_seconds";

/// Writes the latest sample.
pub(super) fn write(to: &mut Exposition, sample: &MoneySample) {
    holds(to, sample);
    outcomes(to, sample);
    to.family(PENDING, "gauge", "Questions that wait for a person.");
    for (mode, count) in &sample.pending_approvals {
        to.sample(PENDING, &[("mode", mode.as_str())], count);
    }
    let drift = "Nanodollars by which the books differ from themselves; must read 0. Compared for every organization that \
                 changed since the sample before: each account's balance and the debt with what the journal moved since the \
                 first sample (since the beginning, where that was at most 10000 events ago), and what each account holds \
                 with its open holds. Windows and the audit chain are not compared: upivia ledger verify does.";
    to.gauge("upivia_ledger_drift_nanos", drift, sample.drift_nanos);
    let at = sample.at.map_or(0, |at| at.micros().unsigned_abs() / MICROS_PER_SECOND);
    to.gauge("upivia_money_sampled_at_seconds", "When the figures about money were sampled, in Unix time.", at);
    to.counter("upivia_money_sample_failures_total", "Samples of money that could not be taken.", sample.failures);
}

fn holds(to: &mut Exposition, sample: &MoneySample) {
    let ages = "Each has one age: 1m is up to a minute, 10m from there up to ten minutes, and so on.";
    to.family(HOLDS, "gauge", &format!("Open holds of all organizations by age. {ages}"));
    for row in &sample.holds {
        to.sample(HOLDS, &[("mode", row.mode.as_str()), ("age", row.age.as_str())], row.count);
    }
    to.family(DOLLARS, "gauge", "What they hold, in dollars.");
    for row in &sample.holds {
        to.sample(DOLLARS, &[("mode", row.mode.as_str()), ("age", row.age.as_str())], row.amount);
    }
}

fn outcomes(to: &mut Exposition, sample: &MoneySample) {
    to.family(OUTCOMES, "gauge", "Requests that run at a provider, or whose outcome is unknown.");
    for row in &sample.outcomes {
        to.sample(OUTCOMES, &[("mode", row.mode.as_str()), ("state", row.state.as_str())], row.count);
    }
    to.family(OLDEST, "gauge", "Since the oldest of them was decided; 0 where there is none.");
    for row in &sample.outcomes {
        to.sample(OLDEST, &[("mode", row.mode.as_str()), ("state", row.state.as_str())], row.oldest_seconds);
    }
}

/// Writes how long ends took.
pub(super) fn write_lag(to: &mut Exposition, lag: &LagSoFar) {
    to.family(LAG, "histogram", "From the answer of a provider to the commit of what it led to.");
    let bounds = LAG_BOUNDS_MICROS.iter().map(|micros| seconds(*micros)).chain(["+Inf".to_owned()]);
    let mut total = 0;
    for (count, bound) in lag.counts.iter().zip(bounds) {
        total += count;
        to.sample(&format!("{LAG}_bucket"), &[("le", &bound)], total);
    }
    to.sample(&format!("{LAG}_sum"), &[], seconds(lag.sum_micros));
    to.sample(&format!("{LAG}_count"), &[], total);
}

/// Decimal seconds without zeros at their end.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
