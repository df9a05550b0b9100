//! The row that every transaction of an organization takes first.

use crate::{Mode, NanoUsd, OrgId, Timestamp, audit::GENESIS, identity::OrganizationStatus, time::Calendar};

/// The lock, the end of the audit chain, and what an admission asks about the organization as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgHead {
    /// Whose.
    pub org: OrgId,
    /// Whether anything is admitted.
    pub status: OrganizationStatus,
    /// What cuts its days and months.
    pub calendar: Calendar,
    /// The last place in the journal: the commit sequence.
    pub seq: i64,
    /// Bumped by every change of policy; equal epochs mean equal policy rows.
    pub epoch: i64,
    /// The latest time that any batch used: time never goes back for an organization.
    pub last_now: Timestamp,
    /// The hash of the last event.
    pub hash: [u8; 32],
    /// What the organization owes in live money.
    pub debt_live: NanoUsd,
    /// What the organization owes in test money.
    pub debt_test: NanoUsd,
}

impl OrgHead {
    /// A new organization's.
    pub const fn new(org: OrgId, calendar: Calendar, now: Timestamp) -> Self {
        Self {
            org,
            status: OrganizationStatus::Active,
            calendar,
            seq: 0,
            epoch: 0,
            last_now: now,
            hash: GENESIS,
            debt_live: NanoUsd::ZERO,
            debt_test: NanoUsd::ZERO,
        }
    }

    /// What the organization owes in that mode; never negative.
    pub const fn debt(&self, mode: Mode) -> NanoUsd {
        match mode {
            Mode::Live => self.debt_live,
            Mode::Test => self.debt_test,
        }
    }

    pub(super) const fn set_debt(&mut self, mode: Mode, debt: NanoUsd) {
        match mode {
            Mode::Live => self.debt_live = debt,
            Mode::Test => self.debt_test = debt,
        }
    }
}
