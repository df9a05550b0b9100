//! Ports in memory, and the API put together over them as a server does it.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use upivia_application::{
    access::Authenticator,
    agents::{Agents, AgentsParts},
    approvals::{Approvals, ApprovalsParts},
    bootstrap::{Bootstrap, Bootstrapped, NewOrganization, NewOwner},
    budgets::{Budgets, BudgetsParts},
    delegations::{Delegations, DelegationsParts},
    dispatch::{DispatchSettings, Dispatcher, DispatcherParts},
    failpoint::NoFailPoints,
    gauges::{Gauges, Sampler, SamplerParts},
    inbox::{Inbox, InboxParts},
    invites::{Invites, InvitesParts},
    ledger::GroupCommit,
    mails::{Links, MailGauges, Postbox},
    members::{Members, MembersParts},
    node::{Node, NodeSettings},
    organizations::{Organizations, OrganizationsParts},
    outcomes::{Outcomes, OutcomesParts},
    password_resets::{PasswordResets, PasswordResetsParts},
    personal_tokens::{PersonalTokens, PersonalTokensParts},
    promos::{Promos, PromosParts},
    publishing::{Publishing, PublishingParts},
    reconciliation::{Reconciliation, ReconciliationParts},
    reports::{Reports, ReportsParts},
    roles::Roles,
    sign_in::{Federation, JoinTerms, Lifetimes, SignIns, SignInsParts},
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
    NanoUsd, Secret, Timestamp,
    catalog::Catalog,
    identity::{NewPassword, SessionScheme},
    ledger::ApprovalTerms,
    ports::PasswordHasher,
    time::Zone,
};
use upivia_http::{Api, ApiParts, Limits, MetricsAccess, Readiness, Site, WritesSoFar};
use upivia_sign_in::{
    password::{Argon2Passwords, PasswordSettings},
    session::{NextCsrf, NextSessions, SealedAttempts, SessionSettings},
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};
use upivia_webhooks::out::{HttpSender, Reach, SenderSettings};

use super::{
    catalog::{Checks, catalog},
    friend::{self, Friend},
    provider::Registry,
    sender,
    world::Org,
};

/// Of every owner.
pub const PASSWORD: &str = "correct horse";

pub struct Machine {
    pub clock: Arc<ManualClock>,
    pub ids: Arc<SequentialIds>,
    pub entropy: Arc<SequenceEntropy>,
    pub hasher: Arc<PepperedHasher>,
    pub store: Arc<MemoryStore>,
    pub gauges: Gauges,
    pub(super) friend: Friend,
    /// Whether there is a mail server.
    pub mails: bool,
}

impl Machine {
    pub fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
        Self {
            store: MemoryStore::new(clock.clone()),
            clock,
            ids,
            entropy,
            hasher,
            gauges: Gauges::default(),
            friend: Friend::default(),
            mails: true,
        }
    }

    pub async fn organization(&self, name: &str, email: &str, fund: NanoUsd) -> Org {
        let bootstrap = Bootstrap::new(self.store.clone(), self.ids.clone(), self.entropy.clone(), self.hasher.clone());
        let new = NewOrganization { name: name.parse().unwrap(), email: email.parse().unwrap(), fund, zone: Zone::UTC };
        let password = NewPassword::try_from(PASSWORD.to_owned()).unwrap();
        let hash = self.passwords().hash(&password).await.unwrap();
        let owner = NewOwner { password: Some(hash), ..NewOwner::default() };
        bootstrap.create_with(new, owner).await.unwrap().into()
    }

    pub async fn api(&self, readiness: Arc<dyn Readiness>, limits: Limits, metrics: MetricsAccess) -> Arc<Api> {
        let catalog = Arc::new(catalog());
        let settings = NodeSettings { lease: Duration::from_secs(60), single_process: true };
        let node = Node::start(self.store.clone(), self.clock.clone(), self.ids.clone(), settings).await.unwrap();
        let ledger = GroupCommit::start(self.store.clone());
        let dispatcher = self.dispatcher(&catalog, &node, &ledger);
        Api::new(ApiParts {
            access: Authenticator::new(self.store.clone(), self.hasher.clone(), self.clock.clone())
                .noting(self.store.clone()),
            simulations: Simulations::new(self.store.clone(), Arc::clone(&dispatcher), self.ids.clone()),
            suspensions: Suspensions::new(self.store.clone(), self.store.clone(), self.ids.clone()),
            stops: self.stops(),
            organizations: self.organizations(),
            promos: self.promos(),
            approvals: self.approvals(&dispatcher, &node, &ledger),
            outcomes: self.outcomes(&dispatcher),
            gauges: self.gauges.clone(),
            sign_ins: self.sign_ins(),
            csrf: Arc::new(NextCsrf::new(&sessions(), self.entropy.clone()).unwrap()),
            personal_tokens: PersonalTokens::new(PersonalTokensParts {
                unit: self.store.clone(),
                people: self.store.clone(),
                hasher: self.hasher.clone(),
                entropy: self.entropy.clone(),
                ids: self.ids.clone(),
                clock: self.clock.clone(),
            }),
            invites: self.invites(),
            password_resets: self.password_resets(&node),
            mails: MailGauges::default(),
            workspaces: Workspaces::new(self.store.clone(), self.store.clone(), self.ids.clone()),
            members: Members::new(MembersParts {
                unit: self.store.clone(),
                credentials: self.store.clone(),
                people: self.store.clone(),
            }),
            roles: Roles::new(self.store.clone(), self.store.clone(), self.ids.clone()),
            users: Users::new(self.store.clone()),
            site: Site::new(Some("http://upivia.test")).unwrap(),
            dispatcher,
            agents: Agents::new(AgentsParts {
                unit: self.store.clone(),
                queries: self.store.clone(),
                publishing: self.store.clone(),
                teams: self.store.clone(),
                journal: self.store.clone(),
                catalog: Arc::clone(&catalog),
                hasher: self.hasher.clone(),
                entropy: self.entropy.clone(),
                ids: self.ids.clone(),
            }),
            reconciliation: Reconciliation::new(ReconciliationParts {
                ledger,
                requests: self.store.clone(),
                receipts: self.store.clone(),
                clock: self.clock.clone(),
            }),
            signatures: Arc::new(sender::all()),
            teams: self.teams(),
            budgets: self.budgets(),
            delegations: Delegations::new(DelegationsParts {
                unit: self.store.clone(),
                tasks: self.store.clone(),
                agents: self.store.clone(),
                ledger: self.store.clone(),
                catalog: Arc::clone(&catalog),
                ids: self.ids.clone(),
            }),
            skills: Skills::new(SkillsParts {
                unit: self.store.clone(),
                skills: self.store.clone(),
                agents: self.store.clone(),
                ids: self.ids.clone(),
            }),
            webhooks: self.webhooks(),
            inbox: self.inbox(),
            publishing: self.publishing(),
            reports: Reports::new(ReportsParts {
                ledger: self.store.clone(),
                journal: self.store.clone(),
                agents: self.store.clone(),
                usage: self.store.clone(),
                clock: self.clock.clone(),
            }),
            catalog,
            ids: self.ids.clone(),
            clock: self.clock.clone(),
            limits,
            body_within: Duration::from_secs(30),
            metrics,
            writes: Arc::new(|| WritesSoFar { commits: 3, rows: 7 }),
            readiness,
        })
    }

    fn stops(&self) -> Stops {
        Stops::new(StopsParts {
            unit: self.store.clone(),
            stops: self.store.clone(),
            standings: self.store.clone(),
            ledger: self.store.clone(),
            agents: self.store.clone(),
            people: self.store.clone(),
        })
    }

    fn organizations(&self) -> Organizations {
        Organizations::new(OrganizationsParts {
            unit: self.store.clone(),
            ledger: self.store.clone(),
            standings: self.store.clone(),
            people: self.store.clone(),
        })
    }

    fn promos(&self) -> Promos {
        Promos::new(PromosParts {
            unit: self.store.clone(),
            promos: self.store.clone(),
            people: self.store.clone(),
            ids: self.ids.clone(),
        })
    }

    fn postbox(&self) -> Postbox {
        Postbox::new(self.ids.clone(), self.mails)
    }

    fn invites(&self) -> Invites {
        Invites::new(InvitesParts {
            unit: self.store.clone(),
            links: self.store.clone(),
            people: self.store.clone(),
            passwords: Arc::new(self.passwords()),
            hasher: self.hasher.clone(),
            entropy: self.entropy.clone(),
            ids: self.ids.clone(),
            clock: self.clock.clone(),
            postbox: self.postbox(),
            links_to: Links::new("http://upivia.test"),
        })
    }

    fn password_resets(&self, node: &Arc<Node>) -> PasswordResets {
        PasswordResets::new(PasswordResetsParts {
            unit: self.store.clone(),
            people: self.store.clone(),
            credentials: self.store.clone(),
            links: self.store.clone(),
            passwords: Arc::new(self.passwords()),
            hasher: self.hasher.clone(),
            entropy: self.entropy.clone(),
            clock: self.clock.clone(),
            postbox: self.postbox(),
            links_to: Links::new("http://upivia.test"),
            node: node.id(),
        })
    }

    fn teams(&self) -> Teams {
        Teams::new(TeamsParts {
            unit: self.store.clone(),
            agents: self.store.clone(),
            teams: self.store.clone(),
            people: self.store.clone(),
            ids: self.ids.clone(),
        })
    }

    fn webhooks(&self) -> Webhooks {
        Webhooks::new(WebhooksParts {
            unit: self.store.clone(),
            queries: self.store.clone(),
            sender: Arc::new(sender()),
            entropy: self.entropy.clone(),
            ids: self.ids.clone(),
            clock: self.clock.clone(),
        })
    }

    fn budgets(&self) -> Budgets {
        Budgets::new(BudgetsParts {
            unit: self.store.clone(),
            agents: self.store.clone(),
            teams: self.store.clone(),
            people: self.store.clone(),
            ledger: self.store.clone(),
            journal: self.store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        })
    }

    fn inbox(&self) -> Inbox {
        Inbox::new(InboxParts {
            unit: self.store.clone(),
            inbox: self.store.clone(),
            agents: self.store.clone(),
            names: self.store.clone(),
            ids: self.ids.clone(),
        })
    }

    fn publishing(&self) -> Publishing {
        Publishing::new(PublishingParts {
            unit: self.store.clone(),
            publishing: self.store.clone(),
            teams: self.store.clone(),
            ledger: self.store.clone(),
            ids: self.ids.clone(),
        })
    }

    /// As cheap as the algorithm allows.
    fn passwords(&self) -> Argon2Passwords {
        let settings = PasswordSettings { memory_kib: 8, passes: 1, ..PasswordSettings::default() };
        Argon2Passwords::new(settings, self.entropy.clone()).unwrap()
    }

    pub fn sign_ins(&self) -> SignIns {
        SignIns::new(SignInsParts {
            unit: self.store.clone(),
            credentials: self.store.clone(),
            people: self.store.clone(),
            passwords: Arc::new(self.passwords()),
            codec: Arc::new(NextSessions::new(&sessions(), self.entropy.clone()).unwrap()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            lifetimes: Lifetimes::default(),
            federation: Some(self.federation()),
        })
    }

    fn federation(&self) -> Federation {
        let attempts = SealedAttempts::new(&sessions(), self.entropy.clone()).unwrap();
        let (provider, entropy) = (Arc::new(self.friend.clone()), self.entropy.clone());
        let (name, terms) = ("Friend".to_owned(), JoinTerms::default());
        Federation { id: friend::ID, name, provider, attempts: Arc::new(attempts), entropy, terms }
    }

    /// Takes samples where the metrics read them.
    pub fn sampler(&self) -> Sampler {
        Sampler::new(SamplerParts {
            scanner: self.store.clone(),
            clock: self.clock.clone(),
            gauges: self.gauges.clone(),
            every: Duration::from_secs(60),
        })
    }

    fn outcomes(&self, dispatcher: &Arc<Dispatcher>) -> Outcomes {
        Outcomes::new(OutcomesParts {
            unit: self.store.clone(),
            outcomes: self.store.clone(),
            requests: self.store.clone(),
            journal: self.store.clone(),
            ledger: self.store.clone(),
            dispatcher: Arc::clone(dispatcher),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        })
    }

    fn approvals(&self, dispatcher: &Arc<Dispatcher>, node: &Arc<Node>, ledger: &Arc<GroupCommit>) -> Approvals {
        Approvals::new(ApprovalsParts {
            unit: self.store.clone(),
            approvals: self.store.clone(),
            requests: self.store.clone(),
            dispatcher: Arc::clone(dispatcher),
            ledger: Arc::clone(ledger),
            node: Arc::clone(node),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        })
    }

    fn dispatcher(&self, catalog: &Arc<Catalog>, node: &Arc<Node>, ledger: &Arc<GroupCommit>) -> Arc<Dispatcher> {
        Dispatcher::new(DispatcherParts {
            ledger: Arc::clone(ledger),
            requests: self.store.clone(),
            catalog: Arc::clone(catalog),
            payloads: Arc::new(Checks),
            providers: Arc::new(Registry),
            node: Arc::clone(node),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            entropy: self.entropy.clone(),
            failpoints: Arc::new(NoFailPoints),
            settings: DispatchSettings {
                answer_within: Duration::from_millis(300),
                provider_timeout: Duration::from_secs(20),
                approval: ApprovalTerms { lifetime_seconds: 3_600, most_pending: 20 },
            },
        })
    }
}

/// Knows the rules of the real one, and calls nobody here.
fn sender() -> HttpSender {
    HttpSender::new(SenderSettings { reach: Reach::Public, time_limit: Duration::from_secs(1) }).unwrap()
}

fn sessions() -> SessionSettings {
    let secrets = vec![Secret::new("a secret of the tests, 32 bytes and more".to_owned())];
    SessionSettings { secrets, writes: SessionScheme::NextAuthV4, secure: false }
}

impl From<Bootstrapped> for Org {
    fn from(made: Bootstrapped) -> Self {
        Self {
            id: made.org_id.to_string(),
            email: made.email.to_string(),
            reset: OnceLock::new(),
            second: OnceLock::new(),
            proposal: OnceLock::new(),
            named: OnceLock::new(),
            session: String::new(),
            pat: made.pat.into_inner(),
            live: made.agent_key_live.into_inner(),
            test: made.agent_key_test.into_inner(),
            agent: made.agent_id.to_string(),
            team: made.team_id.to_string(),
            user: made.user_id.to_string(),
        }
    }
}
