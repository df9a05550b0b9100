//! The opening money of a wallet: a transfer like every other, from outside the books.

use upivia_domain::{
    OrgId,
    budget::{Account, AccountOwner, SystemAccount},
    identity::Actor,
    ledger::{Command, Transfer, TransferPurpose},
    ports::Tx,
};

use super::{BootstrapError, plan::Grant};

/// Writes it, inside the transaction that makes the organization.
pub(super) async fn give(tx: &mut dyn Tx, org: OrgId, grant: Grant) -> Result<(), BootstrapError> {
    tx.apply(&Command::Transfer(transfer(org, grant))).await??;
    Ok(())
}

fn transfer(org: OrgId, Grant { id, mode, amount }: Grant) -> Transfer {
    Transfer {
        id,
        org,
        mode,
        from: Account::System(SystemAccount::External),
        to: Account::Owned(AccountOwner::Wallet),
        amount,
        purpose: TransferPurpose::Funding,
        actor: Actor::Operator,
        note: format!("opening {mode} money"),
        trace: None,
    }
}
