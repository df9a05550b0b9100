//! An agent makes another one: never wider, never richer, never less watched than itself.

use std::{collections::BTreeMap, sync::Arc};

use upivia_domain::{
    AgentId, CommandId, Mode, NanoUsd, Secret,
    agent::{Agent, AgentKind, AgentStatus, Character, MAX_CHILDREN},
    binding::{Binding, BindingTerms},
    catalog::OperationName,
    dispatch::IdempotencyKey,
    identity::Name,
    ledger::{Command, Outcome, Spawn},
    ports::{Tx, transact},
};

use super::{AgentError, Agents, NewBinding, Selection, bind, create, keys, spawned_before::words, text::checked};
use crate::access::{AgentCaller, Recorder};

/// What an agent says about the child to be.
#[derive(Debug, Clone)]
pub struct NewChild {
    /// Its name.
    pub name: Name,
    /// For people.
    pub description: Option<String>,
    /// For people.
    pub icon: Option<String>,
    /// For people.
    pub category: Option<String>,
    /// What it gets of its parent's money.
    pub budget: NanoUsd,
    /// What it may use of what its parent may use; the terms may only be narrower.
    pub services: Vec<NewBinding>,
}

/// A child that was made. The key of a new one is here and nowhere else.
#[derive(Debug, Clone)]
pub struct SpawnedAgent {
    /// The agent.
    pub agent: Agent,
    /// What it may use.
    pub bindings: Vec<Binding>,
    /// The mode of its money and of its only key: its parent's key was of that mode.
    pub mode: Mode,
    /// What it got.
    pub budget: NanoUsd,
    /// The key in clear; absent where the child was made before, under the same idempotency key.
    pub key: Option<Secret<String>>,
}

/// What is to be written, with ids and secrets minted before the transaction begins.
struct Plan {
    caller: AgentCaller,
    by: Recorder,
    command: CommandId,
    /// What a repeat must ask for; absent where nobody repeats it.
    asked: Option<Arc<str>>,
    id: AgentId,
    new: NewChild,
    key: keys::NewKey,
}

/// What a plan leads to.
enum Written {
    New(Box<SpawnedAgent>),
    /// The event of the child that was made under the same idempotency key stands there.
    Before(i64),
}

impl Agents {
    /// Makes a child of the calling agent and moves money of the key's mode to it, in one transaction. With an idempotency
    /// key, once: a repeat finds the child as it is now, without its key.
    ///
    /// # Errors
    ///
    /// [`AgentError::NotNow`] where the money does not fit, [`AgentError::Invalid`] for a service that the parent may not
    /// use, [`AgentError::TooManyChildren`], [`AgentError::KeyReused`], and the others of [`AgentError`]; nothing was written.
    pub async fn spawn(
        &self,
        caller: AgentCaller,
        trace: Option<Arc<str>>,
        new: NewChild,
        once: Option<IdempotencyKey>,
    ) -> Result<SpawnedAgent, AgentError> {
        let new = bounded(new)?;
        let budget = new.budget;
        let (command, asked) = match once {
            Some(once) => (once.command_of_agent(caller.agent, caller.mode), Some(once.digest(&words(&new)).into())),
            None => (CommandId::new(self.parts.ids.uuid()), None),
        };
        let (by, id) = (Recorder::agent(&caller, trace), AgentId::new(self.parts.ids.uuid()));
        let plan = Plan { caller, by, command, asked: asked.clone(), id, new, key: self.mint(caller.mode) };
        match transact(&*self.parts.unit, &[caller.org], move |tx| Box::pin(plan.write(tx))).await? {
            Written::New(spawned) => Ok(*spawned),
            Written::Before(seq) => self.spawned_before(caller, seq, asked, budget).await,
        }
    }
}

impl Plan {
    async fn write(self, tx: &mut dyn Tx) -> Result<Written, AgentError> {
        let org = self.caller.org;
        // Whatever changed since: a known key answers from what it led to.
        if self.asked.is_some()
            && let Some(seq) = self.made_before(tx).await?
        {
            return Ok(Written::Before(seq));
        }
        let parent = tx.agents().find(org, self.caller.agent).await?.ok_or(AgentError::Unauthorized)?;
        if tx.agents().living_children(org, parent.id).await? >= MAX_CHILDREN {
            return Err(AgentError::TooManyChildren(MAX_CHILDREN));
        }
        let own = tx.bindings().list(org, parent.id).await?;
        let chosen = chosen(&own, &self.new.services)?;
        let agent = self.row(&parent, tx);
        create::insert(tx, &self.by, &agent, None).await?;
        let mut bindings = Vec::with_capacity(chosen.len());
        for (operation, terms) in chosen {
            bindings.extend(bind::put(tx, &self.by, agent.id, vec![operation], terms).await?);
        }
        keys::store(tx, &self.by, agent.id, &self.key).await?;
        let agent = self.fund(tx, agent).await?;
        let (mode, budget) = (self.caller.mode, self.new.budget);
        let key = Some(self.key.into_secret());
        Ok(Written::New(Box::new(SpawnedAgent { agent, bindings, mode, budget, key })))
    }

    /// Where the command was applied before. A command that gives an agent nothing, as a child of its own, is refused wherever it
    /// was not.
    async fn made_before(&self, tx: &mut dyn Tx) -> Result<Option<i64>, AgentError> {
        let look = Spawn { child: self.caller.agent, amount: NanoUsd::ZERO, ..self.command() };
        match tx.apply(&Command::Spawn(look)).await? {
            Ok(Outcome::Spawned { seq, .. } | Outcome::Recorded { seq }) => Ok(Some(seq)),
            Ok(Outcome::Request { .. }) | Err(_) => Ok(None),
        }
    }

    fn command(&self) -> Spawn {
        Spawn {
            id: self.command,
            org: self.caller.org,
            mode: self.caller.mode,
            parent: self.caller.agent,
            credential: self.caller.credential,
            child: self.id,
            amount: self.new.budget,
            asked: self.asked.clone(),
            trace: self.by.trace.clone(),
        }
    }

    /// The ledger decides, from the rows that were just written; what it says of the money's origin is written beside them.
    async fn fund(&self, tx: &mut dyn Tx, agent: Agent) -> Result<Agent, AgentError> {
        let spawn = Command::Spawn(self.command());
        let Outcome::Spawned { origin, .. } = tx.apply(&spawn).await?? else { return Err(AgentError::Unavailable) };
        let agent = Agent { origin: Some(*origin), ..agent };
        tx.agents().update(&agent).await?;
        Ok(agent)
    }

    /// In the parent's team, answered for by its owner.
    fn row(&self, parent: &Agent, tx: &dyn Tx) -> Agent {
        let new = self.new.clone();
        Agent {
            id: self.id,
            org: self.caller.org,
            team: parent.team,
            owner: parent.owner,
            name: new.name,
            description: new.description,
            icon: new.icon,
            category: new.category,
            default_model_id: parent.default_model_id.clone(),
            system_prompt: None,
            character: Character::default(),
            kind: AgentKind::Spawned,
            status: AgentStatus::Active,
            month_cap: None,
            ancestors: parent.ancestors.iter().copied().chain([parent.id]).collect(),
            origin: None,
            created_at: tx.now(),
        }
    }
}

fn bounded(new: NewChild) -> Result<NewChild, AgentError> {
    Ok(NewChild {
        description: checked("description", new.description, 2_000)?,
        icon: checked("icon", new.icon, 200)?,
        category: checked("category", new.category, 100)?,
        ..new
    })
}

/// Under the parent's own terms, or narrower ones. A service is all of it that the parent may use.
fn chosen(own: &[Binding], asked: &[NewBinding]) -> Result<BTreeMap<OperationName, BindingTerms>, AgentError> {
    let mut chosen = BTreeMap::new();
    for NewBinding { what, terms } in asked {
        let meant: Vec<_> = own.iter().filter(|binding| what.covers(&binding.operation)).collect();
        if meant.is_empty() {
            return Err(AgentError::invalid("services", format!("{what} is nothing that this agent may use itself")));
        }
        chosen.extend(meant.iter().map(|binding| (binding.operation.clone(), binding.terms.narrowed_by(terms))));
    }
    Ok(chosen)
}

impl Selection {
    /// Whether that operation is meant.
    pub(super) fn covers(&self, operation: &OperationName) -> bool {
        match self {
            Self::Operation(name) => name == operation,
            Self::Service(service) => service == operation.service(),
        }
    }
}
