//! Whether requests may be sent here: not once the process was told to stop, and only with a fresh lease.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use upivia_application::node::Node;
use upivia_http::Readiness;

/// The state of the process.
pub(super) struct State {
    node: Arc<Node>,
    stopping: AtomicBool,
}

impl State {
    pub(super) fn of(node: Arc<Node>) -> Arc<Self> {
        Arc::new(Self { node, stopping: AtomicBool::new(false) })
    }

    /// From now on the process is not ready.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }
}

impl Readiness for State {
    fn check(&self) -> Result<(), String> {
        if self.stopping.load(Ordering::SeqCst) {
            return Err("the server is stopping".to_owned());
        }
        self.node.is_ready()
    }
}
