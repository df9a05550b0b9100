//! How the task of a request tells its one caller how far it came. The caller is woken by the answer alone; that the request
//! was admitted is looked up when the caller's time is over.

use std::sync::{Arc, OnceLock};

use tokio::{sync::oneshot, time::Instant};

use super::{Answer, DispatchError};

/// The side of the task. Dropped without an answer, the caller sees how far it came.
#[derive(Debug)]
pub(super) struct Steps {
    admitted: Arc<OnceLock<Answer>>,
    answer: oneshot::Sender<Result<Answer, DispatchError>>,
}

/// The side of the caller.
#[derive(Debug)]
pub(super) struct Waiting {
    admitted: Arc<OnceLock<Answer>>,
    answer: oneshot::Receiver<Result<Answer, DispatchError>>,
}

/// What a caller sees in the end.
#[derive(Debug)]
pub(super) enum Seen {
    /// The request as it ended, or as it will stay until somebody else acts.
    Answered(Answer),
    /// Nothing was decided.
    Refused(DispatchError),
    /// Admitted, and no answer in time.
    Admitted(Answer),
    /// Not even that.
    Nothing,
}

/// The two sides of one request.
pub(super) fn pair() -> (Steps, Waiting) {
    let (admitted, (sender, receiver)) = (Arc::<OnceLock<Answer>>::default(), oneshot::channel());
    (Steps { admitted: Arc::clone(&admitted), answer: sender }, Waiting { admitted, answer: receiver })
}

impl Steps {
    /// The admission is committed; an answer will come.
    pub(super) fn admit(&self, answer: &Answer) {
        // Set once: there is one admission.
        let _ = self.admitted.set(answer.clone());
    }

    /// This is the answer. One who went away needs none.
    pub(super) fn answer(self, answer: Answer) {
        let _ = self.answer.send(Ok(answer));
    }

    /// There will be none.
    pub(super) fn refuse(self, error: DispatchError) {
        let _ = self.answer.send(Err(error));
    }
}

impl Waiting {
    /// Waits, at most until the deadline.
    pub(super) async fn by(self, deadline: Instant) -> Seen {
        match tokio::time::timeout_at(deadline, self.answer).await {
            Ok(Ok(Ok(answer))) => Seen::Answered(answer),
            Ok(Ok(Err(error))) => Seen::Refused(error),
            Ok(Err(_)) | Err(_) => self.admitted.get().cloned().map_or(Seen::Nothing, Seen::Admitted),
        }
    }
}
