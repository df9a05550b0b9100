//! How long a use-case may hold the one writer.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

/// While it runs, nobody else writes.
pub(crate) const WORK: Duration = Duration::from_millis(250);

/// How long the file may take to begin or to end a transaction.
pub(crate) const SILENCE: Duration = Duration::from_secs(15);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// What the future came to, or `None` if it was not ready in time.
///
/// Keeps the thread: it belongs to the connection, whose futures are ready at once. A future that waits for anything else
/// would hold the writer for ever, so it is given up at the limit.
pub(crate) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let deadline = Instant::now() + limit;
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let rest = deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            return None;
        }
        thread::park_timeout(rest);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use futures::{executor::block_on, future};

    use super::within;

    #[test]
    fn a_future_that_is_never_ready_is_given_up() {
        let began = Instant::now();
        let output = block_on(within(Duration::from_millis(30), future::pending::<()>()));
        assert!(output.is_none() && began.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn a_future_that_is_woken_is_ready_in_time() {
        let (sender, receiver) = futures::channel::oneshot::channel();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(10));
            sender.send(7).unwrap();
        });
        assert_eq!(block_on(within(Duration::from_secs(60), receiver)), Some(Ok(7)));
    }
}
