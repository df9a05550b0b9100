//! What the routes call.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use actix_web::web::Bytes;
use upivia_application::{
    access::Authenticator, agents::Agents, approvals::Approvals, budgets::Budgets, delegations::Delegations,
    dispatch::Dispatcher, gauges::Gauges, inbox::Inbox, invites::Invites, mails::MailGauges, members::Members,
    organizations::Organizations, outcomes::Outcomes, password_resets::PasswordResets, personal_tokens::PersonalTokens,
    promos::Promos, publishing::Publishing, reconciliation::Reconciliation, reports::Reports, roles::Roles,
    sign_in::SignIns, simulations::Simulations, skills::Skills, stops::Stops, suspensions::Suspensions, teams::Teams,
    users::Users, webhooks::Webhooks, workspaces::Workspaces,
};
use upivia_domain::{
    catalog::Catalog,
    ports::{Clock, CsrfTokens, Ids, SignatureCheck},
};

use crate::{
    Site,
    guard::{Attempts, Guard, Limits},
    metrics::{Metrics, MetricsAccess, Writes},
    v1::{docs::Page, present::Remade},
};

/// Whether the process, beside its store, may admit anything; the server knows.
pub trait Readiness: Send + Sync {
    /// Ready, or why not, in a sentence for operators.
    ///
    /// # Errors
    ///
    /// The sentence.
    fn check(&self) -> Result<(), String>;
}

impl<F: Fn() -> Result<(), String> + Send + Sync> Readiness for F {
    fn check(&self) -> Result<(), String> {
        self()
    }
}

/// The use-cases behind the routes.
pub struct ApiParts {
    /// Who is asking.
    pub access: Authenticator,
    /// People who sign in.
    pub sign_ins: SignIns,
    /// Tokens against forged forms.
    pub csrf: Arc<dyn CsrfTokens>,
    /// What people give to programs.
    pub personal_tokens: PersonalTokens,
    /// Who is invited into them.
    pub invites: Invites,
    /// New passwords by mail.
    pub password_resets: PasswordResets,
    /// Figures about the server's own mails.
    pub mails: MailGauges,
    /// Organizations of people.
    pub workspaces: Workspaces,
    /// Who belongs to an organization.
    pub members: Members,
    /// Roles that organizations make for themselves.
    pub roles: Roles,
    /// People of the installation.
    pub users: Users,
    /// Where people find this server.
    pub site: Site,
    /// Paid actions.
    pub dispatcher: Arc<Dispatcher>,
    /// Questions to people.
    pub approvals: Approvals,
    /// Outcomes that people decide.
    pub outcomes: Outcomes,
    /// Figures about money that somebody samples.
    pub gauges: Gauges,
    /// Rehearsals.
    pub simulations: Simulations,
    /// Operations that cost more than their holds too often.
    pub suspensions: Suspensions,
    /// What people stopped.
    pub stops: Stops,
    /// Whether organizations may spend at all.
    pub organizations: Organizations,
    /// Promotional codes.
    pub promos: Promos,
    /// Agents.
    pub agents: Agents,
    /// Teams and their members.
    pub teams: Teams,
    /// Money down the tree.
    pub budgets: Budgets,
    /// Tasks that agents give each other.
    pub delegations: Delegations,
    /// Skills that agents propose.
    pub skills: Skills,
    /// Servers that are told of events.
    pub webhooks: Webhooks,
    /// What agents want from people.
    pub inbox: Inbox,
    /// What more people may see.
    pub publishing: Publishing,
    /// Balance, usage, audit trail.
    pub reports: Reports,
    /// What providers report.
    pub reconciliation: Reconciliation,
    /// Who signed a message.
    pub signatures: Arc<dyn SignatureCheck>,
    /// What can be bought.
    pub catalog: Arc<Catalog>,
    /// Ids of HTTP requests that bring none.
    pub ids: Arc<dyn Ids>,
    /// The time by which callers are limited and prices are in force.
    pub clock: Arc<dyn Clock>,
    /// How much one caller may ask for.
    pub limits: Limits,
    /// A body that takes longer is not waited for.
    pub body_within: Duration,
    /// From where the metrics can be read.
    pub metrics: MetricsAccess,
    /// What the store wrote.
    pub writes: Arc<dyn Writes>,
    /// Whether the process may admit anything.
    pub readiness: Arc<dyn Readiness>,
}

/// The parts, and documents that are the same for everybody until the process ends.
pub struct Api {
    pub(crate) parts: ApiParts,
    pub(crate) documents: Documents,
    pub(crate) guard: Arc<Guard>,
    pub(crate) attempts: Attempts,
    /// Of those who use links of mails, or have such mails sent.
    pub(crate) links: Attempts,
    pub(crate) metrics: Metrics,
}

/// Public documents as bytes, each made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) services: Remade,
    pub(crate) openapi: OnceLock<Bytes>,
    pub(crate) agent_docs: Remade,
    pub(crate) page: OnceLock<Page>,
    pub(crate) link_page: OnceLock<Page>,
}

impl Api {
    /// An API of these parts, shared by all workers.
    pub fn new(parts: ApiParts) -> Arc<Self> {
        let guard = Guard::new(parts.limits, Arc::clone(&parts.clock));
        let (documents, attempts) = (Documents::default(), Attempts::default());
        let links = Attempts::default();
        Arc::new(Self { parts, documents, guard, attempts, links, metrics: Metrics::new() })
    }
}
