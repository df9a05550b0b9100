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

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use actix_web::body::to_bytes;

    use super::*;

    fn numbers(
        asked: &Arc<AtomicI64>,
        last: Result<i64, i64>,
    ) -> impl FnMut(Option<i64>) -> futures::future::Ready<Result<Page, ApiError>> + Send + 'static {
        let asked = Arc::clone(asked);
        move |cursor| {
            let page = cursor.unwrap_or_default();
            asked.store(page, Ordering::SeqCst);
            futures::future::ready(match last {
                Err(broken) if page == broken => Err(ApiError::Unavailable),
                Ok(last) if page == last => Ok((format!("{page}\r\n"), None)),
                _ => Ok((format!("{page}\r\n"), Some(page + 1))),
            })
        }
    }

    #[actix_web::test]
    async fn a_file_ends_with_its_last_page() {
        let asked = Arc::default();
        let file = csv("n.csv", &["n"], numbers(&asked, Ok(3))).await.unwrap();
        assert_eq!(to_bytes(file.into_body()).await.unwrap(), "n\r\n0\r\n1\r\n2\r\n3\r\n");
    }

    #[actix_web::test]
    async fn half_a_file_never_looks_whole() {
        let asked = Arc::default();
        assert!(matches!(csv("n.csv", &["n"], numbers(&asked, Err(0))).await, Err(ApiError::Unavailable)));
        let file = csv("n.csv", &["n"], numbers(&asked, Err(2))).await.unwrap();
        assert!(to_bytes(file.into_body()).await.is_err());
    }

    #[actix_web::test]
    async fn nobody_reads_ahead_of_a_slow_reader() {
        let asked = Arc::default();
        let file = csv("n.csv", &["n"], numbers(&asked, Ok(i64::MAX))).await.unwrap();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(asked.load(Ordering::SeqCst) <= 2, "two pages wait, no more");
        drop(file);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(asked.load(Ordering::SeqCst) <= 2, "nobody reads for a reader who left");
    }
}
