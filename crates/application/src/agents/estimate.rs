//! What a child would need, and what its parent could give it now. The ledger itself says what fits: it is asked for more than
//! there can be, in a transaction that is rolled back.

use upivia_domain::{
    CommandId, Mode, NanoUsd, Timestamp,
    agent::{Agent, MAX_CHILDREN},
    binding::{Binding, BindingTerms},
    budget::{LimitUnit, Reason},
    catalog::{Catalog, ModelPrice, Operation, OperationName, Price},
    ledger::{Command, Refusal, Spawn, SpawnProblem},
    ports::{StoreError, Tx, transact},
};

use super::{AgentError, Agents, Selection, bind::selected};
use crate::access::AgentCaller;

/// More than any account holds: asked for it, every limit tells its figures.
const MORE_THAN_THERE_IS: NanoUsd = NanoUsd::from_nanos(i64::MAX / 4);
/// What one use of a language model is taken to read.
const TOKENS_READ: u64 = 1_000;

/// One operation that a child would use once.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationEstimate {
    /// Which.
    pub operation: OperationName,
    /// How its cost follows from the payload.
    pub price: Price,
    /// What one use may cost. Of a language model: 1,000 tokens read and as many written as where nobody says how many, by
    /// the agent's own model, or else the dearest.
    pub cost: NanoUsd,
    /// The terms under which the parent may use it, and at most the child; absent where it may not.
    pub terms: Option<BindingTerms>,
}

/// What a child would need, and what it could get.
#[derive(Debug, Clone, PartialEq)]
pub struct SpawnEstimate {
    /// The mode of the caller's key: what is told is about this money.
    pub mode: Mode,
    /// The operations, by name.
    pub operations: Vec<OperationEstimate>,
    /// What using each of them once may cost.
    pub total: NanoUsd,
    /// The most that the parent could give now.
    pub available: NanoUsd,
    /// How many generations the child would be away from an agent that a person made.
    pub depth: usize,
    /// Whether any child could be made, with money or without.
    pub can_spawn: bool,
}

/// How the transaction ends: never with a commit.
enum Ended {
    Estimated(Box<Agent>, Vec<Binding>, Room, Timestamp),
    Failed(AgentError),
}

impl<E: Into<AgentError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What the ledger leaves.
struct Room {
    available: NanoUsd,
    can_spawn: bool,
}

impl Agents {
    /// What a child of the calling agent that uses each of these once would need. Without a selection: whatever the agent
    /// itself may use.
    ///
    /// # Errors
    ///
    /// [`AgentError::Invalid`] for what is not in the catalogue, [`AgentError::Unauthorized`], [`AgentError::Unavailable`].
    pub async fn estimate_spawn(&self, caller: AgentCaller, what: Vec<Selection>) -> Result<SpawnEstimate, AgentError> {
        let id = CommandId::new(self.parts.ids.uuid());
        let ended = transact::<(), Ended, _>(&*self.parts.unit, &[caller.org], move |tx| {
            Box::pin(async move { Err(look(tx, caller, id).await) })
        })
        .await;
        let (parent, own, room, now) = match ended {
            Err(Ended::Estimated(parent, own, room, now)) => (parent, own, room, now),
            Err(Ended::Failed(error)) => return Err(error),
            Ok(()) => return Err(AgentError::Unavailable),
        };
        let catalog = &self.parts.catalog;
        let estimates = named(catalog, &own, &what)?.into_iter().map(|operation| {
            let terms = own.iter().find(|binding| binding.operation == operation.name).map(|binding| binding.terms);
            let (price, cost) = one_use(catalog, operation, parent.default_model_id.as_deref(), now)?;
            Ok(OperationEstimate { operation: operation.name.clone(), price, cost, terms })
        });
        let operations = estimates.collect::<Result<Vec<_>, AgentError>>()?;
        let total = operations.iter().try_fold(NanoUsd::ZERO, |sum, one| sum.checked_add(one.cost));
        let total = total.ok_or_else(|| AgentError::invalid("operations", "cost more than the ledger can hold"))?;
        let depth = parent.ancestors.len() + 1;
        let Room { available, can_spawn } = room;
        Ok(SpawnEstimate { mode: caller.mode, operations, total, available, depth, can_spawn })
    }
}

async fn look(tx: &mut dyn Tx, caller: AgentCaller, id: CommandId) -> Ended {
    match figures(tx, caller, id).await {
        Ok(known) | Err(known) => known,
    }
}

async fn figures(tx: &mut dyn Tx, caller: AgentCaller, id: CommandId) -> Result<Ended, Ended> {
    let parent = tx.agents().find(caller.org, caller.agent).await?.ok_or(AgentError::Unauthorized)?;
    let own = tx.bindings().list(caller.org, parent.id).await?;
    let AgentCaller { org, agent, credential, mode } = caller;
    let amount = MORE_THAN_THERE_IS;
    let probe = Spawn { id, org, mode, parent: agent, credential, child: agent, amount, asked: None, trace: None };
    let room = match tx.apply(&Command::Spawn(probe)).await? {
        Err(Refusal::NotNow(reasons)) => Room::of(&reasons),
        Err(Refusal::Unspawnable(SpawnProblem::TooDeep)) => Room { available: NanoUsd::ZERO, can_spawn: false },
        Err(refusal) => return Err(refusal.into()),
        Ok(_) => return Err(StoreError::Internal("a gift of all the money there can be fits".to_owned()).into()),
    };
    let is_full = tx.agents().living_children(org, agent).await? >= MAX_CHILDREN;
    let room = if is_full { Room { available: NanoUsd::ZERO, can_spawn: false } } else { room };
    Ok(Ended::Estimated(Box::new(parent), own, room, tx.now()))
}

impl Room {
    /// A check without figures is about the agent or the organization, and no amount passes it.
    fn of(reasons: &[Reason]) -> Self {
        let can_spawn = reasons.iter().all(|reason| reason.limit.is_some());
        let money = reasons.iter().filter(|reason| reason.unit == LimitUnit::Money);
        let rooms =
            money.filter_map(|one| one.limit.map(|limit| limit.saturating_sub(one.used).saturating_sub(one.held)));
        let available =
            rooms.min().filter(|_| can_spawn).map_or(NanoUsd::ZERO, |room| NanoUsd::from_nanos(room.max(0)));
        Self { available, can_spawn }
    }
}

/// Of a service what the agent may use, or all of it where it may use nothing of it.
fn named<'a>(catalog: &'a Catalog, own: &[Binding], what: &[Selection]) -> Result<Vec<&'a Operation>, AgentError> {
    let mut names: Vec<OperationName> = Vec::new();
    for one in what {
        let unknown =
            |_| AgentError::invalid("operations", format!("{one} is not in the catalogue; see GET /api/v1/services"));
        let all = selected(catalog, one).map_err(unknown)?;
        let is_bound = |name: &OperationName| own.iter().any(|binding| binding.operation == *name);
        let bound: Vec<_> = all.iter().filter(|name| is_bound(name)).cloned().collect();
        names.extend(if bound.is_empty() { all } else { bound });
    }
    if what.is_empty() {
        names.extend(own.iter().map(|binding| binding.operation.clone()));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names.iter().filter_map(|name| catalog.find(name)).collect())
}

fn one_use(
    catalog: &Catalog,
    operation: &Operation,
    model: Option<&str>,
    now: Timestamp,
) -> Result<(Price, NanoUsd), AgentError> {
    let unsold = || AgentError::invalid("operations", format!("{} has no price now", operation.name));
    let price = operation.price_at(now).ok_or_else(unsold)?.price;
    let cost = match price {
        Price::Free => Some(NanoUsd::ZERO),
        Price::Flat(cost) => Some(cost),
        Price::Tokens => {
            let one = |price: &ModelPrice| price.cost(TOKENS_READ, price.default_max_tokens.into()).ok();
            let own = model.and_then(|model| catalog.models().find(model, now)).and_then(|version| one(&version.price));
            own.or_else(|| catalog.models().at(now).filter_map(|(_, version)| one(&version.price)).max())
        }
    };
    Ok((price, cost.ok_or_else(unsold)?))
}
