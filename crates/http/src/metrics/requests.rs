//! HTTP requests by route, method and class of status.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use actix_web::http::{Method as HttpMethod, StatusCode};

use super::{exposition::Exposition, histogram::Histogram};
use crate::{route::Route, table::routes};

const REQUESTS: &str = "upivia_http_requests_total";
const DURATION: &str = "upivia_http_request_duration_seconds";
/// The route of all requests that belong to none.
const UNMATCHED: &str = "unmatched";
/// Their methods; the last stands for all others.
const METHODS: [&str; 5] = ["GET", "POST", "PATCH", "DELETE", "other"];
const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// Which row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series(usize);

impl Series {
    /// The row of a route of the table.
    pub(crate) fn of(route: &Route) -> Self {
        let is_it = |(_, other): (_, &Route)| (other.method, other.path) == (route.method, route.path);
        Self(routes().position(is_it).unwrap_or(usize::MAX))
    }
}

#[derive(Debug)]
pub(super) struct Requests(Vec<Row>);

#[derive(Debug)]
struct Row {
    route: &'static str,
    method: &'static str,
    classes: [AtomicU64; CLASSES.len()],
    latency: Histogram,
}

impl Requests {
    pub(super) fn new() -> Self {
        let known = routes().map(|(_, route)| (route.path, route.method.as_str()));
        let all = known.chain(METHODS.map(|method| (UNMATCHED, method)));
        Self(all.map(|(route, method)| Row::new(route, method)).collect())
    }

    /// The row of a request that belongs to no route.
    pub(super) fn unmatched(&self, method: &HttpMethod) -> Series {
        let known = METHODS.iter().position(|name| *name == method.as_str());
        Series(self.0.len() - METHODS.len() + known.unwrap_or(METHODS.len() - 1))
    }

    pub(super) fn count(&self, series: Series, status: StatusCode, after: Duration) {
        let Some(row) = self.0.get(series.0) else { return };
        let class = usize::from(status.as_u16() / 100).saturating_sub(2);
        if let Some(count) = row.classes.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        row.latency.observe(after);
    }

    pub(super) fn write(&self, to: &mut Exposition) {
        to.family(REQUESTS, "counter", "HTTP requests that were answered.");
        for row in &self.0 {
            for (class, count) in CLASSES.iter().zip(&row.classes) {
                let labels = [("route", row.route), ("method", row.method), ("status", *class)];
                to.sample(REQUESTS, &labels, count.load(Ordering::Relaxed));
            }
        }
        to.family(DURATION, "histogram", "How long the answers of routes took.");
        for row in self.0.iter().filter(|row| row.route != UNMATCHED) {
            row.latency.write(to, DURATION, &[("route", row.route), ("method", row.method)]);
        }
    }
}

impl Row {
    fn new(route: &'static str, method: &'static str) -> Self {
        Self { route, method, classes: Default::default(), latency: Histogram::default() }
    }
}
