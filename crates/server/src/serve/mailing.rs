//! The task that sends the server's own mails. A mail that is on its way at the end of the process is waited for: who cuts it
//! off cannot know whether it arrived, and the next process sends it again.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle};
use upivia_application::mails::Delivery;

/// Runs, where there is a mail server.
pub(super) struct Mailing(Option<(watch::Sender<bool>, JoinHandle<()>)>);

impl Mailing {
    pub(super) fn start(delivery: Option<Delivery>) -> Self {
        Self(delivery.map(|delivery| {
            let (tell, told) = watch::channel(false);
            (tell, tokio::spawn(delivery.run(told)))
        }))
    }

    /// Begins no other mail, and waits for those that are on their way.
    pub(super) async fn stop(self, within: Duration) {
        let Some((tell, mut running)) = self.0 else { return };
        // A worker that is gone needs not be told.
        let _ = tell.send(true);
        if tokio::time::timeout(within, &mut running).await.is_err() {
            tracing::warn!("a mail was on its way for too long; it is sent again by whoever comes next");
            running.abort();
        }
    }
}
