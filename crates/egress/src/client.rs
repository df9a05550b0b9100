//! The HTTP client. Whatever could send a request twice, or elsewhere, is off.

use std::time::Duration;

use reqwest::{Client, redirect::Policy};

use crate::{Reach, resolver::GuardedResolver};

/// At least as many as there are callers at once: a closed connection costs the next call a handshake.
const IDLE_CONNECTIONS: usize = 1_024;

/// Shorter than servers keep idle connections (many: 5 seconds). A call that meets one that is just being closed ends as
/// unknown, which somebody must resolve; another handshake is cheaper.
const IDLE_TIME: Duration = Duration::from_secs(4);

/// A client whose connections stay within reach. Two connects fit into the time limit of a call.
///
/// # Errors
///
/// The library could not be set up.
pub fn client(reach: Reach, time_limit: Duration) -> reqwest::Result<Client> {
    // The library panics without a process-wide TLS provider; somebody else may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .connect_timeout((time_limit / 3).min(Duration::from_secs(10)))
        .dns_resolver(GuardedResolver(reach))
        .no_proxy()
        .pool_idle_timeout(IDLE_TIME)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .user_agent(concat!("upivia/", env!("CARGO_PKG_VERSION")))
        .build()
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::{Exchange, exchange};

    async fn ask_localhost(reach: Reach) -> (Exchange, bool) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let limit = Duration::from_secs(1);
        let request = client(reach, limit).unwrap().get(url).timeout(limit);
        let accepted = async { listener.accept().await.is_ok() };
        let (exchange, accepted) = tokio::join!(exchange(request, 100), tokio::time::timeout(limit * 2, accepted));
        (exchange, accepted.is_ok())
    }

    #[tokio::test]
    async fn the_client_connects_only_within_reach() {
        let (refused, accepted) = ask_localhost(Reach::Public).await;
        assert!(matches!(refused, Exchange::NotSent(_)) && !accepted, "{refused:?}");
        // It connected, and the listener never answers.
        let (lost, accepted) = ask_localhost(Reach::Operator).await;
        assert!(matches!(lost, Exchange::Lost(_)) && accepted, "{lost:?}");
    }
}
