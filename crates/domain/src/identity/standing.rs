//! Why an organization is not what it was made as: suspended, closing, closed.

use super::OrganizationStatus;
use crate::{OrgId, Timestamp, UserId};

/// The last change of an organization's status. One that was never changed has none and is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose.
    pub org: OrgId,
    /// What it is now; the same as in its head.
    pub status: OrganizationStatus,
    /// Why, for those who ask later.
    pub reason: String,
    /// Who changed it; absent = the platform itself, when the last hold of a closing organization had ended.
    pub changed_by: Option<UserId>,
    /// When.
    pub changed_at: Timestamp,
}
