//! A gate before the answers: closed, every call waits; opened, all go.

use tokio::sync::watch;

/// Open or closed.
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// An open gate.
    pub fn open() -> Self {
        Self(watch::Sender::new(true))
    }

    /// Whoever comes now waits.
    pub fn close(&self) {
        self.0.send_replace(false);
    }

    /// Whoever waits goes on.
    pub fn release(&self) {
        self.0.send_replace(true);
    }

    /// Waits while closed.
    pub async fn pass(&self) {
        // Fails only when the sender is gone, and it lives in self.
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}
