//! Which adapter stands behind which port. Nowhere else does anything know both.

use std::{pin::Pin, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use upivia_application::{
    access::Authenticator,
    agents::{Agents, AgentsParts, EndingAgents},
    approvals::{Approvals, ApprovalsParts},
    budgets::{Budgets, BudgetsParts},
    delegations::{Delegations, DelegationsParts},
    dispatch::{DispatchSettings, Dispatcher, DispatcherParts},
    failpoint::{FailPoints, NoFailPoints},
    gauges::{Gauges, Sampler, SamplerParts},
    inbox::{Inbox, InboxParts},
    invites::{Invites, InvitesParts},
    ledger::GroupCommit,
    mails::{Delivery, DeliveryParts, MailGauges, Postbox},
    members::{Members, MembersParts},
    node::{Node, NodeSettings, Sweeper, SweeperParts},
    notices::{Courier, CourierParts, Follower, FollowerParts, NoticeMails},
    organizations::{ClosingOrganizations, ClosingParts, Organizations, OrganizationsParts},
    outcomes::{Outcomes, OutcomesParts},
    password_resets::{PasswordResets, PasswordResetsParts},
    personal_tokens::{PersonalTokens, PersonalTokensParts},
    promos::{Promos, PromosParts},
    publishing::{Publishing, PublishingParts},
    reconciliation::{PollSettings, Poller, PollerParts, Reconciliation, ReconciliationParts},
    reports::{Reports, ReportsParts},
    roles::Roles,
    sign_in::{Federation, Lifetimes, SignIns, SignInsParts},
    simulations::Simulations,
    skills::{Skills, SkillsParts},
    stops::{Stops, StopsParts},
    suspensions::Suspensions,
    teams::{Teams, TeamsParts},
    users::Users,
    webhooks::{Webhooks, WebhooksParts},
    workspaces::Workspaces,
};
use upivia_domain::{
    catalog::Catalog,
    ledger::ApprovalTerms,
    ports::{Clock, Ids, LedgerStore, ProviderRegistry, WebhookSender},
};
use upivia_http::{Api, ApiParts, Writes, WritesSoFar};
use upivia_mail::Mailer;
use upivia_providers::SchemaCheck;
use upivia_sign_in::{
    password::{Argon2Passwords, PasswordSettings},
    session::{NextCsrf, NextSessions, SealedAttempts, SessionSettings},
};
use upivia_store::crypto::SystemEntropy;

use super::{lanes::Lanes, providers, readiness::State};
use crate::{
    config::{self, Settings},
    machine::{SystemClock, SystemIds},
    storage::Storage,
};

/// How long after a provider's own time limit a call is given up from outside: the provider knows better what happened.
const GRACE: Duration = Duration::from_secs(2);

/// A wired process.
pub(super) struct Wired {
    pub(super) api: Arc<Api>,
    pub(super) node: Arc<Node>,
    pub(super) delivery: Option<Delivery>,
    pub(super) state: Arc<State>,
    /// Commits end with it.
    pub(super) lanes: Lanes,
    /// What goes on beside the requests until the process stops.
    pub(super) workers: Vec<Worker>,
}

/// Something that goes on and on.
pub(super) type Worker = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What several parts need.
struct Base<'a> {
    settings: &'a Settings,
    storage: &'a Storage,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    catalog: Arc<Catalog>,
    providers: Arc<dyn ProviderRegistry>,
    lanes: Lanes,
    ledger: Arc<GroupCommit>,
    node: Arc<Node>,
    sender: Arc<dyn WebhookSender>,
}

/// Wires everything; the ledger's lanes and the lease run from here on.
pub(super) async fn wire(settings: &Settings, storage: &Storage) -> Result<Wired> {
    let catalog = Arc::new(config::catalog(settings)?);
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds::default()));
    let lease = NodeSettings { lease: settings.node_lease.duration(), single_process: settings.is_embedded() };
    let registry = Arc::clone(&storage.store) as _;
    let node = Node::start(registry, Arc::clone(&clock) as _, Arc::clone(&ids) as _, lease).await;
    let node = node.context("the lease of this process")?;
    let lanes = Lanes::new(!settings.is_embedded())?;
    let base = Base {
        settings,
        storage,
        clock,
        ids,
        providers: Arc::new(providers::registry(settings, &catalog)?),
        catalog,
        ledger: lanes.start(Arc::clone(&storage.store) as Arc<dyn LedgerStore>),
        lanes,
        node,
        sender: Arc::new(config::webhook_sender(settings)?),
    };
    base.wired()
}

impl Base<'_> {
    fn wired(self) -> Result<Wired> {
        let state = State::of(Arc::clone(&self.node));
        let dispatcher = self.dispatcher()?;
        let approvals = self.approvals(&dispatcher);
        let outcomes = self.outcomes(&dispatcher);
        let (gauges, mails) = (Gauges::default(), MailGauges::default());
        let delivery = self.delivery(&mails)?;
        // One for all: it bounds how many passwords are checked at once.
        let passwords = Arc::new(Argon2Passwords::new(PasswordSettings::default(), Arc::new(SystemEntropy))?);
        let postbox = Postbox::new(Arc::clone(&self.ids), delivery.is_some());
        let sessions = config::session_settings(self.settings, &self.storage.session_secret)?;
        let simulations = Simulations::new(self.store(), Arc::clone(&dispatcher), Arc::clone(&self.ids));
        let api = Api::new(ApiParts {
            access: Authenticator::new(self.store(), Arc::clone(&self.storage.hasher), Arc::clone(&self.clock))
                .noting(self.store()),
            sign_ins: self.sign_ins(&sessions, &passwords)?,
            csrf: Arc::new(NextCsrf::new(&sessions, Arc::new(SystemEntropy))?),
            personal_tokens: self.personal_tokens(),
            invites: self.invites(&postbox, &passwords),
            password_resets: self.password_resets(&postbox, &passwords),
            mails,
            workspaces: Workspaces::new(self.store(), self.store(), Arc::clone(&self.ids)),
            members: Members::new(MembersParts { unit: self.store(), credentials: self.store(), people: self.store() }),
            roles: Roles::new(self.store(), self.store(), Arc::clone(&self.ids)),
            users: Users::new(self.store()),
            site: config::site(self.settings)?,
            dispatcher,
            simulations,
            suspensions: Suspensions::new(self.store(), self.store(), Arc::clone(&self.ids)),
            stops: self.stops(),
            organizations: self.organizations(),
            promos: self.promos(),
            approvals: approvals.clone(),
            outcomes,
            gauges: gauges.clone(),
            agents: self.agents(),
            teams: self.teams(),
            budgets: self.budgets(),
            delegations: self.delegations(),
            skills: self.skills(),
            webhooks: self.webhooks(),
            inbox: self.inbox(),
            publishing: self.publishing(),
            reports: self.reports(),
            reconciliation: self.reconciliation(),
            signatures: Arc::new(config::callers(self.settings)?),
            catalog: Arc::clone(&self.catalog),
            ids: Arc::clone(&self.ids),
            clock: Arc::clone(&self.clock),
            limits: self.settings.limits(),
            body_within: self.settings.body_within.duration(),
            metrics: self.settings.metrics,
            writes: self.writes(),
            readiness: Arc::clone(&state) as _,
        });
        let (poller, sampler) = (self.poller(), self.sampler(gauges));
        let ending = EndingAgents::new(self.store(), self.store(), self.node.id());
        let closing = self.closing();
        let workers: Vec<Worker> = vec![
            Box::pin(self.sweeper().run()),
            Box::pin(poller.run()),
            Box::pin(approvals.run_sweep()),
            Box::pin(sampler.run()),
            Box::pin(ending.run()),
            Box::pin(closing.run()),
            Box::pin(self.follower(&postbox).run()),
            Box::pin(self.courier(&postbox).run()),
        ];
        Ok(Wired { api, node: self.node, state, lanes: self.lanes, workers, delivery })
    }

    fn store(&self) -> Arc<upivia_store::Store> {
        Arc::clone(&self.storage.store)
    }

    fn writes(&self) -> Arc<dyn Writes> {
        let store = self.store();
        Arc::new(move || {
            let stats = store.stats();
            WritesSoFar { commits: stats.commits, rows: stats.rows_written }
        })
    }

    fn dispatcher(&self) -> Result<Arc<Dispatcher>> {
        let payloads = SchemaCheck::new(&self.catalog).context("the schemas of the catalogue")?;
        let parts = DispatcherParts {
            ledger: Arc::clone(&self.ledger),
            requests: self.store(),
            catalog: Arc::clone(&self.catalog),
            payloads: Arc::new(payloads),
            providers: Arc::clone(&self.providers),
            node: Arc::clone(&self.node),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            entropy: Arc::new(SystemEntropy),
            failpoints: failpoints(self.settings)?,
            settings: self.dispatch_settings(),
        };
        #[cfg(feature = "bench-hop")]
        if super::hop::is_wanted(&self.settings.listen)? {
            return Ok(Dispatcher::hopping(parts));
        }
        Ok(Dispatcher::new(parts))
    }

    fn approvals(&self, dispatcher: &Arc<Dispatcher>) -> Approvals {
        Approvals::new(ApprovalsParts {
            unit: self.store(),
            approvals: self.store(),
            requests: self.store(),
            dispatcher: Arc::clone(dispatcher),
            ledger: Arc::clone(&self.ledger),
            node: Arc::clone(&self.node),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        })
    }

    fn outcomes(&self, dispatcher: &Arc<Dispatcher>) -> Outcomes {
        Outcomes::new(OutcomesParts {
            unit: self.store(),
            outcomes: self.store(),
            requests: self.store(),
            journal: self.store(),
            ledger: self.store(),
            dispatcher: Arc::clone(dispatcher),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        })
    }

    fn sampler(&self, gauges: Gauges) -> Sampler {
        let every = self.settings.gauges_every.duration();
        Sampler::new(SamplerParts { scanner: self.store(), clock: Arc::clone(&self.clock), gauges, every })
    }

    fn dispatch_settings(&self) -> DispatchSettings {
        let lifetime = self.settings.approval_lifetime.duration().as_secs();
        DispatchSettings {
            answer_within: self.settings.answer_within.duration(),
            provider_timeout: self.send_timeout(),
            approval: ApprovalTerms {
                lifetime_seconds: i64::try_from(lifetime).unwrap_or(i64::MAX),
                most_pending: self.settings.pending_approvals,
            },
        }
    }

    fn send_timeout(&self) -> Duration {
        self.settings.provider_timeout.duration() + GRACE
    }

    fn sign_ins(&self, sessions: &SessionSettings, passwords: &Arc<Argon2Passwords>) -> Result<SignIns> {
        Ok(SignIns::new(SignInsParts {
            unit: self.store(),
            credentials: self.store(),
            people: self.store(),
            passwords: Arc::clone(passwords) as _,
            codec: Arc::new(NextSessions::new(sessions, Arc::new(SystemEntropy))?),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            lifetimes: Lifetimes::default(),
            federation: self.federation(sessions)?,
        }))
    }

    fn federation(&self, sessions: &SessionSettings) -> Result<Option<Federation>> {
        let Some((provider, name, terms)) = config::oidc(self.settings)? else { return Ok(None) };
        Ok(Some(Federation {
            id: config::OIDC,
            name,
            provider: Arc::new(provider),
            attempts: Arc::new(SealedAttempts::new(sessions, Arc::new(SystemEntropy))?),
            entropy: Arc::new(SystemEntropy),
            terms,
        }))
    }

    /// Who sends the server's own mails, where there is a mail server.
    fn delivery(&self, gauges: &MailGauges) -> Result<Option<Delivery>> {
        let Some(mail) = config::mail(self.settings)? else { return Ok(None) };
        if self.settings.base_url.is_none() {
            tracing::warn!(listen = %self.settings.listen, "base_url is not set: links in mails lead to where this process listens");
        }
        Ok(Some(Delivery::new(DeliveryParts {
            outbox: self.store(),
            time_limit: mail.time_limit,
            mail: Arc::new(Mailer::new(mail)?),
            clock: Arc::clone(&self.clock),
            gauges: gauges.clone(),
        })))
    }

    fn invites(&self, postbox: &Postbox, passwords: &Arc<Argon2Passwords>) -> Invites {
        Invites::new(InvitesParts {
            unit: self.store(),
            links: self.store(),
            people: self.store(),
            passwords: Arc::clone(passwords) as _,
            hasher: Arc::clone(&self.storage.hasher),
            entropy: Arc::new(SystemEntropy),
            ids: Arc::clone(&self.ids),
            clock: Arc::clone(&self.clock),
            postbox: postbox.clone(),
            links_to: config::links(self.settings),
        })
    }

    fn password_resets(&self, postbox: &Postbox, passwords: &Arc<Argon2Passwords>) -> PasswordResets {
        PasswordResets::new(PasswordResetsParts {
            unit: self.store(),
            people: self.store(),
            credentials: self.store(),
            links: self.store(),
            passwords: Arc::clone(passwords) as _,
            hasher: Arc::clone(&self.storage.hasher),
            entropy: Arc::new(SystemEntropy),
            clock: Arc::clone(&self.clock),
            postbox: postbox.clone(),
            links_to: config::links(self.settings),
            node: self.node.id(),
        })
    }

    fn personal_tokens(&self) -> PersonalTokens {
        PersonalTokens::new(PersonalTokensParts {
            unit: self.store(),
            people: self.store(),
            hasher: Arc::clone(&self.storage.hasher),
            entropy: Arc::new(SystemEntropy),
            ids: Arc::clone(&self.ids),
            clock: Arc::clone(&self.clock),
        })
    }

    fn agents(&self) -> Agents {
        Agents::new(AgentsParts {
            unit: self.store(),
            queries: self.store(),
            publishing: self.store(),
            teams: self.store(),
            journal: self.store(),
            catalog: Arc::clone(&self.catalog),
            hasher: Arc::clone(&self.storage.hasher),
            entropy: Arc::new(SystemEntropy),
            ids: Arc::clone(&self.ids),
        })
    }

    fn stops(&self) -> Stops {
        Stops::new(StopsParts {
            unit: self.store(),
            stops: self.store(),
            standings: self.store(),
            ledger: self.store(),
            agents: self.store(),
            people: self.store(),
        })
    }

    fn organizations(&self) -> Organizations {
        Organizations::new(OrganizationsParts {
            unit: self.store(),
            ledger: self.store(),
            standings: self.store(),
            people: self.store(),
        })
    }

    fn closing(&self) -> ClosingOrganizations {
        ClosingOrganizations::new(ClosingParts {
            unit: self.store(),
            standings: self.store(),
            scanner: self.store(),
            ids: Arc::clone(&self.ids),
            node: self.node.id(),
        })
    }

    fn promos(&self) -> Promos {
        let ids = Arc::clone(&self.ids);
        Promos::new(PromosParts { unit: self.store(), promos: self.store(), people: self.store(), ids })
    }

    fn teams(&self) -> Teams {
        Teams::new(TeamsParts {
            unit: self.store(),
            agents: self.store(),
            teams: self.store(),
            people: self.store(),
            ids: Arc::clone(&self.ids),
        })
    }

    fn budgets(&self) -> Budgets {
        Budgets::new(BudgetsParts {
            unit: self.store(),
            agents: self.store(),
            teams: self.store(),
            people: self.store(),
            ledger: self.store(),
            journal: self.store(),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        })
    }

    fn delegations(&self) -> Delegations {
        Delegations::new(DelegationsParts {
            unit: self.store(),
            tasks: self.store(),
            agents: self.store(),
            ledger: self.store(),
            catalog: Arc::clone(&self.catalog),
            ids: Arc::clone(&self.ids),
        })
    }

    fn inbox(&self) -> Inbox {
        Inbox::new(InboxParts {
            unit: self.store(),
            inbox: self.store(),
            agents: self.store(),
            names: self.store(),
            ids: Arc::clone(&self.ids),
        })
    }

    fn publishing(&self) -> Publishing {
        Publishing::new(PublishingParts {
            unit: self.store(),
            publishing: self.store(),
            teams: self.store(),
            ledger: self.store(),
            ids: Arc::clone(&self.ids),
        })
    }

    fn skills(&self) -> Skills {
        Skills::new(SkillsParts {
            unit: self.store(),
            skills: self.store(),
            agents: self.store(),
            ids: Arc::clone(&self.ids),
        })
    }

    fn webhooks(&self) -> Webhooks {
        Webhooks::new(WebhooksParts {
            unit: self.store(),
            queries: self.store(),
            sender: Arc::clone(&self.sender),
            entropy: Arc::new(SystemEntropy),
            ids: Arc::clone(&self.ids),
            clock: Arc::clone(&self.clock),
        })
    }

    fn notice_mails(&self, postbox: &Postbox) -> NoticeMails {
        NoticeMails { postbox: postbox.clone(), organizations: self.store(), people: self.store() }
    }

    fn follower(&self, postbox: &Postbox) -> Follower {
        Follower::new(FollowerParts {
            outbox: self.store(),
            journal: self.store(),
            endpoints: self.store(),
            unit: self.store(),
            mails: self.notice_mails(postbox),
            ids: Arc::clone(&self.ids),
            clock: Arc::clone(&self.clock),
        })
    }

    fn courier(&self, postbox: &Postbox) -> Courier {
        Courier::new(CourierParts {
            outbox: self.store(),
            queries: self.store(),
            sender: Arc::clone(&self.sender),
            unit: self.store(),
            mails: self.notice_mails(postbox),
            clock: Arc::clone(&self.clock),
            entropy: Arc::new(SystemEntropy),
            node: self.node.id(),
        })
    }

    fn reports(&self) -> Reports {
        Reports::new(ReportsParts {
            ledger: self.store(),
            journal: self.store(),
            agents: self.store(),
            usage: self.store(),
            clock: Arc::clone(&self.clock),
        })
    }

    fn reconciliation(&self) -> Reconciliation {
        Reconciliation::new(ReconciliationParts {
            ledger: Arc::clone(&self.ledger),
            requests: self.store(),
            receipts: self.store(),
            clock: Arc::clone(&self.clock),
        })
    }

    fn poller(&self) -> Poller {
        Poller::new(PollerParts {
            registry: self.store(),
            requests: self.store(),
            node: Arc::clone(&self.node),
            ledger: Arc::clone(&self.ledger),
            providers: Arc::clone(&self.providers),
            catalog: Arc::clone(&self.catalog),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            entropy: Arc::new(SystemEntropy),
            settings: PollSettings {
                first: self.settings.poll_first.duration(),
                longest: self.settings.poll_longest.duration(),
                call_limit: self.send_timeout(),
            },
        })
    }

    fn sweeper(&self) -> Sweeper {
        Sweeper::new(SweeperParts {
            registry: self.store(),
            node: Arc::clone(&self.node),
            ledger: Arc::clone(&self.ledger),
            providers: Arc::clone(&self.providers),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            provider_timeout: self.send_timeout(),
        })
    }
}

#[cfg(debug_assertions)]
fn failpoints(settings: &Settings) -> Result<Arc<dyn FailPoints>> {
    match &settings.failpoints {
        Some(text) => Ok(Arc::new(text.parse::<crate::failpoints::Traps>()?)),
        None => Ok(Arc::new(NoFailPoints)),
    }
}

#[cfg(not(debug_assertions))]
fn failpoints(_settings: &Settings) -> Result<Arc<dyn FailPoints>> {
    Ok(Arc::new(NoFailPoints))
}
