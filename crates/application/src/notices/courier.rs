//! Sends what is to be sent, again and again until it arrives or is given up.
//!
//! At least once: a process that dies after the call and before it is written down leaves a claim that ends, and another
//! calls again with the same message id.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use serde_json::json;
use tokio::time::Instant;
use upivia_domain::{
    NodeId,
    audit::Object,
    identity::Actor,
    ports::{
        Claim, Clock, Entropy, Parcel, StoreError, Tx, UnitOfWork, WebhookOutbox, WebhookQueries, WebhookSender,
        transact,
    },
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint, EndpointStatus, pause_micros},
};

use super::{NoticeMails, letters::of_turned_off};
use crate::{
    access::{Entry, Recorder},
    webhooks::{WebhookError, give_up},
};

const PAUSE: Duration = Duration::from_millis(500);
/// Longer than a call may take, with time to write down what came of it.
const CLAIM_SECONDS: i64 = 120;
const AT_ONCE: u32 = 32;
const SIDE_BY_SIDE: usize = 16;
const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;
const FORGETS_EVERY: Duration = Duration::from_secs(60 * 60);
const FAILING: &str = "nothing was delivered to the endpoint for days; it was turned off";

/// What a courier needs.
pub struct CourierParts {
    /// What is to be sent.
    pub outbox: Arc<dyn WebhookOutbox>,
    /// Whether anything arrived lately.
    pub queries: Arc<dyn WebhookQueries>,
    /// Who makes the calls.
    pub sender: Arc<dyn WebhookSender>,
    /// Where endpoints are turned off.
    pub unit: Arc<dyn UnitOfWork>,
    /// Who is told of that by mail.
    pub mails: NoticeMails,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// This process.
    pub node: NodeId,
}

/// Delivers.
pub struct Courier {
    parts: CourierParts,
}

impl Courier {
    /// Over these parts.
    pub const fn new(parts: CourierParts) -> Self {
        Self { parts }
    }

    /// Delivers for ever; the task is simply aborted at the end of the process. Any number of nodes may do so.
    pub async fn run(self) {
        let mut forgot: Option<Instant> = None;
        loop {
            match self.deliver().await {
                Ok(0) => tokio::time::sleep(PAUSE).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "looking for webhooks to deliver failed");
                    tokio::time::sleep(PAUSE).await;
                }
            }
            if forgot.is_none_or(|at| at.elapsed() >= FORGETS_EVERY) {
                forgot = Some(Instant::now());
                self.forget().await;
            }
        }
    }

    /// Tries whatever is due; returns how much it was.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues.
    pub async fn deliver(&self) -> Result<usize, StoreError> {
        let now = self.parts.clock.now();
        let until = now.plus_seconds(CLAIM_SECONDS);
        let claims = self.parts.outbox.claim(now, until, AT_ONCE).await?;
        let calls = stream::iter(claims).map(|claim| self.attempt(claim)).buffer_unordered(SIDE_BY_SIDE);
        Ok(calls.count().await)
    }

    async fn attempt(&self, claim: Claim) {
        let Claim { delivery, endpoint } = claim;
        let Some(until) = delivery.next_at else { return };
        let attempt = self.call(&delivery, &endpoint).await;
        let next_at = pause_micros(delivery.attempts, self.chance()).map(|pause| attempt.at.plus_micros(pause));
        let after = delivery.after(attempt, next_at);
        match self.parts.outbox.finish(&after, until).await {
            Ok(true) if after.status == DeliveryStatus::Failed => self.given_up(&after).await,
            Ok(_) => {}
            // The claim ends by itself, and somebody calls again: at least once.
            Err(error) => tracing::error!(delivery = %after.id, %error, "what came of a webhook was not written down"),
        }
    }

    async fn call(&self, delivery: &Delivery, endpoint: &Endpoint) -> Attempt {
        let at = self.parts.clock.now();
        let parcel = Parcel {
            message: delivery.message,
            body: Arc::clone(&delivery.body),
            url: endpoint.url.clone(),
            secrets: endpoint.secrets.in_force(at),
            at,
        };
        self.parts.sender.send(&parcel).await
    }

    /// An endpoint to which nothing arrived while a message was tried for days is not called any more.
    async fn given_up(&self, delivery: &Delivery) {
        let Delivery { org, endpoint, created_at, .. } = *delivery;
        let arrived = self.parts.queries.delivered_since(org, endpoint, created_at).await;
        let turned_off = match arrived {
            Ok(true) => return,
            Ok(false) => self.turn_off(delivery).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = turned_off {
            tracing::error!(%endpoint, %error, "an endpoint that does not answer could not be turned off");
        }
    }

    async fn turn_off(&self, delivery: &Delivery) -> Result<(), WebhookError> {
        let (org, id, actor) = (delivery.org, delivery.endpoint, Actor::System { node: self.parts.node });
        let mails = self.parts.mails.clone();
        let audience = mails.audience(org).await?;
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                let found = tx.webhooks().find(org, id).await?;
                let Some(endpoint) = found.filter(|endpoint| endpoint.status == EndpointStatus::Enabled) else {
                    return Ok(());
                };
                let told = audience.map(|to| to.letters(&of_turned_off(&endpoint, &to.name)));
                turn_off(tx, endpoint, actor).await?;
                Ok(mails.post(tx, told.unwrap_or_default()).await?)
            })
        })
        .await
    }

    async fn forget(&self) {
        let before = self.parts.clock.now().plus_seconds(-KEPT_SECONDS);
        match self.parts.outbox.forget_before(before).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old deliveries were forgotten"),
            Err(error) => tracing::error!(%error, "old deliveries could not be forgotten"),
        }
    }

    fn chance(&self) -> u8 {
        let mut byte = [0];
        self.parts.entropy.fill(&mut byte);
        let [byte] = byte;
        byte
    }
}

async fn turn_off(tx: &mut dyn Tx, endpoint: Endpoint, actor: Actor) -> Result<(), WebhookError> {
    let (org, id, old) = (endpoint.org, endpoint.id, endpoint.status);
    let endpoint = Endpoint { status: EndpointStatus::Failing, ..endpoint };
    tx.webhooks().update(&endpoint).await?;
    give_up(tx, &endpoint, FAILING).await?;
    let object = Object { kind: "webhook_endpoint", id: id.to_string() };
    let detail = json!({ "old": { "status": old.as_str() }, "new": { "status": endpoint.status.as_str() } });
    let kind = "webhook_endpoint.disabled";
    let by = Recorder { org, actor, trace: None };
    by.record(tx, Entry { kind, object, agent: None, operation: None, detail }).await?;
    tracing::warn!(endpoint = %id, "{FAILING}");
    Ok(())
}
