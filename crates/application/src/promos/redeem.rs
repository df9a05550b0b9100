//! An organization gets the money of a code: cap, redemption, money and both audit events in one transaction.

use serde_json::json;
use upivia_domain::{
    CommandId, Mode, OrgId,
    budget::{Account, AccountOwner, SystemAccount},
    identity::Permission,
    ledger::{Command, Transfer, TransferPurpose},
    ports::{Tx, transact},
    promo::{PromoCode, PromoRedemption, PromoText},
};

use super::{PromoError, Promos, object};
use crate::access::{Author, Entry};

/// What a redemption led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The word.
    pub text: PromoText,
    /// The redemption.
    pub redemption: PromoRedemption,
}

impl Promos {
    /// Brings the money of a code into the live wallet of the author's organization; debts are paid first.
    ///
    /// # Errors
    ///
    /// See [`PromoError`].
    pub async fn redeem(&self, author: Author, text: PromoText) -> Result<Redeemed, PromoError> {
        let (orgs, id) = ([OrgId::PLATFORM, author.org()], CommandId::new(self.parts.ids.uuid()));
        transact(&*self.parts.unit, &orgs, move |tx| Box::pin(redeem(tx, author, id, text))).await
    }
}

async fn redeem(tx: &mut dyn Tx, author: Author, id: CommandId, text: PromoText) -> Result<Redeemed, PromoError> {
    author.require(tx, Permission::PromoRedeem, PromoError::Forbidden).await?;
    let org = author.org();
    if tx.standings().status(org).await?.is_given_up() {
        return Err(PromoError::OrganizationClosed);
    }
    let mut promo = tx.promos().find(&text).await?.ok_or(PromoError::NotFound)?;
    if tx.promos().redemption(promo.id, org).await?.is_some() {
        return Err(PromoError::AlreadyRedeemed);
    }
    let (redeemed_at, user) = (tx.now(), author.caller.user);
    let amount = promo.redeem(redeemed_at)?;
    let redemption = PromoRedemption { promo: promo.id, org, user, amount, redeemed_at };
    tx.promos().update(&promo).await?;
    tx.promos().insert_redemption(&redemption).await?;
    record(tx, &author, &promo).await?;
    tx.apply(&Command::Transfer(transfer(&author, id, &promo))).await??;
    Ok(Redeemed { text, redemption })
}

/// The installation learns who got how much, the organization from which code.
async fn record(tx: &mut dyn Tx, author: &Author, promo: &PromoCode) -> Result<(), PromoError> {
    let (org, amount) = (author.org(), promo.amount.nanos());
    let entry =
        |detail| Entry { kind: "promo.redeemed", object: object(promo.id), agent: None, operation: None, detail };
    let there = json!({ "code": promo.text.as_str(), "amount": amount });
    author.record_at(tx, org, entry(there)).await?;
    let here = json!({ "organization": org, "amount": amount, "redemptions": promo.redemptions });
    author.record_at(tx, OrgId::PLATFORM, entry(here)).await?;
    Ok(())
}

fn transfer(author: &Author, id: CommandId, promo: &PromoCode) -> Transfer {
    Transfer {
        id,
        org: author.org(),
        mode: Mode::Live,
        from: Account::System(SystemAccount::External),
        to: Account::Owned(AccountOwner::Wallet),
        amount: promo.amount,
        purpose: TransferPurpose::Funding,
        actor: author.caller.actor(),
        note: format!("promo code {}", promo.text),
        trace: author.trace.clone(),
    }
}
