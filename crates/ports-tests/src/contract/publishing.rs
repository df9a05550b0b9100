//! Requests to publish and publications: whole, one of a kind in force, and seen by whom they are for.

use upivia_domain::{
    PublicationId, PublishRequestId, TeamId, UserId,
    identity::{OrgRole, OrganizationStatus, Standing},
    ports::{Clock, PublicationFilter, PublishRequestFilter, PublishingSight, StoreError},
    publishing::{
        AgentTemplate, Content, Manifest, Publication, PublicationStatus, PublishRequest, PublishRequestStatus,
        PublishScope, Subject,
    },
};

use crate::{World, seed::email, tenant::Tenant};

fn manifest() -> Manifest {
    Manifest {
        name: "Größe".parse().unwrap(),
        description: Some("Finds \"things\"\n株".to_owned()),
        icon: None,
        category: Some("Ops".to_owned()),
        content: Content::Agent(AgentTemplate {
            default_model_id: Some("openai/gpt-4o-mini".to_owned()),
            system_prompt: Some("Be brief.".to_owned()),
            personality: None,
            operations: vec![email()],
        }),
    }
}

/// A pending request at that place.
fn request(tenant: &Tenant, scope: PublishScope, seq: i64) -> PublishRequest {
    PublishRequest {
        id: PublishRequestId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        seq,
        subject: Subject::Agent(tenant.spender.agent),
        scope,
        team: (scope == PublishScope::Team).then_some(tenant.team),
        manifest: manifest(),
        note: Some("please".to_owned()),
        requested_by: tenant.owner,
        created_at: tenant.world.clock.now(),
        status: PublishRequestStatus::Pending,
        reason: None,
        resolved_at: None,
        resolved_by: None,
        publication: None,
    }
}

/// What that request leads to.
fn publication(of: &PublishRequest, tenant: &Tenant, listing_seq: Option<i64>) -> Publication {
    Publication {
        id: PublicationId::new(tenant.world.mint.uuid()),
        org: of.org,
        seq: of.seq,
        listing_seq,
        subject: of.subject,
        scope: of.scope,
        team: of.team,
        manifest: of.manifest.clone(),
        request: of.id,
        requested_by: of.requested_by,
        created_at: tenant.world.clock.now(),
        status: PublicationStatus::Active,
        ended_at: None,
        ended_by: None,
    }
}

async fn insert(tenant: &Tenant, row: &PublishRequest) -> Result<(), StoreError> {
    let row = row.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.publishing().insert_request(&row).await })).await
}

async fn publish(tenant: &Tenant, row: &Publication) -> Result<(), StoreError> {
    let row = row.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.publishing().insert(&row).await })).await
}

async fn end(tenant: &Tenant, row: &Publication) -> Publication {
    let (ended_at, ended_by) = (Some(tenant.world.clock.now()), Some(tenant.owner));
    let ended = Publication { status: PublicationStatus::Revoked, ended_at, ended_by, ..row.clone() };
    let row = ended.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.publishing().update(&row).await })).await.unwrap();
    ended
}

/// Requests survive whole, keep their answers, and are listed by status and by who may see them.
pub async fn requests_to_publish_survive_with_their_answers(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let eve = tenant.person(OrgRole::Member).await;
    let to_team = request(&tenant, PublishScope::Team, 4);
    let to_all = PublishRequest { requested_by: eve, ..request(&tenant, PublishScope::Organization, 9) };
    insert(&tenant, &to_team).await.unwrap();
    insert(&tenant, &to_all).await.unwrap();
    let answered = PublishRequest {
        status: PublishRequestStatus::Rejected,
        reason: Some("not yet".to_owned()),
        resolved_at: Some(world.clock.now()),
        resolved_by: Some(tenant.owner),
        ..to_team.clone()
    };
    let (row, foreign, subject, waits) = (answered.clone(), other.org, to_all.subject, to_all.clone());
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.publishing().find_request(foreign, row.id).await?, None);
                tx.publishing().update_request(&row).await?;
                assert_eq!(tx.publishing().find_request(row.org, row.id).await?, Some(row.clone()));
                assert_eq!(tx.publishing().pending_requests(row.org, subject).await?, [waits]);
                assert_eq!(tx.publishing().pending_requests(foreign, subject).await?, []);
                Ok(())
            })
        })
        .await
        .unwrap();
    let ports = world.second().await;
    let list = async |filter: PublishRequestFilter, limit| {
        ports.publishing.publish_requests(tenant.org, &filter, limit).await.unwrap()
    };
    let all = PublishRequestFilter::default();
    assert_eq!(list(all.clone(), 9).await, [to_all.clone(), answered.clone()]);
    assert_eq!(
        list(PublishRequestFilter { before_seq: Some(9), ..all.clone() }, 9).await,
        std::slice::from_ref(&answered)
    );
    let status = Some(PublishRequestStatus::Pending);
    assert_eq!(list(PublishRequestFilter { status, ..all.clone() }, 1).await, std::slice::from_ref(&to_all));
    let of_eve = Some(PublishingSight { user: Some(eve), teams: Vec::new() });
    assert_eq!(list(PublishRequestFilter { sight: of_eve, ..all.clone() }, 9).await, std::slice::from_ref(&to_all));
    let of_team = Some(PublishingSight { user: None, teams: vec![tenant.team] });
    assert_eq!(list(PublishRequestFilter { sight: of_team, ..all.clone() }, 9).await, [answered]);
    let of_nobody = Some(PublishingSight::default());
    assert_eq!(list(PublishRequestFilter { sight: of_nobody, ..all.clone() }, 9).await, []);
    assert_eq!(ports.publishing.publish_requests(other.org, &all, 9).await.unwrap(), []);
    assert_eq!(ports.publishing.publish_request(tenant.org, to_all.id).await.unwrap(), Some(to_all.clone()));
    assert_eq!(ports.publishing.publish_request(other.org, to_all.id).await.unwrap(), None);
}

/// Publications survive whole, and are found until and after they end.
pub async fn publications_survive_and_end(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let asked = request(&tenant, PublishScope::Organization, 3);
    let shown = publication(&asked, &tenant, None);
    insert(&tenant, &asked).await.unwrap();
    publish(&tenant, &shown).await.unwrap();
    let (row, foreign) = (shown.clone(), other.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.publishing().find(foreign, row.id).await?, None);
                assert_eq!(tx.publishing().active(foreign, row.subject).await?, []);
                assert_eq!(tx.publishing().find(row.org, row.id).await?, Some(row.clone()));
                assert_eq!(tx.publishing().active(row.org, row.subject).await?, [row]);
                Ok(())
            })
        })
        .await
        .unwrap();
    let ended = end(&tenant, &shown).await;
    let row = ended.clone();
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.publishing().active(row.org, row.subject).await?, []);
                assert_eq!(tx.publishing().find(row.org, row.id).await?, Some(row));
                Ok(())
            })
        })
        .await
        .unwrap();
    let ports = world.second().await;
    let found = ports.publishing.publications(tenant.org, &PublicationFilter::default(), 9).await.unwrap();
    assert_eq!(found, [ended]);
    let elsewhere = Publication { id: PublicationId::new(world.mint.uuid()), ..shown };
    let changed = tenant.attempt(move |tx| Box::pin(async move { tx.publishing().update(&elsewhere).await })).await;
    assert!(matches!(changed, Err(StoreError::Constraint(_))), "{changed:?}");
}

/// At most one request of a thing and scope is pending, and one publication in force; a foreign team is none.
pub async fn one_of_a_thing_and_scope_is_pending_or_in_force(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let first = request(&tenant, PublishScope::Organization, 1);
    insert(&tenant, &first).await.unwrap();
    insert(&tenant, &request(&tenant, PublishScope::Marketplace, 2)).await.unwrap();
    let foreign = PublishRequest { team: Some(other.team), ..request(&tenant, PublishScope::Team, 3) };
    for wrong in [request(&tenant, PublishScope::Organization, 4), foreign] {
        assert!(matches!(insert(&tenant, &wrong).await, Err(StoreError::Constraint(_))), "{wrong:?}");
    }
    let shown = publication(&first, &tenant, None);
    publish(&tenant, &shown).await.unwrap();
    let second = publication(&first, &tenant, None);
    assert!(matches!(publish(&tenant, &second).await, Err(StoreError::Constraint(_))));
    let unasked = Publication { request: PublishRequestId::new(world.mint.uuid()), ..second.clone() };
    end(&tenant, &shown).await;
    assert!(matches!(publish(&tenant, &unasked).await, Err(StoreError::Constraint(_))));
    publish(&tenant, &second).await.unwrap();
}

/// Filters give exactly what fits; a team's publication is for its members, and for whoever asked for it.
pub async fn publications_reach_whom_they_are_for(world: World) {
    let tenant = world.tenant().await;
    let (to_team, to_all) = (request(&tenant, PublishScope::Team, 5), request(&tenant, PublishScope::Organization, 2));
    let shown = [publication(&to_team, &tenant, None), publication(&to_all, &tenant, None)];
    for (asked, shown) in [&to_team, &to_all].into_iter().zip(&shown) {
        insert(&tenant, asked).await.unwrap();
        publish(&tenant, shown).await.unwrap();
    }
    let ports = world.second().await;
    let list = async |filter: PublicationFilter| {
        let found = ports.publishing.publications(tenant.org, &filter, 9).await.unwrap();
        found.iter().map(|publication| publication.seq).collect::<Vec<_>>()
    };
    let all = PublicationFilter::default();
    let sight = |user: Option<UserId>, teams: Vec<TeamId>| PublicationFilter {
        sight: Some(PublishingSight { user, teams }),
        ..PublicationFilter::default()
    };
    assert_eq!(list(all.clone()).await, [5, 2]);
    assert_eq!(list(PublicationFilter { before_seq: Some(5), ..all.clone() }).await, [2]);
    assert_eq!(list(PublicationFilter { scope: Some(PublishScope::Team), ..all.clone() }).await, [5]);
    assert_eq!(list(PublicationFilter { subject: Some(to_team.subject), ..all.clone() }).await, [5, 2]);
    let stranger = Some(Subject::Agent(upivia_domain::AgentId::new(world.mint.uuid())));
    assert!(list(PublicationFilter { subject: stranger, ..all }).await.is_empty());
    assert_eq!(list(sight(None, Vec::new())).await, [2]);
    assert_eq!(list(sight(None, vec![tenant.team])).await, [5, 2]);
    assert_eq!(list(sight(Some(tenant.owner), Vec::new())).await, [5, 2]);
    end(&tenant, &shown[1]).await;
    let status = Some(PublicationStatus::Active);
    assert!(list(PublicationFilter { status, ..sight(None, Vec::new()) }).await.is_empty());
}

/// The marketplace shows what is listed and in force, of all organizations, page by page.
pub async fn the_marketplace_stands_in_pages_by_place(world: World) {
    let tenants = [world.tenant().await, world.tenant().await, world.tenant().await];
    let mut listed = Vec::new();
    for (tenant, place) in tenants.iter().zip([7, 3, 5]) {
        let asked = request(tenant, PublishScope::Marketplace, 1);
        let shown = publication(&asked, tenant, Some(place));
        insert(tenant, &asked).await.unwrap();
        publish(tenant, &shown).await.unwrap();
        let inside = request(tenant, PublishScope::Organization, 2);
        insert(tenant, &inside).await.unwrap();
        let unlisted = publication(&inside, tenant, None);
        publish(tenant, &unlisted).await.unwrap();
        listed.push((shown, unlisted));
    }
    let ports = world.second().await;
    let pages = async |before, limit| {
        let found = ports.publishing.listings(before, limit).await.unwrap();
        found.iter().map(|one| one.listing_seq.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(pages(None, 2).await, [7, 5]);
    assert_eq!(pages(Some(5), 2).await, [3]);
    let (shown, unlisted) = &listed[0];
    assert_eq!(ports.publishing.listing(shown.id).await.unwrap().as_ref(), Some(shown));
    assert_eq!(ports.publishing.listing(unlisted.id).await.unwrap(), None);
    end(&tenants[0], shown).await;
    assert_eq!(pages(None, 9).await, [5, 3]);
    assert_eq!(ports.publishing.listing(shown.id).await.unwrap(), None);
}

/// What a suspended organization lists is not there, page and item, until it is active again; closing and closed is for good.
pub async fn the_marketplace_shows_active_organizations(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let mut listed = Vec::new();
    for (tenant, place) in [(&tenant, 4), (&other, 2)] {
        let asked = request(tenant, PublishScope::Marketplace, 1);
        let shown = publication(&asked, tenant, Some(place));
        insert(tenant, &asked).await.unwrap();
        publish(tenant, &shown).await.unwrap();
        listed.push(shown);
    }
    let ports = world.second().await;
    for status in [
        OrganizationStatus::Suspended,
        OrganizationStatus::Active,
        OrganizationStatus::Closing,
        OrganizationStatus::Closed,
    ] {
        let (org, reason) = (tenant.org, "x".to_owned());
        tenant
            .attempt(move |tx| {
                Box::pin(async move {
                    let standing = Standing { org, status, reason, changed_by: None, changed_at: tx.now() };
                    tx.standings().put(&standing).await
                })
            })
            .await
            .unwrap();
        let is_shown = status == OrganizationStatus::Active;
        let found = ports.publishing.listings(None, 1).await.unwrap();
        assert_eq!(found, [listed[usize::from(!is_shown)].clone()], "{status}: a page is full of what is shown");
        let one = ports.publishing.listing(listed[0].id).await.unwrap();
        assert_eq!(one.is_some(), is_shown, "{status}");
        assert_eq!(ports.publishing.listing(listed[1].id).await.unwrap().as_ref(), Some(&listed[1]));
        let own = ports.publishing.publications(tenant.org, &PublicationFilter::default(), 9).await.unwrap();
        assert_eq!(own.len(), 1, "{status}: its own people see it");
    }
}
