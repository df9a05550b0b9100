//! A bound on work that takes a processor and memory: so many at once, so many waiting, and no more.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::spawn_blocking};
use upivia_domain::ports::PasswordFault;

pub(super) struct Gate {
    at_once: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Gate {
    pub(super) fn new(at_once: usize, waiting: usize) -> Self {
        let at_once = at_once.clamp(1, 1_024);
        let admitted = at_once.saturating_add(waiting.min(65_536));
        Self { at_once: Arc::new(Semaphore::new(at_once)), admitted: Arc::new(Semaphore::new(admitted)) }
    }

    /// Runs the work on a thread that may block. Its places are given back when it ends, also if the caller has left.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordFault> + Send + 'static,
    ) -> Result<T, PasswordFault> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PasswordFault::Busy)?;
        let place = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| PasswordFault::Failed)?;
        let work = move || {
            let places = (admitted, place);
            let done = work();
            drop(places);
            done
        };
        spawn_blocking(work).await.map_err(|_| PasswordFault::Failed)?
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
        time::Duration,
    };

    use super::*;

    #[tokio::test]
    async fn no_more_than_allowed_run_at_once() {
        let gate = Arc::new(Gate::new(2, 100));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (gate, running, most) = (Arc::clone(&gate), Arc::clone(&running), Arc::clone(&most));
                tokio::spawn(async move {
                    let work = move || {
                        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(5));
                        running.fetch_sub(1, Ordering::SeqCst);
                        Ok(())
                    };
                    gate.run(work).await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn one_too_many_is_told_so_and_a_caller_who_left_keeps_its_place() {
        let gate = Arc::new(Gate::new(1, 0));
        let (started, is_started) = tokio::sync::oneshot::channel();
        let (finish, finished) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move {
                let work = move || {
                    started.send(()).unwrap();
                    finished.recv().map_err(|_| PasswordFault::Failed)
                };
                gate.run(work).await
            }
        });
        is_started.await.unwrap();
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!(gate.run(|| Ok(())).await, Err(PasswordFault::Busy), "the work of the caller who left still runs");
        finish.send(()).unwrap();
        while gate.run(|| Ok(())).await == Err(PasswordFault::Busy) {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_place_back() {
        let gate = Gate::new(1, 0);
        assert_eq!(gate.run::<()>(|| panic!("a defect")).await, Err(PasswordFault::Failed));
        assert_eq!(gate.run(|| Ok(1)).await, Ok(1));
    }
}
