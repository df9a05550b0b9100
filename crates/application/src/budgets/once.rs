//! One movement of money, however often its caller tries.
//!
//! The event of the use-case goes into the chain first, then the transfer. The ledger answers a command that it knows with
//! the place of its first posting, which then lies before the new event: so a repetition is told from a first run inside
//! the transaction, which is rolled back. What the first run was asked for stands in its event.

use serde_json::{Value, json};
use upivia_domain::{
    CommandId, Mode, NanoUsd, OrgId,
    audit::{NewEvent, Object},
    budget::Account,
    ledger::{Command, Outcome, Transfer, TransferPurpose},
    ports::{JournalFilter, StoreError, Tx},
};

use super::{BudgetError, Budgets};
use crate::access::Author;

/// What is to move, and what the audit trail says about it.
#[derive(Debug, Clone)]
pub(super) struct Movement {
    pub(super) id: CommandId,
    pub(super) kind: &'static str,
    pub(super) object: Object,
    pub(super) mode: Mode,
    pub(super) from: Account,
    pub(super) to: Account,
    pub(super) amount: NanoUsd,
    pub(super) purpose: TransferPurpose,
    pub(super) note: String,
    /// What the caller asked for, beside accounts and amount: a repetition must ask for the same.
    pub(super) asked: Value,
}

/// How a transaction ends that moved nothing.
#[derive(Debug)]
pub(super) enum Ended {
    /// The command was applied before; its first posting stands there.
    Repeated(i64),
    Failed(BudgetError),
}

impl<E: Into<BudgetError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Movement {
    /// Records the event with `changed` (old and new values) and moves the money.
    pub(super) async fn post(&self, tx: &mut dyn Tx, author: &Author, changed: Value) -> Result<(), Ended> {
        let (actor, trace) = (author.caller.actor(), author.trace.clone());
        let detail = json!({ "asked": self.words(), "changed": changed });
        let (kind, object) = (self.kind, self.object.clone());
        let event = NewEvent { kind, actor, agent: None, operation: None, object, detail, trace };
        let place = tx.append(author.org(), event).await?;
        if self.amount.is_zero() {
            return Ok(());
        }
        match tx.apply(&self.command(author)).await?? {
            Outcome::Recorded { seq } if seq < place => Err(Ended::Repeated(seq)),
            _ => Ok(()),
        }
    }

    fn command(&self, author: &Author) -> Command {
        Command::Transfer(Transfer {
            id: self.id,
            org: author.org(),
            mode: self.mode,
            from: self.from,
            to: self.to,
            amount: self.amount,
            purpose: self.purpose,
            actor: author.caller.actor(),
            note: self.note.clone(),
            trace: author.trace.clone(),
        })
    }

    fn words(&self) -> Value {
        json!({
            "mode": self.mode.as_str(),
            "from": self.from.to_string(),
            "to": self.to.to_string(),
            "amount": self.amount.nanos(),
            "note": self.note,
            "terms": self.asked,
        })
    }
}

impl Budgets {
    /// Whether the first run of a movement was asked for the same; what it changed then.
    pub(super) async fn repeated(&self, org: OrgId, seq: i64, movement: &Movement) -> Result<Value, BudgetError> {
        let (from_seq, before_seq) = (Some(seq - 1), Some(seq));
        let filter = JournalFilter { from_seq, before_seq, ..JournalFilter::default() };
        let found = self.parts.journal.events(org, &filter, 1).await?;
        let first = found.first().filter(|event| event.kind == movement.kind).ok_or(BudgetError::KeyReused)?;
        let defect = |error: serde_json::Error| StoreError::Internal(format!("an event cannot be read: {error}"));
        let body: Value = serde_json::from_str(&first.body).map_err(defect)?;
        let said = |pointer: &str| body.pointer(pointer).cloned().unwrap_or_default();
        let same = said("/object/id") == movement.object.id.as_str() && said("/detail/asked") == movement.words();
        if same { Ok(said("/detail/changed")) } else { Err(BudgetError::KeyReused) }
    }
}
