//! One request that was let in. However it ends, also by a panic or a client that hangs up, its place is free again.

use std::sync::Arc;

use super::{Guard, callers::Who};

/// A place that is held as long as this lives.
#[must_use = "the place is free again when this is dropped"]
pub(crate) struct Permit {
    pub(super) guard: Arc<Guard>,
    pub(super) who: Who,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.guard.leave(self.who);
    }
}
