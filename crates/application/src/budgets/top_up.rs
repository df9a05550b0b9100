//! Money that comes into the wallet by hand.

use serde_json::json;
use upivia_domain::{
    Mode, NanoUsd,
    audit::Object,
    budget::{Account, AccountOwner, SystemAccount},
    identity::Permission,
    ledger::TransferPurpose,
    ports::{Tx, transact},
};

use super::{
    BudgetError, Budgets, Sum,
    once::{Ended, Movement},
};
use crate::access::Author;

/// The most play money that one call brings: $1,000.
pub const MOST_TEST_CREDIT: NanoUsd = NanoUsd::cents(100_000);

/// What a credit led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToppedUp {
    /// Whether the money had come before, under the same idempotency key.
    pub replayed: bool,
}

impl Budgets {
    /// Credits the wallet from outside the books; debts are paid first. Live money only by a platform administrator.
    ///
    /// # Errors
    ///
    /// See [`BudgetError`].
    pub async fn top_up(&self, author: Author, sum: Sum, note: String) -> Result<ToppedUp, BudgetError> {
        if sum.mode == Mode::Test && sum.amount > MOST_TEST_CREDIT {
            let message = format!("must be at most {} for test money", MOST_TEST_CREDIT.cents_rounded_down());
            return Err(BudgetError::Invalid { field: "amount_cents", message });
        }
        let org = author.org();
        let movement = Movement {
            id: self.command_id(org, sum.key.as_ref()),
            kind: "wallet.topped_up",
            object: Object { kind: "organization", id: org.to_string() },
            mode: sum.mode,
            from: Account::System(SystemAccount::External),
            to: Account::Owned(AccountOwner::Wallet),
            amount: sum.amount,
            purpose: TransferPurpose::Funding,
            note,
            asked: json!(null),
        };
        let inner = movement.clone();
        match transact(&*self.parts.unit, &[org], move |tx| Box::pin(post(tx, author, inner))).await {
            Ok(()) => Ok(ToppedUp { replayed: false }),
            Err(Ended::Repeated(seq)) => self.repeated(org, seq, &movement).await.map(|_| ToppedUp { replayed: true }),
            Err(Ended::Failed(error)) => Err(error),
        }
    }
}

async fn post(tx: &mut dyn Tx, author: Author, movement: Movement) -> Result<(), Ended> {
    let permission = Permission::BalanceTopUp;
    if !author.may(tx, permission).await? {
        return Err(BudgetError::Forbidden(permission).into());
    }
    if movement.mode == Mode::Live && !author.runs_the_installation(tx).await? {
        return Err(BudgetError::NotPlatformAdmin.into());
    }
    movement.post(tx, &author, json!(null)).await
}
