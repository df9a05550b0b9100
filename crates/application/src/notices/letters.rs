//! What owners and admins are told by mail: a request waits for one of them, a limit is nearly used up, an endpoint of theirs
//! was turned off.
//!
//! What is about play money says so. What a mail says holds ids and figures, no payload.

use upivia_domain::{
    Mode, NanoUsd, Timestamp,
    audit::JournalEvent,
    budget::{BudgetAlert, LimitUnit},
    identity::Name,
    mail::{MailText, Subject},
    webhook::{Endpoint, News, WebhookEvent, news},
};

/// What a mail says, whoever gets it.
pub(super) struct Words {
    pub(super) subject: Subject,
    pub(super) text: MailText,
    /// Nobody has to know from then on.
    pub(super) send_before: Option<Timestamp>,
}

impl Words {
    fn new(subject: &str, text: &str) -> Self {
        Self { subject: Subject::fitted(subject), text: MailText::fitted(text), send_before: None }
    }
}

/// Everything in a piece of a journal that is to be mailed.
pub(super) fn words((events, alerts): (&[JournalEvent], &[BudgetAlert]), organization: &Name) -> Vec<Words> {
    let told = alerts.iter().map(|alert| of_alert(alert, organization));
    events.iter().flat_map(|event| of_questions(event, organization)).chain(told).collect()
}

fn of_questions(event: &JournalEvent, organization: &Name) -> Vec<Words> {
    let asked = news(event).into_iter().filter(|one| one.event == WebhookEvent::ApprovalRequested);
    asked.map(|one| of_question(event, &one, organization)).collect()
}

fn of_question(event: &JournalEvent, asked: &News, organization: &Name) -> Words {
    let said = |name: &str| asked.data.get(name).and_then(|value| value.as_str()).unwrap_or("?");
    let (service, operation, cost) = (said("service"), said("operation"), said("estimated_usd"));
    let play = play(event.mode);
    let (agent, request, approval) = (said("agent_id"), said("request_id"), said("approval_id"));
    let ends = said("expires_at");
    let subject = format!("{organization}: {service}.{operation} for up to ${cost}{play} waits for approval");
    let text = format!(
        "An agent of {organization} asks to spend up to ${cost}{play} for {service}.{operation}. Nothing is held and nothing is \
         sent before somebody approves.\n\nAgent: {agent}\nRequest: {request}\nApproval: {approval}\nEnds by itself: \
         {ends}\n\nTo answer: POST /api/v1/approvals/{approval}/approve, or /reject with a reason.\n",
    );
    Words { send_before: Timestamp::parse(ends).ok(), ..Words::new(&subject, &text) }
}

const fn play(mode: Option<Mode>) -> &'static str {
    match mode {
        Some(Mode::Test) => " of play money",
        Some(Mode::Live) | None => "",
    }
}

fn of_alert(alert: &BudgetAlert, organization: &Name) -> Words {
    let (scope, level, play) = (alert.window.scope.kind(), alert.level, play(Some(alert.mode)));
    let figures = match alert.unit() {
        LimitUnit::Money => {
            format!("${} of ${}", NanoUsd::from_nanos(alert.used), NanoUsd::from_nanos(alert.cap))
        }
        LimitUnit::Requests => format!("{} of {} requests", alert.used, alert.cap),
    };
    let agent = alert.agent.map_or_else(|| "-".to_owned(), |agent| agent.to_string());
    let subject = format!("{organization}: {level} percent of a limit{play} are used ({scope})");
    let text = format!(
        "{figures} of a limit{play} in {organization} are used or held. What does not fit is refused; this mail comes once for this \
         share of this limit.\n\nLimit: {}\nAgent: {agent}\nSince: {}\n",
        alert.window, alert.at,
    );
    Words::new(&subject, &text)
}

/// An endpoint is not called any more.
pub(super) fn of_turned_off(endpoint: &Endpoint, organization: &Name) -> Words {
    let (id, url) = (endpoint.id, endpoint.url.as_str());
    let subject = format!("{organization}: a webhook endpoint was turned off");
    let text = format!(
        "Nothing was delivered to an endpoint of {organization} for days; it is not called any more. What waited for it was given \
         up, and can be sent again once it answers.\n\nEndpoint: {id}\nURL: {url}\n\nTo turn it on: PATCH \
         /api/v1/webhook-endpoints/{id} with {{\"enabled\": true}}.\n",
    );
    Words::new(&subject, &text)
}

#[cfg(test)]
mod tests {
    use upivia_domain::{
        AgentId, OrgId, Uuid,
        budget::{Period, Scope, Window},
    };

    use super::*;

    fn alert(mode: Mode) -> BudgetAlert {
        let agent = AgentId::new(Uuid::from_u128(1));
        let window = Window { scope: Scope::Agent(agent), period: Period::Life };
        let (org, at) = (OrgId::PLATFORM, Timestamp::default());
        BudgetAlert { org, mode, window, level: 80, cap: 10, used: 8, agent: Some(agent), place: 1, at }
    }

    #[test]
    fn what_is_about_play_money_says_so() {
        let told = words((&[], &[alert(Mode::Live), alert(Mode::Test)]), &"Acme".parse().unwrap());
        let subjects: Vec<_> = told.iter().map(|one| one.subject.as_str()).collect();
        let expected = [
            "Acme: 80 percent of a limit are used (agent)",
            "Acme: 80 percent of a limit of play money are used (agent)",
        ];
        assert_eq!(subjects, expected);
    }
}
