//! Sealed texts in their rows.

use upivia_domain::{
    MailId, OrgId, Timestamp,
    audit::hex,
    inbox::{AgentRequest, AgentRequestKind, AgentRequestStatus},
    mail::{MailKind, NewMail},
    ports::{Clock, InboxQueries, MailOutbox, OutboxCounts, RequestQueries, StoreError, transact},
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

/// Recipient and text are nowhere in the row; a mail whose bytes were moved has failed, and the others are found.
pub async fn a_mail_that_cannot_be_read_keeps_no_other_waiting(raw: Raw) {
    let ids: Vec<MailId> = (0..3).map(|_| fresh("mail_")).collect();
    for id in &ids {
        let mail = NewMail {
            id: *id,
            org: OrgId::PLATFORM,
            kind: MailKind::Notice,
            to: "ada@example.com".parse().unwrap(),
            subject: "a subject".parse().unwrap(),
            text: "a text".parse().unwrap(),
            send_before: None,
            created_at: Timestamp::default(),
        };
        transact::<(), StoreError, _>(&raw.store, &[OrgId::PLATFORM], move |tx| {
            Box::pin(async move { tx.mails().queue(&mail).await })
        })
        .await
        .unwrap();
    }
    for part in ["ada@example.com", "a subject", "a text"] {
        let part = hex(part.as_bytes()).to_uppercase();
        let found = format!("SELECT count(*) AS number FROM mail_outbox WHERE {} LIKE '%{part}%'", raw.hex("sealed"));
        assert_eq!(raw.number(&found).await, 0);
    }
    let copy = format!("UPDATE mail_outbox SET sealed = (SELECT sealed FROM mail_outbox WHERE id = '{}')", ids[2]);
    raw.execute(&copy).await.unwrap();
    let (now, until) = (Timestamp::from_micros(1), Timestamp::from_micros(2));
    let claimed = raw.store.claim(now, until, 10).await.unwrap();
    assert_eq!(claimed.iter().map(|one| one.mail.id).collect::<Vec<_>>(), [ids[2]]);
    let counts = OutboxCounts { waiting: 1, oldest: Some(Timestamp::default()), failed: 2 };
    assert_eq!(raw.store.counts().await.unwrap(), counts);
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
