//! Threads that own connections. A job gets a connection to itself, and leaves it without an open transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use futures::{executor::block_on, future::BoxFuture};
use tokio::sync::oneshot;
use upivia_domain::ports::StoreError;

use super::{Conn, settings::Access};

type Job = Box<dyn FnOnce(&mut Conn) + Send>;

/// What a thread finds in the queue.
enum Next {
    /// Work.
    Run(Job),
    /// Nothing more: the thread that takes this closes its connection.
    End,
}

/// One or more threads that take jobs from one queue. They end when this is dropped and the queue is empty.
pub(crate) struct Threads {
    queue: mpsc::Sender<Next>,
    running: Mutex<Vec<JoinHandle<()>>>,
}

impl Threads {
    /// Opens `count` connections to the file.
    pub(crate) fn open(path: &Path, access: Access, count: usize) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let mut running = Vec::with_capacity(count);
        for _ in 0..count {
            let (opened, waiting) = mpsc::channel();
            let (path, jobs) = (path.to_owned(), Arc::clone(&jobs));
            let name = format!("sqlite-{}", access.name());
            let spawned = thread::Builder::new().name(name).spawn(move || serve(&path, access, &opened, &jobs));
            running.push(spawned.map_err(|error| StoreError::Unavailable(error.to_string()))?);
            waiting.recv().map_err(|_| StoreError::Unavailable("a thread of the store ended".to_owned()))??;
        }
        Ok(Self { queue, running: Mutex::new(running) })
    }

    /// Runs a job to its end, also when the caller drops this future. The job MUST await nothing but the connection.
    ///
    /// Whatever is still open after an error or a panic is rolled back; a job that returns `Ok` has committed or only read.
    pub(crate) async fn run<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let _ = answer.send(run_on(conn, job));
        });
        let ended = || StoreError::Unavailable("the thread of the store ended".to_owned());
        self.queue.send(Next::Run(job)).map_err(|_| ended())?;
        waiting.await.map_err(|_| ended())?
    }

    /// Ends the threads behind all jobs sent before, and waits until their connections are closed. Jobs sent later fail.
    pub(crate) async fn end(&self) {
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for _ in &running {
            let _ = self.queue.send(Next::End);
        }
        let joined = tokio::task::spawn_blocking(move || {
            for thread in running {
                // A thread that panicked has let go of its connection as well.
                let _ = thread.join();
            }
        });
        let _ = joined.await;
    }
}

fn run_on<T, F>(conn: &mut Conn, job: F) -> Result<T, StoreError>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, StoreError>>,
{
    let result = catch_unwind(AssertUnwindSafe(|| block_on(job(conn))))
        .unwrap_or_else(|_| Err(StoreError::Internal("a job of the store panicked".to_owned())));
    if result.is_err() {
        // Fails where nothing is open, which is as good.
        let _ = block_on(conn.batch_execute("ROLLBACK"));
    }
    result
}

fn serve(
    path: &Path,
    access: Access,
    opened: &mpsc::Sender<Result<(), StoreError>>,
    jobs: &Mutex<mpsc::Receiver<Next>>,
) {
    let mut conn = match connect(path, access) {
        Ok(conn) => conn,
        Err(error) => {
            let _ = opened.send(Err(error));
            return;
        }
    };
    let _ = opened.send(Ok(()));
    loop {
        // The lock is held only while waiting: whoever got a job lets the next one wait.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(Next::Run(job)) => job(&mut conn),
            Ok(Next::End) | Err(mpsc::RecvError) => return,
        }
    }
}

fn connect(path: &Path, access: Access) -> Result<Conn, StoreError> {
    let unavailable = |error: String| StoreError::Unavailable(format!("{}: {error}", PathBuf::from(path).display()));
    let url = path.to_str().ok_or_else(|| unavailable("the path is not Unicode".to_owned()))?;
    let mut conn = block_on(Conn::establish(url)).map_err(|error| unavailable(error.to_string()))?;
    block_on(conn.batch_execute(access.pragmas())).map_err(|error| unavailable(error.to_string()))?;
    Ok(conn)
}
