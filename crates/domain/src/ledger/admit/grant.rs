//! A hold that fits, and its row.

use serde::Serialize;

use super::{
    checks::{amount_of, relevant},
    decide::Counting,
    row::{draft, finish, row},
};
use crate::{
    NanoUsd, Timestamp,
    audit::hex,
    budget::{Limit, LimitUnit, MeterKey},
    dispatch::{HeldWindow, Hold, RequestState},
    ledger::{Admit, Outcome, Refusal, Snapshot, Start, meters::Staged},
    policy::Resolution,
};

/// A hold that fits, with the figures that prove it.
pub(in crate::ledger) struct Granted {
    pub(in crate::ledger) hold: Hold,
    pub(in crate::ledger) limits: Vec<LimitRecord>,
}

/// A limit as it stood when the request was admitted; `verify` checks it again from the journal.
#[derive(Serialize)]
pub(in crate::ledger) struct LimitRecord {
    window: String,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<i64>,
    used: i64,
    held: i64,
    amount: i64,
}

impl LimitRecord {
    pub(in crate::ledger) fn of(limit: &Limit, (used, held): (i64, i64), amount: i64) -> Self {
        let unit = match limit.unit {
            LimitUnit::Money => "nanos",
            LimitUnit::Requests => "requests",
        };
        Self { window: limit.window.to_string(), unit, cap: limit.cap, used, held, amount }
    }
}

pub(in crate::ledger) fn granted(
    snapshot: &Snapshot,
    command: &Admit,
    (resolution, estimate): (&Resolution, NanoUsd),
    counting: Counting,
) -> Result<Granted, Refusal> {
    let mut windows = Vec::with_capacity(resolution.limits.len());
    let mut limits = Vec::with_capacity(resolution.limits.len());
    for limit in relevant(resolution, estimate, counting) {
        let meter = snapshot.loaded_meter(&MeterKey::Window(command.mode, limit.window.clone()))?;
        limits.push(LimitRecord::of(limit, limit.usage(&meter), amount_of(limit, estimate)));
        windows.push(HeldWindow { window: limit.window.clone(), unit: limit.unit });
    }
    let hold = Hold { amount: estimate, account: resolution.account, windows: windows.into() };
    Ok(Granted { hold, limits })
}

/// What the event of an admission says; `verify` reads it.
#[derive(Serialize)]
pub(in crate::ledger) struct AdmittedDetail<'a> {
    digest: String,
    account: String,
    hold: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_version: Option<u32>,
    limits: &'a [LimitRecord],
}

impl Granted {
    pub(in crate::ledger) fn detail(&self, digest: &[u8; 32], price_version: Option<u32>) -> AdmittedDetail<'_> {
        AdmittedDetail {
            digest: hex(digest),
            account: self.hold.account.to_string(),
            hold: self.hold.amount.nanos(),
            price_version,
            limits: &self.limits,
        }
    }
}

pub(super) fn hold(
    snapshot: &mut Snapshot,
    command: &Admit,
    start: Start,
    granted: Granted,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let mut staged = Staged::new(snapshot);
    staged.open(command.mode, &granted.hold)?;
    let values = staged.into_values();
    let state = match start {
        Start::DispatchNow => RequestState::Dispatching,
        Start::Later => RequestState::Admitted,
    };
    let mut request = row(snapshot, command, state, now);
    let detail = granted.detail(&request.digest, command.price_version);
    request.seq = snapshot.append(draft(command, "request.admitted", state, detail), now);
    request.hold = Some(granted.hold);
    request.owner = Some(command.owner);
    snapshot.write(values);
    Ok(finish(snapshot, request))
}
