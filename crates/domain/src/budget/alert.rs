//! Alerts: a share of a limit is used. Told once for each limit, share and window, from what the journal says anyway.
//!
//! Deliberately absent: a row or a check in the admission. An alert may come a moment late; it decides nothing.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{LimitUnit, Period, Scope, Window};
use crate::{AgentId, Mode, NanoUsd, OrgId, Timestamp, audit::JournalEvent, webhook::Delivery};

/// Hundredths of a cap at which people are told.
pub const ALERT_LEVELS: [u8; 3] = [50, 80, 100];

/// A limit of which so much is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetAlert {
    /// Whose.
    pub org: OrgId,
    /// The world of money.
    pub mode: Mode,
    /// The limit.
    pub window: Window,
    /// Hundredths of the cap; one of [`ALERT_LEVELS`].
    pub level: u8,
    /// Nanodollars or requests.
    pub cap: i64,
    /// What was used and held then, in the unit of the cap.
    pub used: i64,
    /// The agent whose request it was.
    pub agent: Option<AgentId>,
    /// Its place in the organization's history: lists are in this order.
    pub place: i64,
    /// When.
    pub at: Timestamp,
}

/// What an alert is told of once: a share of a limit in a window.
pub type AlertKey = (Mode, Window, u8);

impl BudgetAlert {
    /// What it is told of once.
    pub fn key(&self) -> AlertKey {
        (self.mode, self.window.clone(), self.level)
    }

    /// What the cap counts.
    pub const fn unit(&self) -> LimitUnit {
        self.window.unit()
    }

    /// What is told of it.
    pub fn data(&self) -> Value {
        let mut data = json!({
            "level_percent": self.level,
            "scope": self.window.scope.kind(),
            "window": self.window.to_string(),
            "agent_id": self.agent,
        });
        let figures = match self.unit() {
            LimitUnit::Money => json!({
                "limit_cents": NanoUsd::from_nanos(self.cap).cents_rounded_down(),
                "used_cents": NanoUsd::from_nanos(self.used).cents_half_up(),
                "limit_usd": NanoUsd::from_nanos(self.cap).to_string(),
                "used_usd": NanoUsd::from_nanos(self.used).to_string(),
            }),
            LimitUnit::Requests => json!({ "limit_requests": self.cap, "used_requests": self.used }),
        };
        if let (Some(data), Value::Object(figures)) = (data.as_object_mut(), figures) {
            data.extend(figures);
        }
        data
    }
}

impl Window {
    /// What usage of the window is counted in: only a binding's day counts requests.
    pub const fn unit(&self) -> LimitUnit {
        match (&self.scope, self.period) {
            (Scope::Binding(..), Period::Day(_)) => LimitUnit::Requests,
            _ => LimitUnit::Money,
        }
    }
}

#[derive(Deserialize)]
struct Body<D> {
    detail: D,
}

#[derive(Deserialize)]
struct Admitted {
    #[serde(default)]
    limits: Vec<AdmittedLimit>,
}

#[derive(Deserialize)]
struct AdmittedLimit {
    window: String,
    cap: Option<i64>,
    used: i64,
    held: i64,
    amount: i64,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(default)]
    reasons: Vec<RefusedLimit>,
}

#[derive(Deserialize)]
struct RefusedLimit {
    window: Option<String>,
    limit: Option<i64>,
    used: i64,
    held: i64,
    requested: i64,
}

/// The alerts that an event of the journal gives reason for, whether or not they were told before.
///
/// An admission tells how far it filled each limit. A limit that refuses what an empty one would have taken is used up: what
/// is left of it is of no use.
pub fn alerts(event: &JournalEvent) -> Vec<BudgetAlert> {
    let Some(mode) = event.mode else { return Vec::new() };
    let alert = |(window, level, cap, used): (Window, u8, i64, i64)| BudgetAlert {
        org: event.org,
        mode,
        window,
        level,
        cap,
        used,
        agent: event.agent,
        place: Delivery::place_of(event.seq, 0),
        at: event.at,
    };
    reached(event).into_iter().map(alert).collect()
}

fn reached(event: &JournalEvent) -> Vec<(Window, u8, i64, i64)> {
    match &*event.kind {
        "request.admitted" => {
            let body: Option<Body<Admitted>> = serde_json::from_str(&event.body).ok();
            body.into_iter().flat_map(|body| body.detail.limits).flat_map(|limit| limit.reached()).collect()
        }
        "request.blocked" => {
            let body: Option<Body<Refused>> = serde_json::from_str(&event.body).ok();
            body.into_iter().flat_map(|body| body.detail.reasons).flat_map(|limit| limit.reached()).collect()
        }
        _ => Vec::new(),
    }
}

impl AdmittedLimit {
    fn reached(&self) -> Vec<(Window, u8, i64, i64)> {
        let used = self.used.saturating_add(self.held).saturating_add(self.amount);
        let Some(cap) = self.cap.filter(|cap| *cap > 0) else { return Vec::new() };
        let passed = |level: &u8| i128::from(used) * 100 >= i128::from(cap) * i128::from(*level);
        let levels: Vec<u8> = ALERT_LEVELS.into_iter().filter(passed).collect();
        // Most admissions pass none: their windows are not even read.
        let window: Option<Window> = if levels.is_empty() { None } else { self.window.parse().ok() };
        let Some(window) = window else { return Vec::new() };
        levels.into_iter().map(|level| (window.clone(), level, cap, used)).collect()
    }
}

impl RefusedLimit {
    fn reached(&self) -> Vec<(Window, u8, i64, i64)> {
        let used = self.used.saturating_add(self.held);
        let window: Option<Window> = self.window.as_deref().and_then(|window| window.parse().ok());
        let Some((window, cap)) = window.zip(self.limit) else { return Vec::new() };
        if cap <= 0 || self.requested > cap {
            return Vec::new();
        }
        ALERT_LEVELS.into_iter().map(|level| (window.clone(), level, cap, used)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use uuid::Uuid;

    use super::*;

    fn event(kind: &'static str, detail: Value) -> JournalEvent {
        JournalEvent {
            org: OrgId::new(Uuid::from_u128(1)),
            seq: 7,
            at: Timestamp::from_micros(9),
            kind: Cow::Borrowed(kind),
            mode: Some(Mode::Live),
            request: None,
            agent: None,
            operation: None,
            status: None,
            posting: None,
            body: json!({ "detail": detail }).to_string().into(),
            hash: [0; 32],
        }
    }

    fn window(period: &str) -> String {
        format!("agent/{}@{period}", AgentId::new(Uuid::from_u128(2)))
    }

    fn levels(used: i64, held: i64, amount: i64, cap: Option<i64>) -> Vec<u8> {
        let limit = json!({ "window": window("m202601"), "cap": cap, "used": used, "held": held, "amount": amount });
        let found = alerts(&event("request.admitted", json!({ "limits": [limit] })));
        assert!(found.iter().all(|alert| alert.used == used.saturating_add(held).saturating_add(amount)));
        found.iter().map(|alert| alert.level).collect()
    }

    #[test]
    fn an_admission_passes_the_levels_that_it_fills() {
        assert!(levels(0, 0, 49, Some(100)).is_empty());
        assert_eq!(levels(20, 20, 10, Some(100)), [50]);
        assert_eq!(levels(0, 0, 80, Some(100)), [50, 80]);
        assert_eq!(levels(99, 0, 1, Some(100)), [50, 80, 100]);
        assert_eq!(levels(i64::MAX, 1, 1, Some(i64::MAX)), [50, 80, 100]);
        assert!(levels(5, 0, 5, None).is_empty());
        assert!(levels(0, 0, 0, Some(0)).is_empty());
    }

    #[test]
    fn a_limit_that_refuses_what_would_fit_an_empty_one_is_used_up() {
        let refused = |used: i64, requested: i64| {
            let reason = json!({ "code": "agent_budget_exceeded", "scope": "agent", "window": window("life"),
                                 "limit": 100, "used": used, "held": 0, "requested": requested });
            alerts(&event("request.blocked", json!({ "reasons": [reason] }))).len()
        };
        assert_eq!(refused(90, 20), 3);
        assert_eq!(refused(0, 200), 0, "larger than the whole limit: that is no news about the limit");
        let plain = json!({ "code": "policy_violation", "scope": "binding", "used": 0, "held": 0, "requested": 0 });
        assert_eq!(alerts(&event("request.blocked", json!({ "reasons": [plain] }))), []);
    }

    #[test]
    fn other_events_and_torn_bodies_give_none() {
        assert_eq!(alerts(&event("request.executed", json!({}))), []);
        let torn = JournalEvent { body: "{".into(), ..event("request.admitted", json!({})) };
        assert_eq!(alerts(&torn), []);
    }

    #[test]
    fn figures_are_in_the_unit_of_the_limit() {
        let money = alerts(&event(
            "request.admitted",
            json!({ "limits": [{ "window": window("m202601"), "cap": 10_000_000, "used": 0, "held": 0, "amount": 5_000_000 }] }),
        ));
        let data = money[0].data();
        assert_eq!((&data["limit_cents"], &data["used_usd"]), (&json!(1), &json!("0.005")));
        let agent = AgentId::new(Uuid::from_u128(2));
        let day = json!({ "window": format!("binding/{agent}/email.send@d20260115"), "cap": 2, "used": 0, "held": 0, "amount": 1 });
        let count = alerts(&event("request.admitted", json!({ "limits": [day] })));
        assert_eq!((&count[0].data()["limit_requests"], &count[0].data()["used_requests"]), (&json!(2), &json!(1)));
    }
}
