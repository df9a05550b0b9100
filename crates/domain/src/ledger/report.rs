//! `platform.check_budget`: the ledger answers about an agent's money from the same rows that would decide.

use std::sync::Arc;

use serde_json::{Map, Number, Value, json};

use super::{Admit, Outcome, Refusal, Snapshot, admit};
use crate::{
    AgentId, DelegationId, NanoUsd, Timestamp,
    budget::{AccountOwner, Meter, MeterKey, Period, Scope, Window},
    dispatch::RequestState,
    policy::{AgentPolicy, TaskTerms, funding_account},
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

/// Those of the tasks that it was given and that are open.
pub(super) fn task_meters(agent: &AgentPolicy, command: &Admit) -> impl Iterator<Item = MeterKey> {
    let window = |task: &TaskTerms| Window { scope: Scope::Delegation(task.id), period: Period::Life };
    agent.tasks.iter().map(move |task| MeterKey::Window(command.mode, window(task)))
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
        tasks: tasks(snapshot, command, target)?,
    };
    let mut request = admit::row(snapshot, command, RequestState::Executed, now);
    request.seq =
        snapshot.append(admit::draft(command, "budget.reported", request.state, json!({ "about": about })), now);
    request.result = Some(Arc::new(figures.result()));
    request.end = Some(admit::free_end(command, now));
    Ok(admit::finish(snapshot, request))
}

fn tasks(snapshot: &Snapshot, command: &Admit, agent: &AgentPolicy) -> Result<Vec<TaskRest>, Refusal> {
    let rest = |(task, key): (&TaskTerms, MeterKey)| {
        let meter = snapshot.loaded_meter(&key)?;
        Ok(TaskRest { task: task.id, rest: task.cap.map(|cap| left(cap, &meter)) })
    };
    agent.tasks.iter().zip(task_meters(agent, command)).map(rest).collect()
}

/// What a cap leaves; never below zero.
fn left(cap: NanoUsd, meter: &Meter) -> NanoUsd {
    let taken = meter.posted.checked_add(meter.held);
    taken.and_then(|taken| cap.checked_sub(taken)).unwrap_or_default().max(NanoUsd::ZERO)
}

/// An open task, and what may still be spent for it; absent = no cap.
struct TaskRest {
    task: DelegationId,
    rest: Option<NanoUsd>,
}

struct Figures {
    wallet: NanoUsd,
    debt: NanoUsd,
    account: NanoUsd,
    month: Meter,
    cap: Option<NanoUsd>,
    tasks: Vec<TaskRest>,
}

impl Figures {
    fn result(&self) -> Value {
        let org_balance = self.wallet.checked_sub(self.debt).unwrap_or_default();
        let in_month = self.cap.map(|cap| left(cap, &self.month));
        let spendable = if self.debt.is_zero() { self.account } else { NanoUsd::ZERO };
        // The only open task counts whatever is spent; of several a request names one.
        let in_task = if let [only] = self.tasks.as_slice() { only.rest } else { None };
        let remaining = [in_month, in_task].into_iter().flatten().fold(spendable, Ord::min);
        let mut result = Map::new();
        put(&mut result, ["remaining_dollars", "remaining_cents"], Some(remaining));
        put(&mut result, ["monthly_spent", "monthly_spent_cents"], Some(self.month.posted));
        put(&mut result, ["monthly_held", "monthly_held_cents"], Some(self.month.held));
        put(&mut result, ["monthly_limit", "monthly_limit_cents"], self.cap);
        put(&mut result, ["org_balance", "org_balance_cents"], Some(org_balance));
        if !self.tasks.is_empty() {
            result.insert("delegated_tasks".to_owned(), self.tasks.iter().map(TaskRest::result).collect());
        }
        Value::Object(result)
    }
}

impl TaskRest {
    fn result(&self) -> Value {
        let mut result = Map::new();
        result.insert("id".to_owned(), json!(self.task));
        put(&mut result, ["remaining_dollars", "remaining_cents"], self.rest);
        Value::Object(result)
    }
}

// The published clients read dollars as floating-point numbers here, and only here; the digits come from the exact decimal.
fn put(result: &mut Map<String, Value>, [dollars, cents]: [&str; 2], amount: Option<NanoUsd>) {
    let number = amount.and_then(|amount| amount.to_string().parse::<Number>().ok());
    result.insert(dollars.to_owned(), number.map_or(Value::Null, Value::Number));
    result.insert(cents.to_owned(), amount.map_or(Value::Null, |amount| amount.cents_rounded_down().into()));
}
