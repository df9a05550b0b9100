//! Mails on their way.

use async_trait::async_trait;
use upivia_domain::{
    MailId, Timestamp,
    ports::{ClaimedMail, MailClaim, MailEnd, MailOutbox, OutboxCounts, StoreError},
};

use crate::{MemoryStore, state::MailRow};

#[async_trait]
impl MailOutbox for MemoryStore {
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<ClaimedMail>, StoreError> {
        self.shared.reachable()?;
        let mut state = self.shared.state();
        let due = state.mails.iter().filter(|(_, row)| row.failed_at.is_none() && row.due_at <= now);
        let mut due: Vec<(Timestamp, MailId)> = due.map(|(id, row)| (row.due_at, *id)).collect();
        due.sort_unstable();
        due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut given = Vec::with_capacity(due.len());
        for (_, id) in due {
            given.extend(state.mails.get_mut(&id).map(|row| claimed(row, until)));
        }
        Ok(given)
    }

    async fn settle(&self, claim: MailClaim, end: MailEnd) -> Result<bool, StoreError> {
        self.shared.reachable()?;
        let mut state = self.shared.state();
        let mine = |row: &&mut MailRow| row.attempts == claim.attempt && row.failed_at.is_none();
        let Some(row) = state.mails.get_mut(&claim.mail).filter(mine) else { return Ok(false) };
        match end {
            MailEnd::Delivered => drop(state.mails.remove(&claim.mail)),
            MailEnd::Again(at) => row.due_at = at,
            MailEnd::Failed(at) => row.failed_at = Some(at),
        }
        Ok(true)
    }

    async fn counts(&self) -> Result<OutboxCounts, StoreError> {
        let state = self.shared.state();
        let (failed, waiting): (Vec<_>, Vec<_>) = state.mails.values().partition(|row| row.failed_at.is_some());
        Ok(OutboxCounts {
            waiting: u64::try_from(waiting.len()).unwrap_or(u64::MAX),
            oldest: waiting.iter().map(|row| row.mail.created_at).min(),
            failed: u64::try_from(failed.len()).unwrap_or(u64::MAX),
        })
    }

    async fn forget_failed(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut state = self.shared.state();
        let all = state.mails.len();
        state.mails.retain(|_, row| row.failed_at.is_none_or(|at| at >= before));
        Ok(u64::try_from(all - state.mails.len()).unwrap_or(u64::MAX))
    }
}

fn claimed(row: &mut MailRow, until: Timestamp) -> ClaimedMail {
    row.attempts = row.attempts.saturating_add(1);
    row.due_at = until;
    ClaimedMail { claim: MailClaim { mail: row.mail.id, attempt: row.attempts }, mail: row.mail.clone() }
}
