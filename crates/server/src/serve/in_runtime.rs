//! HTTP workers have a small runtime each, which ends with them. What a handler starts must outlive that: handlers are
//! polled inside the main runtime, so that their tasks, timers and connections belong to it.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

/// A future that sees another runtime than the one that polls it.
pub(super) struct InRuntime<F> {
    runtime: Handle,
    future: Pin<Box<F>>,
}

impl<F: Future> InRuntime<F> {
    pub(super) fn new(runtime: Handle, future: F) -> Self {
        Self { runtime, future: Box::pin(future) }
    }
}

impl<F: Future> Future for InRuntime<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let _entered = this.runtime.enter();
        this.future.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{runtime::Builder, sync::oneshot};

    use super::*;

    #[test]
    fn a_task_outlives_the_runtime_in_which_it_was_started() {
        let main = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let worker = Builder::new_current_thread().build().unwrap();
        let (done, waiting) = oneshot::channel();
        worker.block_on(InRuntime::new(main.handle().clone(), async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            tokio::spawn(async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                done.send("done").unwrap();
            });
        }));
        drop(worker);
        assert_eq!(main.block_on(waiting), Ok("done"));
    }
}
