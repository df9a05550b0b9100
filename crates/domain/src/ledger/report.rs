//! `platform.check_budget`: the ledger answers about an agent's money from the same rows that would decide.

use std::sync::Arc;

use serde_json::{Map, Number, Value, json};

use super::{Admit, Outcome, Refusal, Snapshot, admit};
use crate::{
    AgentId, NanoUsd, Timestamp,
    budget::{AccountOwner, MeterKey, Period, Scope, Window},
    dispatch::RequestState,
    policy::{AgentPolicy, funding_account},
};

/// The meters that a report about an agent needs.
pub(super) fn meters(agent: &AgentPolicy, command: &Admit, period: Period) -> [MeterKey; 3] {
    let month = Window { scope: Scope::Agent(agent.id), period };
    [
        MeterKey::Account(command.mode, AccountOwner::Wallet),
        MeterKey::Account(command.mode, funding_account(agent)),
        MeterKey::Window(command.mode, month),
    ]
}

pub(super) fn answer(
    snapshot: &mut Snapshot,
    command: &Admit,
    about: AgentId,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    admit::screened(&command.screening)?;
    let target = snapshot.policy.agents.get(&about).ok_or(Refusal::NotFound("agent"))?;
    if about != command.agent && !target.ancestors.contains(&command.agent) {
        return Err(Refusal::NotFound("agent"));
    }
    let period = Period::Month(snapshot.head().calendar.zone_at(now).month(now));
    let [wallet, account, month] = meters(target, command, period);
    let figures = Figures {
        wallet: snapshot.loaded_meter(&wallet)?.available(),
        debt: snapshot.head().debt(command.mode),
        account: snapshot.loaded_meter(&account)?.available(),
        month: snapshot.loaded_meter(&month)?,
        cap: target.month_cap,
    };
    let mut request = admit::row(snapshot, command, RequestState::Executed, now);
    request.seq =
        snapshot.append(admit::draft(command, "budget.reported", request.state, json!({ "about": about })), now);
    request.result = Some(Arc::new(figures.result()));
    request.end = Some(admit::free_end(command, now));
    Ok(admit::finish(snapshot, request))
}

struct Figures {
    wallet: NanoUsd,
    debt: NanoUsd,
    account: NanoUsd,
    month: crate::budget::Meter,
    cap: Option<NanoUsd>,
}

impl Figures {
    fn result(&self) -> Value {
        let org_balance = self.wallet.checked_sub(self.debt).unwrap_or_default();
        let in_month = self.cap.map(|cap| {
            let taken = self.month.posted.checked_add(self.month.held);
            taken.and_then(|taken| cap.checked_sub(taken)).unwrap_or_default().max(NanoUsd::ZERO)
        });
        let spendable = if self.debt.is_zero() { self.account } else { NanoUsd::ZERO };
        let remaining = in_month.map_or(spendable, |rest| rest.min(spendable));
        let mut result = Map::new();
        put(&mut result, ["remaining_dollars", "remaining_cents"], Some(remaining));
        put(&mut result, ["monthly_spent", "monthly_spent_cents"], Some(self.month.posted));
        put(&mut result, ["monthly_held", "monthly_held_cents"], Some(self.month.held));
        put(&mut result, ["monthly_limit", "monthly_limit_cents"], self.cap);
        put(&mut result, ["org_balance", "org_balance_cents"], Some(org_balance));
        Value::Object(result)
    }
}

// The published clients read dollars as floating-point numbers here, and only here; the digits come from the exact decimal.
fn put(result: &mut Map<String, Value>, [dollars, cents]: [&str; 2], amount: Option<NanoUsd>) {
    let number = amount.and_then(|amount| amount.to_string().parse::<Number>().ok());
    result.insert(dollars.to_owned(), number.map_or(Value::Null, Value::Number));
    result.insert(cents.to_owned(), amount.map_or(Value::Null, |amount| amount.cents_rounded_down().into()));
}
