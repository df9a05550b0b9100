//! A read transaction that stays open between reads. Whoever owns the connection serves reads from a queue until the view
//! is dropped; then the transaction ends.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};
use upivia_domain::ports::StoreError;

use super::{Conn, Database, source};
use crate::{error::store_error, schema::org_heads};

type Read = Box<dyn for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, ()> + Send>;

/// One committed state, as long as it lives.
pub(super) struct View {
    reads: mpsc::UnboundedSender<Read>,
}

impl View {
    pub(super) async fn open(database: Arc<Database>) -> Result<Self, StoreError> {
        let (reads, queue) = mpsc::unbounded_channel();
        let (opened, is_open) = oneshot::channel();
        let served = tokio::spawn(source::lend(database, move |conn| Box::pin(serve(conn, opened, queue))));
        if is_open.await.is_ok() {
            return Ok(Self { reads });
        }
        match served.await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Err(ended()),
        }
    }

    pub(super) async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let read: Read = Box::new(move |conn| {
            let read = read(conn);
            Box::pin(async move { drop(answer.send(read.await)) })
        });
        self.reads.send(read).map_err(|_| ended())?;
        waiting.await.map_err(|_| ended())?
    }
}

fn ended() -> StoreError {
    StoreError::Unavailable("the view of the ledger ended".to_owned())
}

async fn serve(
    conn: &mut Conn,
    opened: oneshot::Sender<()>,
    mut queue: mpsc::UnboundedReceiver<Read>,
) -> Result<(), StoreError> {
    conn.batch_execute(source::BEGIN).await.map_err(store_error)?;
    // Both databases fix what a view sees at its first read, not at its beginning.
    let first = org_heads::table.select(org_heads::org_id).limit(1).execute(conn).await;
    first.map_err(store_error)?;
    let _ = opened.send(());
    while let Some(read) = queue.recv().await {
        read(conn).await;
    }
    conn.batch_execute("ROLLBACK").await.map_err(store_error)
}
