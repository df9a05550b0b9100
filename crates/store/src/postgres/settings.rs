//! How sessions are set up.

/// What a pool's connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Batches of the ledger: few statements, each prepared once per connection.
    Batches,
    /// Use-cases and reads.
    Rest,
}

/// Gives a transaction the limit of its session back.
pub(super) const STATEMENT_TIMEOUT: &str = "SET LOCAL statement_timeout = '10s'";

// A node that stalls in a transaction must not hold organizations for ever.
macro_rules! limits {
    () => {
        "SET lock_timeout = '2s'; SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'; \
         SET jit = off"
    };
}

impl Work {
    // A statement prepared while its tables are empty keeps the plan that was best then. Batches always go by index, so
    // their sessions forbid every other way; no row is asked for twice, so nothing is worth memoizing.
    pub(super) const fn session(self) -> &'static str {
        match self {
            Self::Batches => concat!(
                limits!(),
                "; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                 SET plan_cache_mode = force_generic_plan; \
                 SELECT set_config('enable_memoize', 'off', false) \
                 WHERE current_setting('server_version_num')::int >= 140000"
            ),
            Self::Rest => limits!(),
        }
    }
}
