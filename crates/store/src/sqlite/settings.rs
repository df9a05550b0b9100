//! How connections to the file are set up.

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The one that changes the file.
    Write,
    /// Those that only read.
    Read,
    /// One that writes another file than this: a copy.
    Copy,
}

impl Access {
    /// For the names of threads.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Write => "writer",
            Self::Read => "reader",
            Self::Copy => "copier",
        }
    }

    // FULL, because an answered commit must survive a power cut; group commit makes it as fast as NORMAL. The checkpoint
    // stays on the writer: a second connection never gets to restart the log, which then grows without end.
    pub(super) const fn pragmas(self) -> &'static str {
        match self {
            Self::Write => {
                "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 2000; \
                 PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;"
            }
            Self::Read => {
                "PRAGMA busy_timeout = 2000; PRAGMA query_only = ON; PRAGMA cache_size = -8192; \
                 PRAGMA temp_store = MEMORY;"
            }
            // Not `query_only`, which would forbid the copy as well.
            Self::Copy => "PRAGMA busy_timeout = 2000; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
        }
    }
}
