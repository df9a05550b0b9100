//! The opening money of a wallet: a transfer like every other, from outside the books.

use upivia_domain::{
    CommandId, Mode, NanoUsd,
    budget::{Account, AccountOwner, SystemAccount},
    ledger::{Command, Transfer, TransferPurpose},
    ports::Tx,
};

use super::{BootstrapError, found::Founding};

/// Money for a wallet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant {
    pub(super) id: CommandId,
    pub(super) mode: Mode,
    pub(super) amount: NanoUsd,
}

/// Writes it, inside the transaction that makes the organization.
pub(super) async fn give(tx: &mut dyn Tx, founding: &Founding, grant: Grant) -> Result<(), BootstrapError> {
    tx.apply(&Command::Transfer(transfer(founding, grant))).await??;
    Ok(())
}

fn transfer(founding: &Founding, Grant { id, mode, amount }: Grant) -> Transfer {
    Transfer {
        id,
        org: founding.org,
        mode,
        from: Account::System(SystemAccount::External),
        to: Account::Owned(AccountOwner::Wallet),
        amount,
        purpose: TransferPurpose::Funding,
        actor: founding.actor,
        note: format!("opening {mode} money"),
        trace: founding.trace.clone(),
    }
}
