//! Hands waiting mails to the mail server, with growing pauses, until it takes them or there is no point in trying.
//!
//! | the mail server | the mail |
//! |---|---|
//! | takes it | is gone from the outbox |
//! | cannot be reached, says "later", or gives no certain answer | is tried again, 12 times within about four hours |
//! | says no | has failed |
//! | is asked after the link in the mail has ended | has failed |
//!
//! A mail that failed is logged and counted; its text is erased, and after seven days it is forgotten.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use tokio::{sync::watch, time::Instant};
use upivia_domain::{
    Timestamp,
    ports::{ClaimedMail, Clock, Mail, MailEnd, MailError, MailOutbox, StoreError},
};

use super::MailGauges;

/// From one look to the next, where nothing is due.
const PAUSE: Duration = Duration::from_secs(1);
/// From one sample of the outbox to the next.
const SAMPLE_EVERY: Duration = Duration::from_secs(15);
/// So many are handed over side by side.
const AT_ONCE: u32 = 8;
/// A claim outlives the longest try by so much.
const MARGIN: Duration = Duration::from_secs(60);
const MOST_ATTEMPTS: u32 = 12;
const FIRST_PAUSE_SECONDS: i64 = 15;
const LONGEST_PAUSE_SECONDS: i64 = 60 * 60;
/// That a mail failed is remembered for so long, in seconds.
const REMEMBERED_SECONDS: i64 = 7 * 24 * 60 * 60;

/// What the worker needs.
pub struct DeliveryParts {
    /// Where mails wait.
    pub outbox: Arc<dyn MailOutbox>,
    /// Who takes them.
    pub mail: Arc<dyn Mail>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where figures are put.
    pub gauges: MailGauges,
    /// The longest that one try may take.
    pub time_limit: Duration,
}

/// The worker. Each process may have one.
pub struct Delivery(DeliveryParts);

impl Delivery {
    /// A worker at rest.
    pub const fn new(parts: DeliveryParts) -> Self {
        Self(parts)
    }

    /// Delivers until it is told to stop by `true`, or nobody is left who could tell it. What was begun is ended first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut sampled: Option<Instant> = None;
        while !*stop.borrow() {
            if sampled.is_none_or(|at| at.elapsed() >= SAMPLE_EVERY) {
                sampled = Some(Instant::now());
                self.look().await;
            }
            let tried = self.deliver().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "looking for mails failed");
                0
            });
            if tried > 0 {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                told = stop.changed() => if told.is_err() { return },
            }
        }
    }

    /// Tries what is due, a few mails at once; how many.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues.
    pub async fn deliver(&self) -> Result<usize, StoreError> {
        let now = self.0.clock.now();
        let claim = i64::try_from((self.0.time_limit + MARGIN).as_secs()).unwrap_or(i64::MAX);
        let claimed = self.0.outbox.claim(now, now.plus_seconds(claim), AT_ONCE).await?;
        Ok(join_all(claimed.iter().map(|mail| self.try_one(mail))).await.len())
    }

    async fn try_one(&self, claimed: &ClaimedMail) {
        let (mail, attempt) = (&claimed.mail, claimed.claim.attempt);
        let is_late = mail.send_before.is_some_and(|end| end <= self.0.clock.now());
        let result = if is_late { None } else { Some(self.0.mail.send(&mail.message()).await) };
        let now = self.0.clock.now();
        let (id, kind) = (mail.id, mail.kind.as_str());
        let end = match result {
            Some(Ok(_)) => {
                tracing::info!(mail = %id, kind, attempt, "a mail was handed over");
                MailEnd::Delivered
            }
            None => {
                tracing::error!(mail = %id, kind, attempt, "a mail is given up: what it says has ended");
                MailEnd::Failed(now)
            }
            Some(Err(error)) if may_succeed(&error) && attempt < MOST_ATTEMPTS => {
                tracing::warn!(mail = %id, kind, attempt, why = why(&error), "a mail was not handed over; it is tried again");
                MailEnd::Again(now.plus_seconds(pause_seconds(attempt)))
            }
            Some(Err(error)) => {
                tracing::error!(mail = %id, kind, attempt, why = why(&error), "a mail is given up");
                MailEnd::Failed(now)
            }
        };
        self.settle(claimed, end).await;
    }

    async fn settle(&self, claimed: &ClaimedMail, end: MailEnd) {
        match end {
            MailEnd::Delivered => self.0.gauges.count_delivered(),
            MailEnd::Again(_) => self.0.gauges.count_deferred(),
            MailEnd::Failed(_) => self.0.gauges.count_failed(),
        }
        match self.0.outbox.settle(claimed.claim, end).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(mail = %claimed.mail.id, "a mail was claimed by somebody else meanwhile"),
            Err(error) => {
                tracing::warn!(mail = %claimed.mail.id, %error, "what became of a mail was not written: it is sent again");
            }
        }
    }

    /// Takes a sample, and forgets what failed long ago.
    async fn look(&self) {
        let now = self.0.clock.now();
        match self.0.outbox.counts().await {
            Ok(counts) => {
                self.0.gauges.sample(&counts, now);
                if counts.failed > 0 {
                    self.forget(now).await;
                }
            }
            Err(error) => tracing::warn!(%error, "mails could not be counted"),
        }
    }

    async fn forget(&self, now: Timestamp) {
        if let Err(error) = self.0.outbox.forget_failed(now.plus_seconds(-REMEMBERED_SECONDS)).await {
            tracing::warn!(%error, "mails that failed could not be forgotten");
        }
    }
}

const fn may_succeed(error: &MailError) -> bool {
    match error {
        MailError::NotSent(_) | MailError::Unknown(_) => true,
        MailError::Refused { temporary, .. } => *temporary,
    }
}

/// For the log. The words of a refusal may repeat the recipient: only their code is told.
fn why(error: &MailError) -> String {
    match error {
        MailError::NotSent(text) | MailError::Unknown(text) => text.clone(),
        MailError::Refused { detail, .. } => {
            let code = detail.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 3);
            format!("refused with {}", code.unwrap_or("no code"))
        }
    }
}

/// Doubles with every try, up to an hour.
fn pause_seconds(attempt: u32) -> i64 {
    let doubled = 1_i64 << attempt.saturating_sub(1).min(MOST_ATTEMPTS);
    FIRST_PAUSE_SECONDS.saturating_mul(doubled).min(LONGEST_PAUSE_SECONDS)
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
