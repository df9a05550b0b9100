//! Rows inside a use-case's transaction, one file per aggregate. Compiled once for each database.
//!
//! The open transaction implements every repository itself, so that all of them share its connection, its deadline and the
//! rule that nothing is committed after a failed statement. Writing needs the organization's head; reading does not.

mod agent_requests;
mod agents;
mod bindings;
mod budget_requests;
mod credentials;
mod delegated_tasks;
mod invites;
mod late_evidence;
mod mails;
mod memberships;
mod organizations;
mod password_resets;
mod platform_admins;
mod promos;
mod publishing;
mod roles;
mod skill_proposals;
mod standings;
mod stops;
mod team_members;
mod teams;
mod users;
mod webhooks;

use diesel::result::OptionalExtension;
use upivia_domain::ports::StoreError;

use super::{queries, unit_of_work::OpenTx};

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

/// `true` where a query for one row found it.
fn found<T>(row: diesel::QueryResult<T>) -> diesel::QueryResult<bool> {
    row.optional().map(|row| row.is_some())
}
