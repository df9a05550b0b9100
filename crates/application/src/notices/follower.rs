//! Reads every organization's journal behind its cursor.

use std::{sync::Arc, time::Duration};

use upivia_domain::{
    OrgId,
    audit::JournalEvent,
    budget::BudgetAlert,
    ports::{
        Clock, Ids, JournalFilter, JournalQueries, Reading, StoreError, UnitOfWork, Unread, WebhookOutbox,
        WebhookQueries, transact,
    },
};

use super::{
    NoticeMails,
    letters::words,
    reading::{Writer, keys, reasons_for_alerts},
};
use crate::mails::Letter;

const PAUSE: Duration = Duration::from_secs(1);
/// So many organizations at a look; those that are left over are there at the next.
const AT_ONCE: u32 = 200;
/// So many events of a journal are read at once.
const PAGE: u32 = 2_000;

/// The kinds of events that are told to endpoints, beside those about limits; others are passed over unread.
const KINDS: [&str; 13] = [
    "agent.created",
    "agent.deleted",
    "agent.ended",
    "approval.approved",
    "approval.expired",
    "approval.rejected",
    "approval.requested",
    "approval.withdrawn",
    "operation.suspended",
    "request.executed",
    "request.failed",
    "request.resolved",
    "request.voided",
];
/// Somebody is asked: mailed to those who may answer.
const ASKED: &str = "approval.requested";

/// The kinds that tell how far limits are filled: all that matters where nobody wants to be told.
const ABOUT_LIMITS: [&str; 2] = ["request.admitted", "request.blocked"];

/// What a follower needs.
pub struct FollowerParts {
    /// Cursors, and what is to be sent.
    pub outbox: Arc<dyn WebhookOutbox>,
    /// The log.
    pub journal: Arc<dyn JournalQueries>,
    /// Who wants to be told.
    pub endpoints: Arc<dyn WebhookQueries>,
    /// Where mails are posted with the cursor.
    pub unit: Arc<dyn UnitOfWork>,
    /// Who is told by mail.
    pub mails: NoticeMails,
    /// Ids of messages.
    pub ids: Arc<dyn Ids>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Follows all journals.
pub struct Follower {
    parts: FollowerParts,
}

impl Follower {
    /// Over these parts.
    pub const fn new(parts: FollowerParts) -> Self {
        Self { parts }
    }

    /// Looks for ever; the task is simply aborted at the end of the process. Any number of nodes may do so.
    pub async fn run(self) {
        loop {
            match self.look().await {
                // A journal that is far ahead is followed without a pause.
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::error!(%error, "reading the journals for webhooks and alerts failed");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Looks once at every journal that grew; returns whether any has more.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues where this one ended.
    pub async fn look(&self) -> Result<bool, StoreError> {
        let mut more = false;
        for unread in self.parts.outbox.unread(AT_ONCE).await? {
            match self.read(unread).await {
                Ok(left) => more |= left,
                // One organization that cannot be read must not keep the others waiting.
                Err(error) => tracing::error!(org = %unread.org, %error, "a journal could not be followed"),
            }
        }
        Ok(more)
    }

    async fn read(&self, unread: Unread) -> Result<bool, StoreError> {
        let Unread { org, read_seq: from_seq, last_seq } = unread;
        let to_seq = last_seq.min(from_seq.saturating_add(i64::from(PAGE)));
        let endpoints = self.parts.endpoints.endpoints(org).await?;
        let told: &[&'static str] = match (endpoints.is_empty(), self.parts.mails.are_sent()) {
            (false, _) => &KINDS,
            (true, true) => &[ASKED],
            (true, false) => &[],
        };
        let kinds = told.iter().chain(&ABOUT_LIMITS).copied().collect();
        let events = self.events(org, (from_seq, to_seq), kinds).await?;
        let mut alerts = reasons_for_alerts(&events);
        if !alerts.is_empty() {
            let told = self.parts.outbox.told(org, &keys(&alerts)).await?;
            alerts.retain(|alert| !told.contains(&alert.key()));
        }
        let writer = Writer { endpoints: &endpoints, ids: &*self.parts.ids, now: self.parts.clock.now() };
        let deliveries = writer.write(&events, &mut alerts);
        let letters = self.letters(org, &events, &alerts).await?;
        let reading = Reading { org, from_seq, to_seq, alerts, deliveries };
        let moved = self.write(reading, letters).await?;
        // Otherwise another node was faster, and goes on.
        Ok(moved && to_seq < last_seq)
    }

    /// Without mails no organization has to be held.
    async fn write(&self, reading: Reading, letters: Vec<Letter>) -> Result<bool, StoreError> {
        if letters.is_empty() {
            return self.parts.outbox.advance(&reading).await;
        }
        let mails = self.parts.mails.clone();
        transact(&*self.parts.unit, &[reading.org], move |tx| {
            Box::pin(async move {
                let moved = tx.webhooks().advance(&reading).await?;
                if moved {
                    mails.post(tx, letters).await?;
                }
                Ok(moved)
            })
        })
        .await
    }

    async fn letters(
        &self,
        org: OrgId,
        events: &[JournalEvent],
        alerts: &[BudgetAlert],
    ) -> Result<Vec<Letter>, StoreError> {
        if alerts.is_empty() && events.iter().all(|event| event.kind != ASKED) {
            return Ok(Vec::new());
        }
        let Some(audience) = self.parts.mails.audience(org).await? else { return Ok(Vec::new()) };
        let words = words((events, alerts), &audience.name);
        Ok(words.iter().flat_map(|one| audience.letters(one)).collect())
    }

    /// The events of these kinds between two sequences, in their order.
    async fn events(
        &self,
        org: OrgId,
        (after, to): (i64, i64),
        kinds: Vec<&'static str>,
    ) -> Result<Vec<JournalEvent>, StoreError> {
        let filter = JournalFilter {
            kinds,
            from_seq: Some(after.saturating_add(1)),
            before_seq: Some(to.saturating_add(1)),
            ..JournalFilter::default()
        };
        let mut events = self.parts.journal.events(org, &filter, PAGE).await?;
        events.reverse();
        Ok(events)
    }
}
