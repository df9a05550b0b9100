//! The listening side.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::{Server, Service},
};
use anyhow::{Context, Result};
use tokio::runtime::Handle;
use upivia_http::Api;

use super::in_runtime::InRuntime;
use crate::config::Settings;

/// So long a client may go on sending after it was answered that its request is refused, and take to close its side.
const DISCONNECT_WITHIN: Duration = Duration::from_secs(2);

/// A bound server, and where it listens.
pub(super) struct Bound {
    pub(super) server: Server,
    pub(super) address: SocketAddr,
}

/// Binds. From here on connections queue, and they are served as soon as the server is polled.
pub(super) fn bind(settings: &Settings, api: Arc<Api>) -> Result<Bound> {
    let (listen, stop_within) = (&settings.listen, settings.stop_within.duration());
    let runtime = Handle::current();
    let routes = upivia_http::configure(api);
    let app = move || {
        let runtime = runtime.clone();
        App::new()
            .wrap_fn(move |request, service| InRuntime::new(runtime.clone(), service.call(request)))
            .configure(routes.clone())
    };
    let bound = HttpServer::new(app)
        .disable_signals()
        .client_request_timeout(settings.headers_within.duration())
        .client_disconnect_timeout(DISCONNECT_WITHIN)
        .keep_alive(settings.keep_alive.duration())
        .shutdown_timeout(stop_within.as_secs().max(1))
        .bind(listen)
        .with_context(|| format!("listen on {listen}"))?;
    let address = bound.addrs().first().copied().context("no address was bound")?;
    Ok(Bound { server: bound.run(), address })
}

/// Where a client on this machine finds it.
pub(super) fn base_url(address: SocketAddr) -> String {
    let mut shown = address;
    if address.ip().is_unspecified() {
        let loopback: std::net::IpAddr =
            if address.is_ipv4() { [127, 0, 0, 1].into() } else { [0, 0, 0, 0, 0, 0, 0, 1].into() };
        shown.set_ip(loopback);
    }
    format!("http://{shown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_can_be_called() {
        let shown = |text: &str| base_url(text.parse().unwrap());
        assert_eq!(shown("127.0.0.1:8787"), "http://127.0.0.1:8787");
        assert_eq!(shown("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(shown("[::]:80"), "http://[::1]:80");
    }
}
