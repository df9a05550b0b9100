//! Support for the end-to-end tests: the real binary on a fresh store, a client for its HTTP face, a fake provider.
//!
//! Nothing here reaches into the server: it is started, asked, killed and counted from outside. Every wait has a bound,
//! and every address is on loopback.

pub mod api;
pub mod binary;
pub mod book;
pub mod bootstrap;
pub mod core;
pub mod curl;
pub mod dir;
pub mod fake;
pub mod hop;
pub mod judge;
pub mod load;
pub mod money;
pub mod net;
pub mod paid;
pub mod person;
pub mod postgres;
pub mod race;
pub mod server;
pub mod site;
pub mod wait;

pub use api::{Api, Reply};
pub use book::Book;
pub use bootstrap::Bootstrap;
pub use fake::{Answer, Fake};
pub use person::Person;
pub use server::Server;
pub use site::{Site, Store};

/// Whether the long tier was asked for (`UPIVIA_TEST_FULL=1`).
#[must_use]
pub fn full() -> bool {
    std::env::var("UPIVIA_TEST_FULL").is_ok_and(|v| v == "1")
}

/// Makes of each `async fn name(Store) -> anyhow::Result<()>` two tests, `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use $crate::Store;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() -> anyhow::Result<()> {
                super::$name(Store::Sqlite).await
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() -> anyhow::Result<()> {
                super::$name(Store::Postgres).await
            }
        }
    )+};
}
