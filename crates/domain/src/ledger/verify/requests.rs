//! What the journal says about one request, against its row.

use serde_json::Value;

use crate::{
    audit::{JournalEvent, hex},
    budget::{Account, SystemAccount},
    dispatch::{RequestState, ServiceRequest},
};

const PROVIDER_COST: Account = Account::System(SystemAccount::ProviderCost);
const OVERRUN: Account = Account::System(SystemAccount::Overrun);

/// The events of one request, boiled down.
#[derive(Debug, Default)]
pub(super) struct History {
    first_seq: Option<i64>,
    digest: Option<String>,
    hold: Option<(i64, String)>,
    ends: u32,
    given_back: bool,
    cost: i128,
    overrun: i128,
}

impl History {
    pub(super) const fn given_back(&self) -> bool {
        self.given_back
    }

    /// Takes an event in.
    pub(super) fn record(&mut self, event: &JournalEvent) -> Result<(), String> {
        let body: Value = serde_json::from_str(&event.body).map_err(|_| "its bytes are not JSON")?;
        let detail = body.get("detail").cloned().unwrap_or_default();
        if self.first_seq.is_none() {
            self.first_seq = Some(event.seq);
            self.digest = detail.get("digest").and_then(Value::as_str).map(str::to_owned);
        }
        match &*event.kind {
            "request.admitted" => self.admitted(&detail)?,
            "request.executed" | "request.failed" | "request.resolved" | "request.voided" if self.hold.is_some() => {
                self.ended(&detail)?
            }
            _ => {}
        }
        if let Some(posting) = event.posting {
            let amount = i128::from(posting.amount.nanos());
            self.cost += if posting.credit == PROVIDER_COST { amount } else { 0 };
            self.cost -= if posting.debit == PROVIDER_COST { amount } else { 0 };
            self.overrun += if posting.debit == OVERRUN { amount } else { 0 };
            self.overrun -= if posting.credit == OVERRUN { amount } else { 0 };
        }
        Ok(())
    }

    fn admitted(&mut self, detail: &Value) -> Result<(), String> {
        if self.hold.is_some() {
            return Err("a second hold of the same request".to_owned());
        }
        let hold = detail.get("hold").and_then(Value::as_i64).ok_or("an admission without a hold")?;
        let account = detail.get("account").and_then(Value::as_str).ok_or("an admission without an account")?;
        self.hold = Some((hold, account.to_owned()));
        let limits = detail.get("limits").and_then(Value::as_array).ok_or("an admission without limits")?;
        limits.iter().try_for_each(fits)
    }

    fn ended(&mut self, detail: &Value) -> Result<(), String> {
        self.ends += 1;
        self.given_back |= detail.get("given_back").and_then(Value::as_bool).unwrap_or_default();
        if self.ends > 1 { Err("a hold that ends a second time".to_owned()) } else { Ok(()) }
    }

    /// Whether the row is what the events led to.
    pub(super) fn explains(&self, request: &ServiceRequest) -> Result<(), String> {
        let refuse = |problem: &str| Err(problem.to_owned());
        if self.first_seq != Some(request.seq) {
            return refuse("its admission is not where the row says");
        }
        if self.digest.as_ref().is_some_and(|digest| *digest != hex(&request.digest)) {
            return refuse("its digest differs from the journal's");
        }
        if let Some((amount, account)) = &self.hold {
            let hold = request.hold.as_ref().ok_or("its hold is missing")?;
            if hold.amount.nanos() != *amount || hold.account.to_string() != *account {
                return refuse("its hold differs from the journal's");
            }
        } else if request.state.holds_money() {
            return refuse("it holds money that no event admitted");
        }
        let ended = self.ends == 1;
        if self.hold.is_some() && (ended == request.state.holds_money()) {
            return refuse("its state and the end of its hold contradict each other");
        }
        let (cost, overrun) =
            request.charge().map_or((0, 0), |charge| (charge.cost.nanos().into(), charge.overrun.nanos().into()));
        if (self.cost, self.overrun) != (cost, overrun) {
            return refuse("its cost is not the sum of its postings");
        }
        if request.state == RequestState::Executed && request.result.is_none() {
            return refuse("it was charged without an answer");
        }
        if request.state.is_ended() != request.end.is_some() {
            return refuse("its end is missing, or too early");
        }
        Ok(())
    }
}

/// `used + held + amount ≤ cap`, as it was at admission.
pub(super) fn fits(limit: &Value) -> Result<(), String> {
    let figure = |name: &str| limit.get(name).and_then(Value::as_i64).map(i128::from);
    let Some(cap) = figure("cap") else { return Ok(()) };
    let sum =
        figure("used").zip(figure("held")).zip(figure("amount")).map(|((used, held), amount)| used + held + amount);
    match sum {
        Some(sum) if sum <= cap => Ok(()),
        _ => Err(format!("a limit was exceeded: {}", limit.get("window").and_then(Value::as_str).unwrap_or("?"))),
    }
}
