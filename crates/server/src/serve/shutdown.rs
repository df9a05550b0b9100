//! The end of a process: what is under way ends here if it can, and is left to the others if not.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::time::Instant;
use upivia_application::node::Node;

use super::{readiness::State, signals::Signals};

const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Not ready → no new connections → answers → what goes on without a client → the lease. A second signal cuts it short.
pub(super) async fn stop(handle: &ServerHandle, state: &State, node: &Node, within: Duration, signals: &mut Signals) {
    tracing::info!(?within, "stopping");
    let until = Instant::now() + within;
    state.stop();
    tokio::select! {
        () = end(handle, node, until) => {}
        () = signals.next() => tracing::warn!("told again: not waiting any longer"),
    }
    match node.in_hand().len() {
        0 => tracing::info!("stopped, nothing is under way"),
        left => tracing::warn!(left, "stopped with requests under way; whoever comes next takes them over"),
    }
    if let Err(error) = node.release().await {
        tracing::warn!(%error, "the lease could not be given back; it ends by itself");
    }
}

async fn end(handle: &ServerHandle, node: &Node, until: Instant) {
    handle.stop(true).await;
    while !node.in_hand().is_empty() && Instant::now() < until {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
