//! Rows as both databases hold them, and their conversions to domain types, by hand.
//!
//! One file per table or group of tables. A row that cannot be read is [`upivia_domain::ports::StoreError::Internal`]
//! naming table and column. Nothing here talks to a database.

mod agent;
mod approval;
mod binding;
mod budget_request;
mod credential;
mod head;
mod invite;
mod journal;
mod mail;
mod meter;
mod password_reset;
mod policy;
mod reasons;
mod receipt;
mod request;
mod sealed;
mod summary;
mod team;
mod team_member;
mod text;
mod windows;

pub(crate) use agent::AgentRow;
pub(crate) use approval::ApprovalRow;
pub(crate) use binding::BindingRow;
pub(crate) use budget_request::BudgetRequestRow;
pub(crate) use credential::CredentialRow;
pub(crate) use head::HeadRow;
pub(crate) use invite::InviteRow;
pub(crate) use journal::JournalRow;
pub(crate) use mail::{MailRow, sealed_letter};
pub(crate) use meter::MeterRow;
pub(crate) use password_reset::PasswordResetRow;
pub(crate) use policy::{PolicyParts, agent_policies};
pub(crate) use receipt::ReceiptRow;
pub(crate) use request::{RequestRow, RequestTail};
pub(crate) use summary::SummaryRow;
pub(crate) use team::{AllocationRow, TeamRow};
pub(crate) use team_member::TeamMemberRow;
pub(crate) use text::parse;
