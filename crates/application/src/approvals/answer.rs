//! Yes and no.

use std::{sync::Arc, time::Duration};

use upivia_domain::{
    ApprovalId, CommandId,
    identity::Permission,
    ledger::{Approve, Command, Outcome, Reject},
    ports::{Tx, transact},
};

use super::{ApprovalError, Approvals};
use crate::{
    access::Author,
    dispatch::{Answer, Attempt, Landing},
    node::Held,
};

/// How long to wait before a doubtful answer is asked about again.
const PAUSE: Duration = Duration::from_millis(200);

impl Approvals {
    /// Says yes: decides anew, holds the money, calls the provider and answers as a POST of the request would.
    /// Repeated, or by a second person, it answers the present state. A caller who goes away changes nothing.
    ///
    /// # Errors
    ///
    /// See [`ApprovalError`].
    pub async fn approve(&self, author: Author, id: ApprovalId) -> Result<Answer, ApprovalError> {
        let approvals = self.clone();
        let work = tokio::spawn(async move { approvals.decide(author, id).await });
        let (answer, landing) = work.await.unwrap_or(Err(ApprovalError::InDoubt))?;
        Ok(self.parts.dispatcher.conclude(answer, landing).await?)
    }

    /// Says no. Repeated, it answers the present state.
    ///
    /// # Errors
    ///
    /// See [`ApprovalError`].
    pub async fn reject(&self, author: Author, id: ApprovalId) -> Result<Answer, ApprovalError> {
        let approval = self.find(author.org(), id).await?.approval;
        let org = author.org();
        let command = Command::Reject(Reject {
            id: CommandId::new(self.parts.ids.uuid()),
            org,
            request: approval.request,
            approval: id,
            actor: author.caller.actor(),
            trace: author.trace.clone(),
        });
        answer_of(self.write(author, Arc::new(command)).await?)
    }

    async fn decide(&self, author: Author, id: ApprovalId) -> Result<(Answer, Option<Landing>), ApprovalError> {
        let request = self.find(author.org(), id).await?.request;
        // The request may be older than anything this process has in hand: should the process die, others must look for it.
        let held = self.parts.dispatcher.take_in_hand(request.id).await?;
        let mut attempt = self.parts.dispatcher.again(&request);
        attempt.admit.trace.clone_from(&author.trace);
        let command = Arc::new(Command::Approve(Box::new(Approve {
            id: CommandId::new(self.parts.ids.uuid()),
            approval: id,
            actor: author.caller.actor(),
            admit: attempt.admit.clone(),
        })));
        match self.write(author.clone(), Arc::clone(&command)).await {
            Ok(outcome) => self.carry_on(outcome, attempt, held),
            Err(ApprovalError::InDoubt) => {
                let approvals = self.clone();
                tokio::spawn(async move { approvals.settle_doubt(author, command, attempt, held).await });
                Err(ApprovalError::InDoubt)
            }
            Err(error) => Err(error),
        }
    }

    async fn write(&self, author: Author, command: Arc<Command>) -> Result<Outcome, ApprovalError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(async move { permitted(tx, &author, &command).await }))
            .await
    }

    /// Only the approval that admitted the request calls the provider: a replay of another one is marked as such.
    fn carry_on(
        &self,
        outcome: Outcome,
        attempt: Attempt,
        held: Held,
    ) -> Result<(Answer, Option<Landing>), ApprovalError> {
        let answer = answer_of(outcome)?;
        let landing = if answer.replayed { None } else { self.parts.dispatcher.carry_on(&answer, attempt, held) };
        Ok((answer, landing))
    }

    async fn settle_doubt(&self, author: Author, command: Arc<Command>, attempt: Attempt, held: Held) {
        loop {
            tokio::time::sleep(PAUSE).await;
            match self.write(author.clone(), Arc::clone(&command)).await {
                Ok(outcome) => {
                    let _ = self.carry_on(outcome, attempt, held);
                    return;
                }
                Err(ApprovalError::InDoubt | ApprovalError::Unavailable) => {}
                Err(_) => return,
            }
        }
    }
}

async fn permitted(tx: &mut dyn Tx, author: &Author, command: &Command) -> Result<Outcome, ApprovalError> {
    author.require(tx, Permission::ApprovalDecide, ApprovalError::Forbidden).await?;
    Ok(tx.apply(command).await??)
}

fn answer_of(outcome: Outcome) -> Result<Answer, ApprovalError> {
    match outcome {
        Outcome::Request { request, replayed } => Ok(Answer { request: Arc::from(request), replayed }),
        Outcome::Recorded { .. } | Outcome::Spawned { .. } => Err(ApprovalError::Unavailable),
    }
}
