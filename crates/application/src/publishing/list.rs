//! Looking at requests and publications.

use upivia_domain::{
    identity::Permission,
    ports::{PublicationFilter, PublishRequestFilter, PublishingSight},
    publishing::{Publication, PublicationStatus, PublishRequest, PublishRequestStatus, PublishScope, Subject},
    team::TeamRole,
};

use super::{PublishError, Publishing};
use crate::access::UserCaller;

/// Some requests, and where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishRequestPage {
    /// The newest first.
    pub requests: Vec<PublishRequest>,
    /// Absent on the last page.
    pub next: Option<i64>,
}

/// Some publications, and where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationPage {
    /// The newest first.
    pub publications: Vec<Publication>,
    /// Absent on the last page.
    pub next: Option<i64>,
}

/// Which publications.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublicationsWanted {
    /// Only with this status.
    pub status: Option<PublicationStatus>,
    /// Only to these people.
    pub scope: Option<PublishScope>,
    /// Only of this thing.
    pub subject: Option<Subject>,
    /// The end of the last page.
    pub cursor: Option<i64>,
}

impl Publishing {
    /// A page of at most `limit` requests: with `publish.manage` those of the organization; for everybody else what they
    /// asked for, and what is to go to a team that they manage.
    ///
    /// # Errors
    ///
    /// [`PublishError::Unavailable`].
    pub async fn requests(
        &self,
        caller: &UserCaller,
        status: Option<PublishRequestStatus>,
        before_seq: Option<i64>,
        limit: u32,
    ) -> Result<PublishRequestPage, PublishError> {
        let sight = self.sight(caller, |role| role == TeamRole::Manager).await?;
        let filter = PublishRequestFilter { status, sight, before_seq };
        let mut found = self.parts.publishing.publish_requests(caller.org, &filter, limit.saturating_add(1)).await?;
        let more = cut(&mut found, limit);
        let next = found.last().map(|request| request.seq).filter(|_| more);
        Ok(PublishRequestPage { requests: found, next })
    }

    /// A page of at most `limit` publications: with `publish.manage` those of the organization; for everybody else those
    /// that reach them, and those that they asked for.
    ///
    /// # Errors
    ///
    /// [`PublishError::Unavailable`].
    pub async fn publications(
        &self,
        caller: &UserCaller,
        wanted: PublicationsWanted,
        limit: u32,
    ) -> Result<PublicationPage, PublishError> {
        let sight = self.sight(caller, |_| true).await?;
        let PublicationsWanted { status, scope, subject, cursor } = wanted;
        let filter = PublicationFilter { status, scope, subject, sight, before_seq: cursor };
        let mut found = self.parts.publishing.publications(caller.org, &filter, limit.saturating_add(1)).await?;
        let more = cut(&mut found, limit);
        let next = found.last().map(|publication| publication.seq).filter(|_| more);
        Ok(PublicationPage { publications: found, next })
    }

    /// `None` is everything.
    async fn sight(
        &self,
        caller: &UserCaller,
        counts: impl Fn(TeamRole) -> bool,
    ) -> Result<Option<PublishingSight>, PublishError> {
        if caller.may(Permission::PublishManage) {
            return Ok(None);
        }
        let places = self.parts.teams.teams_of(caller.org, caller.user).await?;
        let teams = places.into_iter().filter(|place| counts(place.role)).map(|place| place.team).collect();
        Ok(Some(PublishingSight { user: Some(caller.user), teams }))
    }
}

/// Cuts a page that was read one row too far; whether it was.
pub(super) fn cut<T>(found: &mut Vec<T>, limit: u32) -> bool {
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    more
}
