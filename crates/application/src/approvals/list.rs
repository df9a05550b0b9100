//! Questions with what they ask, page by page, the newest first.

use upivia_domain::{ApprovalId, OrgId, approval::Approval, dispatch::ServiceRequest, ports::ApprovalFilter};

use super::{ApprovalError, Approvals};

/// A question and the request that waits for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The question.
    pub approval: Approval,
    /// The request, as it stands.
    pub request: ServiceRequest,
}

/// Some questions, and where the next page begins.
#[derive(Debug, Clone, PartialEq)]
pub struct ApprovalPage {
    /// The questions, the newest first.
    pub questions: Vec<Question>,
    /// Absent on the last page.
    pub next: Option<i64>,
}

impl Approvals {
    /// One question.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::NotFound`], [`ApprovalError::Unavailable`].
    pub async fn find(&self, org: OrgId, id: ApprovalId) -> Result<Question, ApprovalError> {
        let approval = self.parts.approvals.approval(org, id).await?.ok_or(ApprovalError::NotFound)?;
        let request = self.parts.requests.request(org, approval.request).await?.ok_or(ApprovalError::NotFound)?;
        Ok(Question { approval, request })
    }

    /// A page of at most `limit` questions.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Unavailable`].
    pub async fn list(&self, org: OrgId, filter: &ApprovalFilter, limit: u32) -> Result<ApprovalPage, ApprovalError> {
        let mut found = self.parts.approvals.approvals(org, filter, limit.saturating_add(1)).await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > shown;
        found.truncate(shown);
        let next = found.last().map(|approval| approval.seq).filter(|_| more);
        let mut questions = Vec::with_capacity(found.len());
        for approval in found {
            if let Some(request) = self.parts.requests.request(org, approval.request).await? {
                questions.push(Question { approval, request });
            }
        }
        Ok(ApprovalPage { questions, next })
    }
}
