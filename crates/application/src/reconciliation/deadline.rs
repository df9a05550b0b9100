//! The end of waiting that an operation declares.

use std::time::Duration;

use upivia_domain::{
    CommandId, NodeId, Timestamp,
    catalog::{AtDeadline, Catalog},
    dispatch::ServiceRequest,
    identity::Actor,
    ledger::{Command, Resolution, Resolve},
};

/// What the operation wants done by now, if its deadline is over.
pub(super) fn command(
    catalog: &Catalog,
    about: &ServiceRequest,
    (id, node): (CommandId, NodeId),
    now: Timestamp,
) -> Option<Command> {
    let deadline = catalog.find(&about.operation)?.deadline?;
    let resolution = match deadline.then {
        AtDeadline::Release => Resolution::Release,
        AtDeadline::ChargeEstimate => Resolution::Charge(about.held_amount()),
        AtDeadline::Leave => return None,
    };
    if now < after(waits_since(about), deadline.after) {
        return None;
    }
    let (org, request, actor) = (about.org, about.id, Actor::System { node });
    let reason = format!("the deadline of {}", about.operation);
    Some(Command::Resolve(Resolve { id, org, request, actor, resolution, reason }))
}

/// An instant at which the request had been admitted. One that a person approved was admitted at some time before the
/// question would have expired.
pub(super) fn waits_since(request: &ServiceRequest) -> Timestamp {
    request.approval.map_or(request.created_at, |(_, expires_at)| expires_at)
}

pub(super) fn after(instant: Timestamp, span: Duration) -> Timestamp {
    instant.plus_micros(i64::try_from(span.as_micros()).unwrap_or(i64::MAX))
}
