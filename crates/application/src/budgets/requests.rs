//! Workers' wishes for money of their team's pool. Saying yes moves the money in the same transaction.

use serde_json::json;
use upivia_domain::{
    BudgetRequestId, CommandId, Mode, NanoUsd, TeamId, UserId,
    audit::Object,
    budget::{Account, AccountOwner},
    identity::Permission,
    ledger::TransferPurpose,
    ports::{BudgetRequestFilter, Tx, transact},
    team::{BudgetRequest, BudgetRequestStatus},
};

use super::{
    BudgetError, Budgets, Caps,
    once::{Ended, Movement},
    worker::grant,
};
use crate::{
    access::{Author, Entry, Recorder, UserCaller},
    inbox::follow,
    teams::managed,
};

/// The most that a list shows.
const MOST: u32 = 200;

/// What a worker asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWish {
    /// From the pool of which team.
    pub team: TeamId,
    /// Live or test money.
    pub mode: Mode,
    /// How much; more than zero.
    pub amount: NanoUsd,
    /// For whoever answers.
    pub reason: Option<String>,
}

/// What a manager says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

impl Budgets {
    /// A member of a team asks for money of its pool.
    ///
    /// # Errors
    ///
    /// See [`BudgetError`].
    pub async fn ask(&self, author: Author, wish: NewWish) -> Result<BudgetRequest, BudgetError> {
        let (id, org) = (BudgetRequestId::new(self.parts.ids.uuid()), author.org());
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(ask(tx, author, id, wish))).await
    }

    /// Wishes, the newest first: with `team.readAny` those of the organization, for whoever answers those of the team
    /// that is named those of the team, for everybody else their own. Who sees those of others sees what is open, unless they say
    /// otherwise.
    ///
    /// # Errors
    ///
    /// [`BudgetError::Unavailable`].
    pub async fn wishes(
        &self,
        caller: &UserCaller,
        team: Option<TeamId>,
        status: Option<BudgetRequestStatus>,
    ) -> Result<Vec<BudgetRequest>, BudgetError> {
        let all = caller.may(Permission::TeamReadAny) || self.answers(caller, team).await?;
        let user = (!all).then_some(caller.user);
        let status = status.or(all.then_some(BudgetRequestStatus::Pending));
        Ok(self.parts.teams.budget_requests(caller.org, &BudgetRequestFilter { status, team, user }, MOST).await?)
    }

    async fn answers(&self, caller: &UserCaller, team: Option<TeamId>) -> Result<bool, BudgetError> {
        let Some(team) = team.filter(|_| caller.may(Permission::BudgetDecideOwn)) else { return Ok(false) };
        let places = self.parts.teams.teams_of(caller.org, caller.user).await?;
        let Some(place) = places.iter().find(|place| place.team == team) else { return Ok(false) };
        let Some(custom) = place.role.custom() else {
            return Ok(place.role.permissions().contains(Permission::BudgetDecideOwn));
        };
        let roles = self.parts.people.roles(caller.org).await?;
        Ok(roles.iter().any(|role| role.id == custom && role.permissions.contains(Permission::BudgetDecideOwn)))
    }

    /// Answers a wish. The same answer again gives the present state; another one is [`BudgetError::Resolved`].
    ///
    /// # Errors
    ///
    /// See [`BudgetError`]; where the pool has too little the wish stays open.
    pub async fn answer(
        &self,
        author: Author,
        id: BudgetRequestId,
        answer: Answer,
    ) -> Result<BudgetRequest, BudgetError> {
        let (org, command) = (author.org(), CommandId::new(self.parts.ids.uuid()));
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                let resolved = answer_wish(tx, &author, id, answer, command).await?;
                follow(tx, &author, &resolved).await?;
                Ok(resolved)
            })
        })
        .await
    }
}

/// Answers a wish inside the transaction of a use-case, under a command that nobody applied before.
pub(crate) async fn answer_wish(
    tx: &mut dyn Tx,
    author: &Author,
    id: BudgetRequestId,
    answer: Answer,
    command: CommandId,
) -> Result<BudgetRequest, BudgetError> {
    resolve(tx, author, id, answer, command).await.map_err(|ended| match ended {
        Ended::Failed(error) => error,
        // The command was minted for this: nobody can have applied it before.
        Ended::Repeated(_) => BudgetError::Unavailable,
    })
}

async fn ask(
    tx: &mut dyn Tx,
    author: Author,
    id: BudgetRequestId,
    wish: NewWish,
) -> Result<BudgetRequest, BudgetError> {
    let permission = Permission::BudgetRequestOwn;
    author.require(tx, permission, BudgetError::Forbidden).await?;
    // Who does not belong to the team is told so below.
    let place = tx.teams().find_member(author.org(), wish.team, author.caller.user).await?;
    if place.is_some() && !author.permissions_in(tx, wish.team).await?.contains(permission) {
        return Err(BudgetError::Forbidden(permission));
    }
    write_wish(tx, &author.recorder(), id, author.caller.user, wish).await
}

/// Writes a wish of that person, with its event.
pub(crate) async fn write_wish(
    tx: &mut dyn Tx,
    by: &Recorder,
    id: BudgetRequestId,
    user: UserId,
    wish: NewWish,
) -> Result<BudgetRequest, BudgetError> {
    let (org, NewWish { team, mode, amount, reason }) = (by.org, wish);
    tx.teams().find(org, team).await?.ok_or(BudgetError::NotFound("team"))?;
    if tx.teams().find_member(org, team, user).await?.is_none() {
        let message = "is no team of yours: its members ask for its money".to_owned();
        return Err(BudgetError::Invalid { field: "team_id", message });
    }
    let (status, created_at) = (BudgetRequestStatus::Pending, tx.now());
    let (resolved_at, resolved_by) = (None, None);
    let request =
        BudgetRequest { id, org, team, user, mode, amount, reason, status, created_at, resolved_at, resolved_by };
    tx.budget_requests().insert(&request).await?;
    by.record(tx, entry("budget_request.created", &request)).await?;
    Ok(request)
}

async fn resolve(
    tx: &mut dyn Tx,
    author: &Author,
    id: BudgetRequestId,
    answer: Answer,
    command: CommandId,
) -> Result<BudgetRequest, Ended> {
    let found = tx.budget_requests().find(author.org(), id).await?;
    let request = found.ok_or(BudgetError::NotFound("budget request"))?;
    managed(tx, author, request.team, Permission::BudgetDecideOwn).await?;
    let (status, kind) = match answer {
        Answer::Approve => (BudgetRequestStatus::Approved, "budget_request.approved"),
        Answer::Reject => (BudgetRequestStatus::Rejected, "budget_request.rejected"),
    };
    if request.status == status {
        return Ok(request);
    }
    if request.status != BudgetRequestStatus::Pending {
        return Err(BudgetError::Resolved.into());
    }
    let (resolved_at, resolved_by) = (Some(tx.now()), Some(author.caller.user));
    let resolved = BudgetRequest { status, resolved_at, resolved_by, ..request };
    tx.budget_requests().update(&resolved).await?;
    match answer {
        Answer::Approve => pay(tx, author, &resolved, command, kind).await?,
        Answer::Reject => author.record(tx, entry(kind, &resolved)).await?,
    }
    Ok(resolved)
}

/// From the pool to the worker who asked; their caps stay as they are.
async fn pay(
    tx: &mut dyn Tx,
    author: &Author,
    request: &BudgetRequest,
    id: CommandId,
    kind: &'static str,
) -> Result<(), Ended> {
    let (team, user) = (request.team, request.user);
    if tx.teams().find_member(author.org(), team, user).await?.is_none() {
        return Err(BudgetError::NotFound("worker in this team").into());
    }
    let before = tx.teams().find_allocation(author.org(), team, user).await?;
    let changed = grant(tx, author, (team, user), Caps::default(), before).await?;
    let movement = Movement {
        id,
        kind,
        object: object(request),
        mode: request.mode,
        from: Account::Owned(AccountOwner::Pool(team)),
        to: Account::Owned(AccountOwner::Worker(team, user)),
        amount: request.amount,
        purpose: TransferPurpose::Allocation,
        note: String::new(),
        asked: json!(null),
    };
    movement.post(tx, author, changed).await
}

fn object(request: &BudgetRequest) -> Object {
    Object { kind: "budget_request", id: request.id.to_string() }
}

/// The reason is a person's free text: it stands in the row, never in the chain.
fn entry(kind: &'static str, request: &BudgetRequest) -> Entry {
    let detail = json!({
        "team": request.team,
        "user": request.user,
        "mode": request.mode.as_str(),
        "amount": request.amount.nanos(),
        "status": request.status.as_str(),
    });
    Entry { kind, object: object(request), agent: None, operation: None, detail }
}
