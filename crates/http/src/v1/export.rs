//! Lists as files: page after page, as fast as the reader takes them. No more than two pages are in memory, and no
//! connection to the store waits for a slow reader. A page that fails cuts the connection: half a file never looks whole.

use std::future::Future;

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    web::Bytes,
};
use tokio::sync::mpsc;

use upivia_domain::dispatch::Tags;

use crate::{
    ApiError,
    csv::{self, Cell},
};

/// How many rows a page has.
pub(super) const PAGE: u32 = 500;

/// Lines, and where those after them begin; absent at the end.
pub(super) type Page = (String, Option<i64>);

/// A CSV file of that name with these columns. The first page is read before the answer begins, so that what is wrong with
/// the question is still an error.
pub(super) async fn csv<F, P>(name: &'static str, columns: &[&str], mut page: F) -> Result<HttpResponse, ApiError>
where
    F: FnMut(Option<i64>) -> P + Send + 'static,
    P: Future<Output = Result<Page, ApiError>> + Send + 'static,
{
    let (lines, next) = page(None).await?;
    let (sender, mut receiver) = mpsc::channel(1);
    let first = csv::header(columns) + &lines;
    // In a task of its own: the body is polled by a worker's runtime, the store belongs to the main one.
    tokio::spawn(send(sender, first, next, page));
    let body = futures::stream::poll_fn(move |context| receiver.poll_recv(context));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(body))
}

async fn send<F, P>(to: mpsc::Sender<Result<Bytes, ApiError>>, first: String, mut next: Option<i64>, mut page: F)
where
    F: FnMut(Option<i64>) -> P + Send + 'static,
    P: Future<Output = Result<Page, ApiError>> + Send + 'static,
{
    let mut piece = Ok(first);
    loop {
        let failed = piece.is_err();
        // Nobody reads on: there is nobody to tell either.
        if to.send(piece.map(Bytes::from)).await.is_err() || failed {
            return;
        }
        let Some(cursor) = next else { return };
        piece = page(Some(cursor)).await.map(|(lines, after)| {
            next = after;
            lines
        });
    }
}

/// Labels in one cell, as JSON.
pub(super) fn labels(tags: &Tags) -> Cell {
    let text = Some(tags).filter(|tags| !tags.is_empty()).and_then(|tags| serde_json::to_string(tags).ok());
    Cell::text(text)
}
