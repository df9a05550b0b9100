//! What accounts and windows must show, summed up from postings and requests.

use std::collections::HashMap;

use super::{counted::counted, requests::History};
use crate::{
    Mode,
    audit::JournalEvent,
    budget::{Account, LimitUnit, Meter, MeterKey, SystemAccount},
    catalog::OperationName,
    dispatch::{RequestState, ServiceRequest},
    ledger::OrgHead,
};

/// Expected figures; wide integers, so that no sum can overflow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Expected {
    posted: i128,
    held: i128,
    count: i128,
}

#[derive(Debug, Default)]
pub(super) struct Books {
    meters: HashMap<MeterKey, Expected>,
    system: HashMap<(Mode, SystemAccount), i128>,
    overruns: HashMap<(Mode, OperationName), i128>,
}

impl Books {
    /// Adds an event's posting.
    pub(super) fn post(&mut self, event: &JournalEvent) -> Result<(), String> {
        if event.kind == "request.overrun"
            && let (Some(mode), Some(operation)) = (event.mode, &event.operation)
        {
            *self.overruns.entry((mode, operation.clone())).or_default() += 1;
        }
        for (window, nanos) in counted(event)? {
            let mode = event.mode.ok_or("it was counted in no mode")?;
            self.entry(MeterKey::Window(mode, window)).posted += i128::from(nanos);
        }
        let Some(posting) = event.posting else { return Ok(()) };
        let mode = event.mode.ok_or("a posting without a mode")?;
        if posting.amount.nanos() <= 0 || posting.debit == posting.credit {
            return Err("a posting that moves nothing".to_owned());
        }
        let amount = i128::from(posting.amount.nanos());
        self.add(mode, posting.debit, -amount);
        self.add(mode, posting.credit, amount);
        // An owned account can never have been below zero, not even between two events.
        match posting.debit {
            Account::Owned(owner) if self.entry(MeterKey::Account(mode, owner)).posted < 0 => {
                Err("it overdraws its account".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Adds what a request holds, cost and took.
    pub(super) fn expect(&mut self, request: &ServiceRequest, history: &History) -> Result<(), String> {
        if request.state == RequestState::ApprovalRequired {
            self.entry(MeterKey::PendingAsks(request.mode, request.agent)).count += 1;
        }
        let Some(hold) = &request.hold else { return Ok(()) };
        let open = if request.state.holds_money() { i128::from(hold.amount.nanos()) } else { 0 };
        let cost = request.charge().map_or(0, |charge| i128::from(charge.cost.nanos()));
        self.entry(MeterKey::Account(request.mode, hold.account)).held += open;
        for held in hold.windows.iter() {
            let expected = self.entry(MeterKey::Window(request.mode, held.window.clone()));
            match held.unit {
                LimitUnit::Money => (expected.posted, expected.held) = (expected.posted + cost, expected.held + open),
                LimitUnit::Requests => expected.count += i128::from(!history.given_back()),
            }
        }
        Ok(())
    }

    /// Compares a stored meter with what it must show.
    pub(super) fn compare(&mut self, key: &MeterKey, meter: &Meter) -> Result<(), String> {
        if let MeterKey::Overruns(mode, operation, _) = key {
            *self.overruns.entry((*mode, operation.clone())).or_default() -= i128::from(meter.count);
            return Ok(());
        }
        let expected = self.meters.remove(key).unwrap_or_default();
        let shown = Expected {
            posted: meter.posted.nanos().into(),
            held: meter.held.nanos().into(),
            count: meter.count.into(),
        };
        if shown != expected {
            return Err(format!("shows {shown:?}, but its postings and requests add up to {expected:?}"));
        }
        if matches!(key, MeterKey::Account(..)) && shown.posted < shown.held {
            return Err("more is held than there is".to_owned());
        }
        Ok(())
    }

    /// What is left must be nothing.
    pub(super) fn finish(&self, head: &OrgHead) -> Result<(), (String, String)> {
        let missing = self.meters.iter().find(|(_, expected)| **expected != Expected::default());
        if let Some((key, expected)) = missing {
            return Err((format!("meter {key}"), format!("has no row, but must show {expected:?}")));
        }
        if let Some(((mode, operation), _)) = self.overruns.iter().find(|(_, left)| **left != 0) {
            return Err((format!("overruns of {operation} ({mode})"), "are not as many as the journal has".to_owned()));
        }
        let debts = [Mode::Live, Mode::Test]
            .map(|mode| (mode, self.system.get(&(mode, SystemAccount::Debt)).copied().unwrap_or_default()));
        match debts.into_iter().find(|(mode, balance)| -balance != i128::from(head.debt(*mode).nanos())) {
            Some((mode, balance)) => {
                Err((format!("head ({mode})"), format!("its debt is not the sum of its postings, {}", -balance)))
            }
            None => Ok(()),
        }
    }

    fn add(&mut self, mode: Mode, account: Account, amount: i128) {
        match account {
            Account::Owned(owner) => self.entry(MeterKey::Account(mode, owner)).posted += amount,
            Account::System(account) => *self.system.entry((mode, account)).or_default() += amount,
        }
    }

    fn entry(&mut self, key: MeterKey) -> &mut Expected {
        self.meters.entry(key).or_default()
    }
}
