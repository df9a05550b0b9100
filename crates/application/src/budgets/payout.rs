//! What a closed organization had left leaves the books: paid out by hand, by who runs the installation.

use serde_json::json;
use upivia_domain::{
    OrgId,
    audit::Object,
    budget::{Account, AccountOwner, SystemAccount},
    identity::OrganizationStatus,
    ledger::TransferPurpose,
    ports::{Tx, transact},
};

use super::{
    BudgetError, Budgets, Sum, ToppedUp,
    once::{Ended, Movement},
};
use crate::access::{Author, Entry, UserCaller};

impl Budgets {
    /// Debits the wallet of a closed organization, less what it owes. The payment itself is made elsewhere; `note` says how.
    ///
    /// # Errors
    ///
    /// See [`BudgetError`].
    pub async fn pay_out(&self, author: Author, org: OrgId, sum: Sum, note: String) -> Result<ToppedUp, BudgetError> {
        let movement = Movement {
            id: self.command_id(org, sum.key.as_ref()),
            kind: "wallet.paid_out",
            object: Object { kind: "organization", id: org.to_string() },
            mode: sum.mode,
            from: Account::Owned(AccountOwner::Wallet),
            to: Account::System(SystemAccount::External),
            amount: sum.amount,
            purpose: TransferPurpose::Payout,
            note,
            asked: json!(null),
        };
        let inner = movement.clone();
        let orgs = [OrgId::PLATFORM, org];
        match transact(&*self.parts.unit, &orgs, move |tx| Box::pin(post(tx, author, org, inner))).await {
            Ok(()) => Ok(ToppedUp { replayed: false }),
            Err(Ended::Repeated(seq)) => self.repeated(org, seq, &movement).await.map(|_| ToppedUp { replayed: true }),
            Err(Ended::Failed(error)) => Err(error),
        }
    }
}

async fn post(tx: &mut dyn Tx, author: Author, org: OrgId, movement: Movement) -> Result<(), Ended> {
    if !author.runs_the_installation(tx).await? {
        return Err(BudgetError::NotPlatformAdmin.into());
    }
    if org == OrgId::PLATFORM || tx.organizations().find(org).await?.is_none() {
        return Err(BudgetError::NotFound("organization").into());
    }
    if tx.standings().status(org).await? != OrganizationStatus::Closed {
        return Err(BudgetError::NotClosed.into());
    }
    let detail = json!({ "mode": movement.mode.as_str(), "amount": movement.amount.nanos(), "note": movement.note });
    let (kind, object) = (movement.kind, movement.object.clone());
    author.record_at(tx, OrgId::PLATFORM, Entry { kind, object, agent: None, operation: None, detail }).await?;
    // The movement is in the books of the organization, in the name of who moves it.
    let acting = Author { caller: UserCaller { org, ..author.caller }, trace: author.trace };
    movement.post(tx, &acting, json!(null)).await
}
