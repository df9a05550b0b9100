//! `upivia serve`: one process from its first line to its last.

mod first_start;
#[cfg(feature = "bench-hop")]
mod hop;
mod http_server;
mod in_runtime;
mod lanes;
mod mailing;
mod providers;
mod readiness;
mod shutdown;
mod signals;
mod wiring;

use anyhow::{Result, bail};
use mailing::Mailing;
use signals::Signals;
use wiring::Wired;

use crate::{
    config::Settings,
    storage::{self, Storage},
};

/// Serves until told to stop.
///
/// # Errors
///
/// It could not start, or the listening side failed.
pub async fn run(settings: &Settings) -> Result<()> {
    let mut signals = Signals::listen()?;
    let storage = storage::open(settings, "start another one").await?;
    let served = serve(settings, &storage, &mut signals).await;
    // Also after a start that failed: whoever copies the file then, copies all of it.
    storage.close().await;
    served
}

async fn serve(settings: &Settings, storage: &Storage, signals: &mut Signals) -> Result<()> {
    let Wired { api, node, state, lanes, workers, delivery } = wiring::wire(settings, storage).await?;
    let stop_within = settings.stop_within.duration();
    let bound = http_server::bind(settings, api)?;
    let base = http_server::base_url(bound.address);
    // Only now: a port that is taken must not cost the secrets that are shown once.
    first_start::greet(settings, storage, &base).await?;
    tracing::info!(listen = %bound.address, node = %node.id(), embedded = settings.is_embedded(), "listening");

    let working: Vec<_> = workers.into_iter().map(tokio::spawn).collect();
    let mailing = Mailing::start(delivery);
    let handle = bound.server.handle();
    let mut serving = tokio::spawn(bound.server);
    tokio::select! {
        () = signals.next() => shutdown::stop(&handle, &state, &node, stop_within, signals).await,
        ended = &mut serving => bail!("the listening side ended by itself: {ended:?}"),
    }
    mailing.stop(stop_within).await;
    working.iter().for_each(tokio::task::JoinHandle::abort);
    drop(lanes);
    Ok(())
}
