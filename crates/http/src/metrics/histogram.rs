//! How long answers took, in integers.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::exposition::Exposition;

/// Upper bounds as they are shown, and in microseconds.
const BOUNDS: [(&str, u128); 10] = [
    ("0.001", 1_000),
    ("0.005", 5_000),
    ("0.01", 10_000),
    ("0.05", 50_000),
    ("0.1", 100_000),
    ("0.5", 500_000),
    ("1", 1_000_000),
    ("5", 5_000_000),
    ("15", 15_000_000),
    ("60", 60_000_000),
];
const MICROS_PER_SECOND: u64 = 1_000_000;

#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// Not cumulative; the last one has no bound.
    counts: [AtomicU64; BOUNDS.len() + 1],
    sum_micros: AtomicU64,
}

impl Histogram {
    pub(super) fn observe(&self, span: Duration) {
        let micros = span.as_micros();
        let slot = BOUNDS.iter().position(|(_, bound)| micros <= *bound).unwrap_or(BOUNDS.len());
        if let Some(count) = self.counts.get(slot) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_micros.fetch_add(u64::try_from(micros).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// All samples of this histogram. The count is the last bucket, whatever is observed meanwhile.
    pub(super) fn write(&self, to: &mut Exposition, name: &str, labels: &[(&str, &str)]) {
        let (bucket, bounds) = (format!("{name}_bucket"), BOUNDS.iter().map(|(shown, _)| *shown).chain(["+Inf"]));
        let mut total = 0;
        for (count, bound) in self.counts.iter().zip(bounds) {
            total += count.load(Ordering::Relaxed);
            to.sample(&bucket, &[labels, &[("le", bound)]].concat(), total);
        }
        let sum = self.sum_micros.load(Ordering::Relaxed);
        let seconds = format!("{}.{:06}", sum / MICROS_PER_SECOND, sum % MICROS_PER_SECOND);
        to.sample(&format!("{name}_sum"), labels, seconds);
        to.sample(&format!("{name}_count"), labels, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_bounds_belong_to_theirs() {
        let histogram = Histogram::default();
        for micros in [0, 1_000, 1_001, 60_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let mut to = Exposition::default();
        histogram.write(&mut to, "x", &[("route", "/a")]);
        let text = to.into_text();
        for line in [
            r#"x_bucket{route="/a",le="0.001"} 2"#,
            r#"x_bucket{route="/a",le="0.005"} 3"#,
            r#"x_bucket{route="/a",le="60"} 3"#,
            r#"x_bucket{route="/a",le="+Inf"} 4"#,
            r#"x_sum{route="/a"} 60.002002"#,
            r#"x_count{route="/a"} 4"#,
        ] {
            assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
        }
    }
}
