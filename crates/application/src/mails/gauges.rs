//! Figures about mails: counted as they are tried, and sampled from the outbox.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use upivia_domain::{Timestamp, ports::OutboxCounts};

/// The figures of one process. Cheap to clone; reading asks nobody.
#[derive(Debug, Clone, Default)]
pub struct MailGauges(Arc<Figures>);

#[derive(Debug, Default)]
struct Figures {
    delivered: AtomicU64,
    deferred: AtomicU64,
    failed: AtomicU64,
    waiting: AtomicU64,
    given_up: AtomicU64,
    oldest_seconds: AtomicU64,
}

/// What they say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailsSoFar {
    /// Taken by the mail server, since the process began.
    pub delivered: u64,
    /// Tries after which another one follows, since the process began.
    pub deferred: u64,
    /// Given up, since the process began.
    pub failed: u64,
    /// Not delivered yet, of all processes, at the last sample.
    pub waiting: u64,
    /// Given up and not forgotten yet, of all processes, at the last sample.
    pub given_up: u64,
    /// Since the oldest mail that waits was written; 0 where none waits.
    pub oldest_seconds: u64,
}

impl MailGauges {
    /// The present figures.
    pub fn read(&self) -> MailsSoFar {
        let read = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        MailsSoFar {
            delivered: read(&self.0.delivered),
            deferred: read(&self.0.deferred),
            failed: read(&self.0.failed),
            waiting: read(&self.0.waiting),
            given_up: read(&self.0.given_up),
            oldest_seconds: read(&self.0.oldest_seconds),
        }
    }

    pub(super) fn count_delivered(&self) {
        self.0.delivered.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_deferred(&self) {
        self.0.deferred.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_failed(&self) {
        self.0.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn sample(&self, counts: &OutboxCounts, now: Timestamp) {
        let age = |since: Timestamp| now.micros().saturating_sub(since.micros()).max(0).unsigned_abs() / 1_000_000;
        self.0.waiting.store(counts.waiting, Ordering::Relaxed);
        self.0.given_up.store(counts.failed, Ordering::Relaxed);
        self.0.oldest_seconds.store(counts.oldest.map_or(0, age), Ordering::Relaxed);
    }
}
