//! Follows the books of organizations while they grow: what accounts show against what was moved and is held since the last
//! look. Cheap enough for once a minute; [`super::LedgerVerifier`] is what verifies everything.
//!
//! A posting is two legs of one amount, so an organization's accounts sum to zero as long as each shows what was posted to
//! it; that, the debt of the head, and the open holds of every account are compared here. Windows and the audit chain are not.

use std::collections::HashMap;

use crate::{
    Mode, OrgId,
    budget::{Account, AccountOwner, Meter, SystemAccount},
    ledger::OrgHead,
    ports::{Movement, OpenHold},
};

/// Organizations with at most so many events are followed from their first one; of others the present figures are believed
/// when they are first seen.
const FROM_THE_FIRST: i64 = 10_000;

/// Where to read an organization's movements from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Nothing has changed: no need to read anything.
    Unchanged,
    /// After this sequence.
    Seq(i64),
    /// Nowhere: the accounts of now are the beginning.
    Now,
}

/// What one consistent view shows of an organization.
#[derive(Debug, Clone, Copy)]
pub struct Glance<'a> {
    /// Its head.
    pub head: &'a OrgHead,
    /// All its accounts.
    pub accounts: &'a [(Mode, AccountOwner, Meter)],
    /// What was moved after the sequence that [`DriftWatch::since`] named.
    pub moved: &'a [Movement],
    /// Its open holds, and perhaps those of others.
    pub holds: &'a [OpenHold],
}

/// What is known of every organization that was seen.
#[derive(Debug, Default)]
pub struct DriftWatch(HashMap<OrgId, Followed>);

#[derive(Debug, Default)]
struct Followed {
    seq: i64,
    /// What every owned account, and the debt, must show.
    balances: HashMap<(Mode, Account), i128>,
    drift: i128,
}

impl DriftWatch {
    /// From where the movements of an organization are needed.
    pub fn since(&self, head: &OrgHead) -> Since {
        match self.0.get(&head.org) {
            Some(followed) if followed.seq == head.seq => Since::Unchanged,
            Some(followed) => Since::Seq(followed.seq),
            None if head.seq <= FROM_THE_FIRST => Since::Seq(0),
            None => Since::Now,
        }
    }

    /// Takes in what changed.
    pub fn look(&mut self, since: Since, glance: &Glance<'_>) {
        let followed = self.0.entry(glance.head.org).or_default();
        match since {
            Since::Unchanged => return,
            Since::Seq(_) => followed.add(glance.moved),
            Since::Now => followed.balances = shown(glance),
        }
        followed.seq = glance.head.seq;
        followed.drift = followed.posted_drift(&shown(glance)).saturating_add(held_drift(glance));
    }

    /// Nanodollars by which figures differ from what they must show, over all organizations and regardless of sign.
    pub fn drift(&self) -> i128 {
        self.0.values().fold(0, |sum, followed| sum.saturating_add(followed.drift))
    }
}

impl Followed {
    fn add(&mut self, moved: &[Movement]) {
        for movement in moved {
            let amount = i128::from(movement.amount.nanos());
            for (account, change) in [(movement.debit, -amount), (movement.credit, amount)] {
                if is_followed(account) {
                    *self.balances.entry((movement.mode, account)).or_default() += change;
                }
            }
        }
    }

    fn posted_drift(&self, shown: &HashMap<(Mode, Account), i128>) -> i128 {
        differences(&self.balances, shown)
    }
}

/// Of the books' own accounts only the debt is shown anywhere.
const fn is_followed(account: Account) -> bool {
    matches!(account, Account::Owned(_) | Account::System(SystemAccount::Debt))
}

fn shown(glance: &Glance<'_>) -> HashMap<(Mode, Account), i128> {
    let owned = glance
        .accounts
        .iter()
        .map(|(mode, owner, meter)| ((*mode, Account::Owned(*owner)), i128::from(meter.posted.nanos())));
    let debts = [Mode::Live, Mode::Test]
        .map(|mode| ((mode, Account::System(SystemAccount::Debt)), -i128::from(glance.head.debt(mode).nanos())));
    owned.chain(debts).collect()
}

fn held_drift(glance: &Glance<'_>) -> i128 {
    let mut open: HashMap<(Mode, AccountOwner), i128> = HashMap::new();
    for hold in glance.holds.iter().filter(|hold| hold.org == glance.head.org) {
        *open.entry((hold.mode, hold.account)).or_default() += i128::from(hold.amount.nanos());
    }
    let held =
        glance.accounts.iter().map(|(mode, owner, meter)| ((*mode, *owner), i128::from(meter.held.nanos()))).collect();
    differences(&open, &held)
}

/// A key that one side lacks is zero there.
fn differences<K: Eq + std::hash::Hash>(expected: &HashMap<K, i128>, shown: &HashMap<K, i128>) -> i128 {
    let of = |map: &HashMap<K, i128>, key| map.get(key).copied().unwrap_or_default();
    let wrong = shown.iter().map(|(key, value)| value - of(expected, key));
    let missing = expected.iter().filter(|(key, _)| !shown.contains_key(*key)).map(|(_, value)| *value);
    wrong.chain(missing).fold(0, |sum: i128, difference| sum.saturating_add(difference.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        NanoUsd, Timestamp,
        dispatch::RequestState,
        time::{Calendar, Zone},
    };

    const WALLET: AccountOwner = AccountOwner::Wallet;

    fn head(seq: i64) -> OrgHead {
        OrgHead { seq, ..OrgHead::new(OrgId::PLATFORM, Calendar::of(Zone::UTC), Timestamp::default()) }
    }

    fn wallet(posted: i64, held: i64) -> [(Mode, AccountOwner, Meter); 1] {
        let meter = Meter { posted: NanoUsd::from_nanos(posted), held: NanoUsd::from_nanos(held), count: 0 };
        [(Mode::Live, WALLET, meter)]
    }

    fn moved(debit: Account, credit: Account, nanos: i64) -> Movement {
        Movement { mode: Mode::Live, debit, credit, amount: NanoUsd::from_nanos(nanos) }
    }

    fn hold(nanos: i64) -> OpenHold {
        OpenHold {
            org: OrgId::PLATFORM,
            mode: Mode::Live,
            account: WALLET,
            amount: NanoUsd::from_nanos(nanos),
            state: RequestState::Unknown,
            created_at: Timestamp::default(),
        }
    }

    fn look(
        watch: &mut DriftWatch,
        seq: i64,
        accounts: &[(Mode, AccountOwner, Meter)],
        moved: &[Movement],
        holds: &[OpenHold],
    ) {
        let head = head(seq);
        watch.look(watch.since(&head), &Glance { head: &head, accounts, moved, holds });
    }

    #[test]
    fn what_adds_up_is_zero() {
        let mut watch = DriftWatch::default();
        let (external, owned) = (Account::System(SystemAccount::External), Account::Owned(WALLET));
        assert_eq!(watch.since(&head(3)), Since::Seq(0));
        look(&mut watch, 3, &wallet(100, 30), &[moved(external, owned, 100)], &[hold(10), hold(20)]);
        assert_eq!((watch.drift(), watch.since(&head(3))), (0, Since::Unchanged));
        let spent = [moved(owned, Account::System(SystemAccount::ProviderCost), 10)];
        look(&mut watch, 5, &wallet(90, 20), &spent, &[hold(20)]);
        assert_eq!((watch.drift(), watch.since(&head(6))), (0, Since::Seq(5)));
    }

    #[test]
    fn what_does_not_add_up_stays_until_it_does() {
        let mut watch = DriftWatch::default();
        let incoming = [moved(Account::System(SystemAccount::External), Account::Owned(WALLET), 100)];
        look(&mut watch, 3, &wallet(97, 0), &incoming, &[hold(5)]);
        assert_eq!(watch.drift(), 3 + 5);
        look(&mut watch, 3, &wallet(100, 5), &[], &[hold(5)]);
        assert_eq!(watch.drift(), 8, "nothing was committed in between");
        look(&mut watch, 4, &wallet(100, 5), &[], &[hold(5)]);
        assert_eq!(watch.drift(), 0);
        look(&mut watch, 5, &[], &[], &[]);
        assert_eq!(watch.drift(), 100, "an account that is gone");
    }

    #[test]
    fn a_long_past_is_believed_and_holds_are_not() {
        let mut watch = DriftWatch::default();
        assert_eq!(watch.since(&head(FROM_THE_FIRST + 1)), Since::Now);
        look(&mut watch, FROM_THE_FIRST + 1, &wallet(70, 4), &[], &[]);
        assert_eq!(watch.drift(), 4);
        look(&mut watch, FROM_THE_FIRST + 2, &wallet(71, 0), &[], &[]);
        assert_eq!(watch.drift(), 1, "nothing moved that nano");
    }

    #[test]
    fn debts_are_followed() {
        let mut watch = DriftWatch::default();
        let head = OrgHead { debt_live: NanoUsd::from_nanos(7), ..head(2) };
        let glance = |moved| Glance { head: &head, accounts: &[], moved, holds: &[] };
        watch.look(watch.since(&head), &glance(&[]));
        assert_eq!(watch.drift(), 7);
        let mut watch = DriftWatch::default();
        let owed = [moved(Account::System(SystemAccount::Debt), Account::System(SystemAccount::External), 7)];
        watch.look(watch.since(&head), &glance(&owed));
        assert_eq!(watch.drift(), 0);
    }
}
