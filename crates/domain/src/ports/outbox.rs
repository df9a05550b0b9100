//! The server's own mails between the transaction that writes them and the mail server that takes them.

use async_trait::async_trait;

use super::StoreError;
use crate::{MailId, Timestamp, mail::NewMail};

/// Mails inside a transaction.
#[async_trait]
pub trait MailRepository: Send {
    /// Writes a mail that is due at once. MUST hold its organization. MUST NOT be seen by [`MailOutbox::claim`] before the
    /// commit, and never where there is none. Recipient, subject and text MUST NOT be readable at rest.
    async fn queue(&mut self, mail: &NewMail) -> Result<(), StoreError>;
}

/// The right to deliver a mail: worth nothing once somebody else has claimed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailClaim {
    /// Which mail.
    pub mail: MailId,
    /// Which try this is; the first is 1.
    pub attempt: u32,
}

/// A mail in the hands of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMail {
    /// The claim, to say what became of it.
    pub claim: MailClaim,
    /// The mail.
    pub mail: NewMail,
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailEnd {
    /// The mail server took it: nothing of it is kept.
    Delivered,
    /// Not yet: it is due again at that time.
    Again(Timestamp),
    /// Never: since then. Its text is erased; that it failed is remembered for a while.
    Failed(Timestamp),
}

/// How many mails there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Not delivered yet.
    pub waiting: u64,
    /// When the oldest of those was written.
    pub oldest: Option<Timestamp>,
    /// Given up, and not forgotten yet.
    pub failed: u64,
}

/// Mails that are on their way, of all organizations.
///
/// Delivery is at least once: who claims a mail and dies before [`MailOutbox::settle`] leaves it to the next after the end of
/// the claim, and then the mail server may have taken it before. Both copies have one `Message-ID`.
#[async_trait]
pub trait MailOutbox: Send + Sync {
    /// At most `limit` mails that are due at `now`, those first that have been due for the longest. They are due again at
    /// `until`, unless it is said what became of them. MUST give a mail to one caller only, however many ask at once on
    /// whatever nodes. A mail that cannot be read MUST NOT keep others from being found: it has failed.
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<ClaimedMail>, StoreError>;

    /// Writes what became of a try. MUST be `false`, and change nothing, where the mail was claimed again or ended since.
    async fn settle(&self, claim: MailClaim, end: MailEnd) -> Result<bool, StoreError>;

    /// How many there are.
    async fn counts(&self) -> Result<OutboxCounts, StoreError>;

    /// Forgets mails that failed before; how many.
    async fn forget_failed(&self, before: Timestamp) -> Result<u64, StoreError>;
}
