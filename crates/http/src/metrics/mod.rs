//! What an operator watches, as Prometheus reads it. Every label has a closed set of values that is known at the start, so
//! that nothing a caller sends can add a series. Deliberately absent: queries; figures that need one are sampled elsewhere.

mod access;
mod dispatch;
mod exposition;
mod histogram;
mod mails;
mod money;
mod requests;
mod under_way;
mod writes;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::http::{Method as HttpMethod, StatusCode};
use upivia_application::{
    dispatch::{Answer, LagSoFar},
    gauges::MoneySample,
    mails::MailsSoFar,
};

use self::{dispatch::Outcomes, exposition::Exposition, requests::Requests, under_way::UnderWay};
pub use access::MetricsAccess;
pub(crate) use requests::Series;
pub use writes::{Writes, WritesSoFar};

use crate::ApiError;

/// The content type of the text format.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The counters of a process.
pub(crate) struct Metrics {
    requests: Requests,
    under_way: Arc<AtomicU64>,
    outcomes: Outcomes,
    ledger_unavailable: AtomicU64,
    rate_limited: AtomicU64,
}

/// What others count.
pub(crate) struct Elsewhere {
    pub(crate) in_hand: usize,
    pub(crate) written: WritesSoFar,
    pub(crate) money: Arc<MoneySample>,
    pub(crate) mails: MailsSoFar,
    pub(crate) settle_lag: LagSoFar,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            requests: Requests::new(),
            under_way: Arc::default(),
            outcomes: Outcomes::new(),
            ledger_unavailable: AtomicU64::new(0),
            rate_limited: AtomicU64::new(0),
        }
    }

    /// Counts an HTTP request that begins; it ends when the value is dropped.
    pub(crate) fn begin(&self) -> UnderWay {
        UnderWay::begin(&self.under_way)
    }

    /// Counts an answer of a route.
    pub(crate) fn answered(&self, series: Series, status: StatusCode, after: Duration) {
        self.requests.count(series, status, after);
    }

    /// Counts an answer to a request that belongs to no route.
    pub(crate) fn unmatched(&self, method: &HttpMethod, status: StatusCode) {
        self.requests.count(self.requests.unmatched(method), status, Duration::ZERO);
    }

    /// Counts an error that has a counter of its own.
    pub(crate) fn refused(&self, error: &ApiError) {
        match error {
            ApiError::Unavailable => self.ledger_unavailable.fetch_add(1, Ordering::Relaxed),
            ApiError::RateLimited { .. } => self.rate_limited.fetch_add(1, Ordering::Relaxed),
            _ => return,
        };
    }

    /// Counts the answer to a paid action.
    pub(crate) fn dispatched(&self, answer: &Answer) {
        self.outcomes.count(answer);
    }

    /// All of it as text.
    pub(crate) fn text(&self, elsewhere: &Elsewhere) -> String {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut to = Exposition::default();
        self.requests.write(&mut to);
        to.gauge("upivia_http_requests_under_way", "HTTP requests without an answer yet.", read(&self.under_way));
        self.outcomes.write(&mut to);
        to.gauge("upivia_requests_in_hand", "Paid actions under way in this process.", elsewhere.in_hand);
        let written = elsewhere.written;
        to.counter("upivia_store_commits_total", "Transactions that changed something.", written.commits);
        to.counter("upivia_store_rows_written_total", "Rows that they wrote.", written.rows);
        let unavailable = read(&self.ledger_unavailable);
        to.counter("upivia_ledger_unavailable_total", "Answers 503 ledger_unavailable.", unavailable);
        to.counter("upivia_rate_limited_total", "Answers 429 rate_limited.", read(&self.rate_limited));
        money::write_lag(&mut to, &elsewhere.settle_lag);
        money::write(&mut to, &elsewhere.money);
        mails::write(&mut to, &elsewhere.mails);
        to.into_text()
    }
}
