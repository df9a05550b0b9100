//! How sessions are set up.

/// What a pool's connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Batches of the ledger: few statements, each prepared once per connection.
    Batches,
    /// Use-cases and reads.
    Rest,
}

impl Work {
    // A statement prepared while its tables are empty keeps the plan that was best then. Batches always go by index, so
    // their sessions forbid every other way. A node that stalls in a transaction must not hold organizations for ever.
    pub(super) const fn session(self) -> &'static str {
        match self {
            Self::Batches => {
                "SET lock_timeout = '2s'; SET statement_timeout = '10s'; \
                 SET idle_in_transaction_session_timeout = '10s'; SET jit = off; \
                 SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                 SET plan_cache_mode = force_generic_plan"
            }
            Self::Rest => {
                "SET lock_timeout = '2s'; SET statement_timeout = '60s'; \
                 SET idle_in_transaction_session_timeout = '30s'; SET jit = off"
            }
        }
    }
}
