//! Who may read the metrics.

use actix_web::HttpRequest;
use serde::{Deserialize, Serialize};

/// From where the metrics can be read; from elsewhere the path is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricsAccess {
    /// From nowhere.
    Off,
    /// From this machine, without a proxy in between.
    #[default]
    Loopback,
    /// From everywhere.
    Open,
}

/// Headers of proxies: what came through one comes from elsewhere, whatever address the proxy has.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

impl MetricsAccess {
    pub(crate) fn lets_in(self, http: &HttpRequest) -> bool {
        match self {
            Self::Off => false,
            Self::Open => true,
            Self::Loopback => {
                let is_near = http.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
                is_near && FORWARDED.iter().all(|name| !http.headers().contains_key(*name))
            }
        }
    }
}
