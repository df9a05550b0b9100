//! Who belongs to a team, who asks for its money, and who gets the last of it.

use upivia_domain::{
    BudgetRequestId, Mode, NanoUsd, OrgId, UserId,
    budget::AccountOwner,
    identity::OrgRole,
    ledger::{Command, Refusal},
    ports::{BudgetRequestFilter, Clock, StoreError, transact},
    team::{Allocation, BudgetRequest, BudgetRequestStatus, TeamMember, TeamRole},
};

use crate::{Ports, World, tenant::Tenant};

const LAST_CENTS: NanoUsd = NanoUsd::cents(10);

fn member(tenant: &Tenant, user: UserId, role: TeamRole) -> TeamMember {
    TeamMember { team: tenant.team, user, role, created_at: tenant.world.clock.now() }
}

async fn join(tenant: &Tenant, member: TeamMember) -> Result<(), StoreError> {
    let org = tenant.org;
    tenant.attempt(move |tx| Box::pin(async move { tx.teams().insert_member(org, &member).await })).await
}

/// Members survive with their roles, are changed and removed, and are nobody's business elsewhere.
pub async fn members_of_teams_survive(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let eve = tenant.person(OrgRole::Member).await;
    let (ada, eve) = (member(&tenant, tenant.owner, TeamRole::Manager), member(&tenant, eve, TeamRole::Worker));
    join(&tenant, ada).await.unwrap();
    join(&tenant, eve).await.unwrap();
    let second = world.second().await;
    let mut both = vec![ada, eve];
    both.sort_by_key(|member| member.user);
    assert_eq!(second.teams.team_members(tenant.org, tenant.team).await.unwrap(), both);
    assert_eq!(second.teams.teams_of(tenant.org, eve.user).await.unwrap(), [eve]);
    assert_eq!(second.teams.team_members(other.org, tenant.team).await.unwrap(), []);
    assert_eq!(second.teams.teams_of(other.org, eve.user).await.unwrap(), []);

    let (org, stranger, promoted) = (tenant.org, other.org, TeamMember { role: TeamRole::Manager, ..eve });
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.teams().find_member(stranger, eve.team, eve.user).await?, None);
                tx.teams().update_member(org, &promoted).await?;
                assert_eq!(tx.teams().find_member(org, eve.team, eve.user).await?, Some(promoted));
                tx.teams().remove_member(org, ada.team, ada.user).await?;
                tx.teams().remove_member(org, ada.team, ada.user).await
            })
        })
        .await
        .unwrap();
    assert_eq!(second.teams.team_members(tenant.org, tenant.team).await.unwrap(), [promoted]);
}

/// One row per team and person; a row of nobody or of no team cannot be.
pub async fn a_member_is_unique(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    join(&tenant, member(&tenant, tenant.owner, TeamRole::Worker)).await.unwrap();
    let nobody = UserId::new(world.mint.uuid());
    let wrong = [
        member(&tenant, tenant.owner, TeamRole::Manager),
        member(&tenant, nobody, TeamRole::Worker),
        TeamMember { team: other.team, ..member(&tenant, tenant.owner, TeamRole::Worker) },
    ];
    for wrong in wrong {
        assert!(matches!(join(&tenant, wrong).await, Err(StoreError::Constraint(_))), "{wrong:?}");
    }
    let org = tenant.org;
    let stranger = member(&tenant, nobody, TeamRole::Worker);
    let changed =
        tenant.attempt(move |tx| Box::pin(async move { tx.teams().update_member(org, &stranger).await })).await;
    assert!(matches!(changed, Err(StoreError::Constraint(_))));
}

/// Wishes survive whole, are listed newest first by status, team and person, and keep their answers.
pub async fn budget_requests_survive_with_their_answers(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let eve = tenant.person(OrgRole::Member).await;
    let first = wish(&tenant, eve, Some("Größe, \"quoted\"\n株".to_owned()));
    world.clock.advance_seconds(1);
    let second = BudgetRequest { mode: Mode::Test, ..wish(&tenant, tenant.owner, None) };
    let rows = [first.clone(), second.clone()];
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                for row in &rows {
                    tx.budget_requests().insert(row).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    let (status, resolved_at, resolved_by) =
        (BudgetRequestStatus::Approved, Some(world.clock.now()), Some(tenant.owner));
    let answered = BudgetRequest { status, resolved_at, resolved_by, ..first.clone() };
    let (row, foreign) = (answered.clone(), other.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.budget_requests().find(foreign, row.id).await?, None);
                tx.budget_requests().update(&row).await?;
                assert_eq!(tx.budget_requests().find(row.org, row.id).await?, Some(row));
                Ok(())
            })
        })
        .await
        .unwrap();
    let ports = world.second().await;
    let list =
        async |org, filter: BudgetRequestFilter, limit| ports.teams.budget_requests(org, &filter, limit).await.unwrap();
    let all = BudgetRequestFilter::default();
    assert_eq!(list(tenant.org, all, 9).await, [second.clone(), answered.clone()]);
    assert_eq!(list(tenant.org, all, 1).await, std::slice::from_ref(&second));
    assert_eq!(list(other.org, all, 9).await, []);
    assert_eq!(
        list(tenant.org, BudgetRequestFilter { user: Some(eve), ..all }, 9).await,
        std::slice::from_ref(&answered)
    );
    assert_eq!(list(tenant.org, BudgetRequestFilter { status: Some(status), ..all }, 9).await, [answered]);
    assert_eq!(list(tenant.org, BudgetRequestFilter { team: Some(other.team), ..all }, 9).await, []);
}

fn wish(tenant: &Tenant, user: UserId, reason: Option<String>) -> BudgetRequest {
    BudgetRequest {
        id: BudgetRequestId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        team: tenant.team,
        user,
        mode: Mode::Live,
        amount: NanoUsd::from_nanos(1),
        reason,
        status: BudgetRequestStatus::Pending,
        created_at: tenant.world.clock.now(),
        resolved_at: None,
        resolved_by: None,
    }
}

/// Who runs the installation is remembered, also when told twice.
pub async fn who_runs_the_installation_is_remembered(world: World) {
    let tenant = world.tenant().await;
    let (ada, eve) = (tenant.owner, tenant.person(OrgRole::Admin).await);
    for _ in 0..2 {
        tenant
            .attempt(move |tx| {
                Box::pin(async move {
                    tx.platform_admins().insert(ada).await?;
                    assert!(tx.platform_admins().contains(ada).await?);
                    Ok(())
                })
            })
            .await
            .unwrap();
    }
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert!(tx.platform_admins().contains(ada).await?);
                assert!(!tx.platform_admins().contains(eve).await?);
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// An allocation is found in the transaction that writes it, and listed once it is committed.
pub async fn an_allocation_is_found_inside(world: World) {
    let tenant = world.tenant().await;
    let (org, team, user) = (tenant.org, tenant.team, tenant.owner);
    let allocation =
        Allocation { team, user, day_cap: Some(NanoUsd::ZERO), month_cap: None, life_cap: Some(NanoUsd::MAX) };
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.teams().find_allocation(org, team, user).await?, None);
                tx.teams().put_allocation(org, &allocation).await?;
                assert_eq!(tx.teams().find_allocation(org, team, user).await?, Some(allocation));
                Ok(())
            })
        })
        .await
        .unwrap();
    let second = world.second().await;
    assert_eq!(second.teams.allocations(org, team).await.unwrap(), [allocation]);
    assert_eq!(second.teams.allocations(world.tenant().await.org, team).await.unwrap(), []);
}

/// Two managers on two nodes give the last cents of a pool to two workers at once: one of them does, whole, and of the
/// other nothing is left, not even the allocation.
pub async fn the_last_cents_of_a_pool_go_once(world: World) {
    let second = world.second().await;
    for _ in 0..8 {
        let tenant = world.tenant().await;
        let (pool, eve) = (AccountOwner::Pool(tenant.team), tenant.person(OrgRole::Member).await);
        world.ports.apply(tenant.allocation(AccountOwner::Wallet, pool, LAST_CENTS)).await.unwrap();
        let (one, other) = tokio::join!(give(&world.ports, &tenant, tenant.owner), give(&second, &tenant, eve));
        assert!(one != other, "both or neither got it: {one}");
        let granted = second.teams.allocations(tenant.org, tenant.team).await.unwrap();
        let winner = if one { tenant.owner } else { eve };
        assert_eq!(granted.iter().map(|allocation| allocation.user).collect::<Vec<_>>(), [winner]);
        assert_eq!(tenant.account(&second, pool).await, (0, 0));
        let worker = AccountOwner::Worker(tenant.team, winner);
        assert_eq!(tenant.account(&second, worker).await, (LAST_CENTS.nanos(), 0));
    }
    world.audited().await;
}

/// Whether there was enough. Under load a lock may be long in coming; then nothing was written.
async fn give(ports: &Ports, tenant: &Tenant, user: UserId) -> bool {
    let (org, team) = (tenant.org, tenant.team);
    let transfer = tenant.allocation(AccountOwner::Pool(team), AccountOwner::Worker(team, user), LAST_CENTS);
    loop {
        let command = Command::Transfer(transfer.clone());
        let given: Result<(), Ended> = transact(&*ports.unit, &[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                let allocation = Allocation { team, user, day_cap: None, month_cap: None, life_cap: None };
                tx.teams().put_allocation(org, &allocation).await?;
                tx.apply(&command).await?.map(drop).map_err(Ended::Refused)
            })
        })
        .await;
        match given {
            Ok(()) => return true,
            Err(Ended::Refused(Refusal::InsufficientFunds { .. })) => return false,
            Err(Ended::Store(StoreError::LockTimeout | StoreError::Unavailable(_))) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[derive(Debug)]
enum Ended {
    Refused(Refusal),
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
