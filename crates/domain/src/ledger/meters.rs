//! Staged changes of meters: all or nothing.

use super::{Refusal, Snapshot};
use crate::{
    Mode, NanoUsd,
    budget::{Account, AccountOwner, LimitUnit, Meter, MeterKey, Window},
    dispatch::Hold,
};

/// New values that are written only when every one of them is possible.
pub(super) struct Staged<'a> {
    snapshot: &'a Snapshot,
    values: Vec<(MeterKey, Meter)>,
}

impl<'a> Staged<'a> {
    pub(super) const fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, values: Vec::new() }
    }

    pub(super) fn get(&self, key: &MeterKey) -> Result<Meter, Refusal> {
        match self.values.iter().find(|(staged, _)| staged == key) {
            Some((_, meter)) => Ok(*meter),
            None => self.snapshot.loaded_meter(key),
        }
    }

    pub(super) fn change(&mut self, key: MeterKey, posted: NanoUsd, held: NanoUsd, count: i64) -> Result<(), Refusal> {
        let meter = self.get(&key)?;
        let changed = Meter {
            posted: meter.posted.checked_add(posted).ok_or(Refusal::InvalidAmount)?,
            held: meter.held.checked_add(held).ok_or(Refusal::InvalidAmount)?,
            count: meter.count.checked_add(count).ok_or(Refusal::InvalidAmount)?,
        };
        match self.values.iter_mut().find(|(staged, _)| *staged == key) {
            Some((_, value)) => *value = changed,
            None => self.values.push((key, changed)),
        }
        Ok(())
    }

    /// Adds to an owned account; the books' own accounts have no meter.
    pub(super) fn post(&mut self, mode: Mode, account: Account, amount: NanoUsd) -> Result<(), Refusal> {
        match account {
            Account::Owned(owner) => self.change(MeterKey::Account(mode, owner), amount, NanoUsd::ZERO, 0),
            Account::System(_) => Ok(()),
        }
    }

    /// Promises a hold to its account and windows.
    pub(super) fn open(&mut self, mode: Mode, hold: &Hold) -> Result<(), Refusal> {
        if !hold.amount.is_zero() {
            self.change(MeterKey::Account(mode, hold.account), NanoUsd::ZERO, hold.amount, 0)?;
        }
        self.each_window(mode, hold, |unit| match unit {
            LimitUnit::Money => (NanoUsd::ZERO, hold.amount, 0),
            LimitUnit::Requests => (NanoUsd::ZERO, NanoUsd::ZERO, 1),
        })
    }

    /// Ends a hold: frees it, pays `paid` from the account, counts `cost` in the windows, gives units back where told.
    pub(super) fn close(
        &mut self,
        mode: Mode,
        hold: &Hold,
        (paid, cost): (NanoUsd, NanoUsd),
        give_back: bool,
    ) -> Result<(), Refusal> {
        if !hold.amount.is_zero() || !paid.is_zero() {
            self.change(MeterKey::Account(mode, hold.account), paid.negated(), hold.amount.negated(), 0)?;
        }
        self.each_window(mode, hold, |unit| match unit {
            LimitUnit::Money => (cost, hold.amount.negated(), 0),
            LimitUnit::Requests => (NanoUsd::ZERO, NanoUsd::ZERO, -i64::from(give_back)),
        })
    }

    /// Counts a correction of an ended hold in its money windows; no window goes below zero.
    pub(super) fn correct(&mut self, mode: Mode, hold: &Hold, delta: NanoUsd) -> Result<(), Refusal> {
        for held in hold.windows.iter().filter(|held| held.unit == LimitUnit::Money) {
            let key = MeterKey::Window(mode, held.window.clone());
            let used = self.get(&key)?.posted;
            let change = delta.max(used.negated());
            self.change(key, change, NanoUsd::ZERO, 0)?;
        }
        Ok(())
    }

    /// Counts money that moved beside requests; no window goes below zero. Returns what was changed.
    pub(super) fn count(
        &mut self,
        mode: Mode,
        windows: &[Window],
        amount: NanoUsd,
    ) -> Result<Vec<(String, i64)>, Refusal> {
        let mut counted = Vec::new();
        for window in windows {
            let key = MeterKey::Window(mode, window.clone());
            let change = amount.max(self.get(&key)?.posted.negated());
            if !change.is_zero() {
                self.change(key, change, NanoUsd::ZERO, 0)?;
                counted.push((window.to_string(), change.nanos()));
            }
        }
        Ok(counted)
    }

    pub(super) fn available(&self, mode: Mode, owner: AccountOwner) -> Result<NanoUsd, Refusal> {
        Ok(self.get(&MeterKey::Account(mode, owner))?.available())
    }

    pub(super) fn into_values(self) -> Vec<(MeterKey, Meter)> {
        self.values
    }

    fn each_window(
        &mut self,
        mode: Mode,
        hold: &Hold,
        change: impl Fn(LimitUnit) -> (NanoUsd, NanoUsd, i64),
    ) -> Result<(), Refusal> {
        for held in hold.windows.iter() {
            let (posted, promised, count) = change(held.unit);
            if !posted.is_zero() || !promised.is_zero() || count != 0 {
                self.change(MeterKey::Window(mode, held.window.clone()), posted, promised, count)?;
            }
        }
        Ok(())
    }
}

impl Snapshot {
    pub(super) fn write(&mut self, values: Vec<(MeterKey, Meter)>) {
        for (key, meter) in values {
            self.set_meter(key, meter);
        }
    }
}
