//! The table: all groups, in the order of the documentation.

use crate::{
    route::{Group, Route},
    v1,
};

/// Every group, the busiest first: paths are tried in this order.
pub(crate) const GROUPS: &[&Group] = &[
    &v1::service_requests::GROUP,
    &v1::agents::GROUP,
    &v1::delegated_tasks::GROUP,
    &v1::skill_proposals::GROUP,
    &v1::approvals::GROUP,
    &v1::ops::GROUP,
    &v1::simulations::GROUP,
    &v1::suspensions::GROUP,
    &v1::stops::GROUP,
    &v1::services::GROUP,
    &v1::balance::GROUP,
    &v1::teams::GROUP,
    &v1::budget_requests::GROUP,
    &v1::budget_alerts::GROUP,
    &v1::agent_requests::GROUP,
    &v1::publishing::GROUP,
    &v1::marketplace::GROUP,
    &v1::usage::GROUP,
    &v1::audit_logs::GROUP,
    &v1::webhook_endpoints::GROUP,
    &v1::webhooks::GROUP,
    &v1::promo::GROUP,
    &v1::admin::GROUP,
    &v1::organizations::GROUP,
    &v1::workspaces::GROUP,
    &v1::members::GROUP,
    &v1::roles::GROUP,
    &v1::users::GROUP,
    &v1::personal_tokens::GROUP,
    &v1::me::GROUP,
    &v1::invites::GROUP,
    &v1::passwords::GROUP,
    &v1::whoami::GROUP,
    &v1::health::GROUP,
    &v1::docs::GROUP,
];

/// Every route with the name of its group.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static Route)> {
    GROUPS.iter().flat_map(|group| group.routes.iter().map(|route| (group.name, route)))
}
