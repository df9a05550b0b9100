//! Rows as both databases hold them, and their conversions to domain types, by hand.
//!
//! One file per table or group of tables. A row that cannot be read is [`upivia_domain::ports::StoreError::Internal`]
//! naming table and column. Nothing here talks to a database.

mod agent;
mod agent_request;
mod approval;
mod binding;
mod budget_alert;
mod budget_request;
mod credential;
mod delegated_task;
mod head;
mod invite;
mod journal;
mod mail;
mod manifest;
mod meter;
mod password_reset;
mod policy;
mod promo;
mod publishing;
mod reasons;
mod receipt;
mod request;
mod role;
mod sealed;
mod skill_proposal;
mod standing;
mod stop;
mod summary;
mod team;
mod team_member;
mod text;
mod webhook;
mod windows;

pub(crate) use agent::AgentRow;
pub(crate) use agent_request::AgentRequestRow;
pub(crate) use approval::ApprovalRow;
pub(crate) use binding::BindingRow;
pub(crate) use budget_alert::BudgetAlertRow;
pub(crate) use budget_request::BudgetRequestRow;
pub(crate) use credential::CredentialRow;
pub(crate) use delegated_task::{DelegatedTaskRow, TaskTermsRow};
pub(crate) use head::HeadRow;
pub(crate) use invite::InviteRow;
pub(crate) use journal::JournalRow;
pub(crate) use mail::{MailRow, sealed_letter};
pub(crate) use meter::MeterRow;
pub(crate) use password_reset::PasswordResetRow;
pub(crate) use policy::{PolicyParts, agent_policies};
pub(crate) use promo::{PromoCodeRow, PromoRedemptionRow};
pub(crate) use publishing::{PublicationRow, PublishRequestRow};
pub(crate) use receipt::ReceiptRow;
pub(crate) use request::{RequestRow, RequestTail};
pub(crate) use role::{RoleRow, TokenDetailRow, UserSuspensionRow};
pub(crate) use skill_proposal::SkillProposalRow;
pub(crate) use standing::StandingRow;
pub(crate) use stop::StopRow;
pub(crate) use summary::SummaryRow;
pub(crate) use team::{AllocationRow, TeamRow};
pub(crate) use team_member::TeamMemberRow;
pub(crate) use text::parse;
pub(crate) use webhook::{DeliveryRow, EndpointRow};
