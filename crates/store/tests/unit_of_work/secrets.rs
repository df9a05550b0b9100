//! Sealed texts in their rows.

use upivia_domain::{
    OrgId,
    inbox::{AgentRequest, AgentRequestKind, AgentRequestStatus},
    ports::{Clock, InboxQueries, RequestQueries, StoreError, transact},
};

use crate::support::{
    raw::Raw,
    tenant::{Tenant, clock, fresh},
};

/// The first try seals under a data key that is rolled back with it. The second try makes another; a node that knows only the
/// rows must be able to read what was sealed since.
pub async fn an_organization_made_again_after_a_rollback_can_be_read(raw: Raw) {
    let tenant = Tenant { org: fresh("org_"), agent: fresh("agt_"), credential: fresh("key_"), node: fresh("node_") };
    raw.execute(&raw.ignoring_updates("org_heads")).await.unwrap();
    let failed: Result<(), StoreError> = transact(&raw.store, &[OrgId::PLATFORM], move |tx| {
        Box::pin(async move {
            tenant.write(tx).await?;
            tx.apply(&tenant.admission(fresh("srq_"))).await?.unwrap();
            Ok(())
        })
    })
    .await;
    assert!(
        matches!(failed, Err(StoreError::Internal(_))),
        "its rows were sealed, and could not all be written: {failed:?}"
    );
    raw.execute(&raw.updating_again("org_heads")).await.unwrap();
    transact(&raw.store, &[OrgId::PLATFORM], move |tx| Box::pin(async move { tenant.write(tx).await })).await.unwrap();
    let request = tenant.admitted(&raw.store).await;
    let stranger = raw.store.another_node(raw.parts.with(clock())).await.unwrap();
    let read = stranger.request(tenant.org, request).await.unwrap().expect("the request");
    assert_eq!(Some(read), raw.store.request(tenant.org, request).await.unwrap());
}

/// Sealed bytes belong to their row: swapped between two requests neither opens, and the failure says where.
pub async fn a_text_in_another_row_is_not_opened(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let (one, other) = (tenant.admitted(&raw.store).await, tenant.admitted(&raw.store).await);
    let swap =
        format!("UPDATE requests SET sealed = (SELECT sealed FROM requests WHERE id = '{other}') WHERE id = '{one}'");
    raw.execute(&swap).await.unwrap();
    let StoreError::Internal(text) = raw.store.request(tenant.org, one).await.unwrap_err() else {
        panic!("another error")
    };
    assert!(text.contains("requests.sealed") && text.contains(&one.to_string()), "{text}");
    assert!(raw.store.request(tenant.org, other).await.unwrap().is_some());
}

/// What agents ask people, and what they are answered, belongs to its row like any sealed text.
pub async fn what_agents_ask_people_is_sealed(raw: Raw) {
    let tenant = Tenant::found(&raw.store).await;
    let (one, other) = (question(tenant), question(tenant));
    let rows = [one.clone(), other.clone()];
    transact::<(), StoreError, _>(&raw.store, &[tenant.org], move |tx| {
        Box::pin(async move {
            for row in &rows {
                tx.agent_requests().insert(row).await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    let swap = format!(
        "UPDATE agent_requests SET sealed = (SELECT sealed FROM agent_requests WHERE id = '{}') WHERE id = '{}'",
        other.id, one.id
    );
    raw.execute(&swap).await.unwrap();
    let StoreError::Internal(text) = raw.store.agent_request(tenant.org, one.id).await.unwrap_err() else {
        panic!("another error")
    };
    assert!(text.contains("agent_requests.sealed") && text.contains(&one.id.to_string()), "{text}");
    assert_eq!(raw.store.agent_request(tenant.org, other.id).await.unwrap(), Some(other));
}

fn question(tenant: Tenant) -> AgentRequest {
    AgentRequest {
        id: fresh("arq_"),
        org: tenant.org,
        seq: 1,
        agent: Some(tenant.agent),
        asked_by: None,
        kind: AgentRequestKind::SecretNeeded,
        title: "Which key?".to_owned(),
        body: "The one of the engine.".to_owned(),
        link: None,
        budget_request: None,
        created_at: clock().now(),
        status: AgentRequestStatus::Pending,
        response: Some("swordfish".to_owned()),
        resolved_at: None,
        resolved_by: None,
    }
}
