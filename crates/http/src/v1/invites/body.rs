//! What people send and see about invites.

use serde::{Deserialize, Serialize};
use upivia_application::invites::{Acceptance, Invited, Joined, NewInvite};
use upivia_domain::{
    Secret, Timestamp,
    identity::{Invite, OrgRole, Seat},
    team::TeamRole,
};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateInvite {
    /// Where the mail goes.
    #[schema(value_type = String, example = "grace@example.com")]
    email: Member,
    /// `owner`, `admin` or `member`; absent: member.
    #[schema(value_type = Option<String>, example = "member")]
    role: Member,
    /// A team of the organization to join, too.
    #[serde(alias = "teamId")]
    #[schema(value_type = Option<String>)]
    team_id: Member,
    /// `manager` or `worker`; absent: worker. Only with `team_id`.
    #[serde(alias = "teamRole")]
    #[schema(value_type = Option<String>)]
    team_role: Member,
}

/// Who accepts.
#[derive(Deserialize, ToSchema)]
pub(super) struct AcceptInvite {
    /// 1 to 200 characters; needed for a new account.
    #[schema(value_type = Option<String>, example = "Grace Hopper")]
    name: Member,
    /// Of the new account, 8 to 256 bytes taken as typed; or of the account that there is.
    #[schema(value_type = Option<String>)]
    password: Member,
}

/// Invites.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InviteList {
    invites: Vec<InviteBody>,
}

/// An invite. Its token is never shown again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InviteBody {
    id: String,
    email: String,
    /// `owner`, `admin` or `member`.
    #[schema(example = "member")]
    role: &'static str,
    team_id: Option<String>,
    team_role: Option<&'static str>,
    /// `pending` or `expired`.
    #[schema(example = "pending")]
    status: &'static str,
    /// The person who invited.
    invited_by: String,
    created_at: String,
    expires_at: String,
}

/// A new invite.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvitedBody {
    invite: InviteBody,
    /// The token. Shown only here.
    #[schema(example = "upivia_invite_…")]
    token: String,
    /// The link of the mail, with the token. Shown only here.
    accept_url: String,
    /// `queued` or `not_configured`.
    #[schema(example = "queued")]
    mail: &'static str,
}

/// An invite that is no more.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WithdrawnInvite {
    id: String,
    withdrawn: bool,
}

/// Somebody who joined.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JoinedBody {
    user: JoinedUser,
    organization: JoinedOrganization,
    /// What they are there.
    #[schema(example = "member")]
    role: &'static str,
    team_id: Option<String>,
    /// Whether the account is new.
    signed_up: bool,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
struct JoinedUser {
    id: String,
    email: String,
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
struct JoinedOrganization {
    id: String,
    name: String,
}

impl CreateInvite {
    pub(super) fn into_new(self) -> Result<NewInvite, ApiError> {
        let email = fields::required("email", fields::parsed("email", self.email)?)?;
        let role = fields::parsed("role", self.role)?.unwrap_or(OrgRole::Member);
        let (team, team_role) =
            (fields::parsed("team_id", self.team_id)?, fields::parsed("team_role", self.team_role)?);
        let seat = match (team, team_role) {
            (None, Some(_)) => return Err(ApiError::invalid("team_role", "needs team_id")),
            (team, role) => team.map(|team| Seat { team, role: role.unwrap_or(TeamRole::Worker) }),
        };
        Ok(NewInvite { email, role, seat })
    }
}

impl AcceptInvite {
    pub(super) fn into_acceptance(self) -> Result<Acceptance, ApiError> {
        let password = fields::text("password", self.password)?.map(Secret::new);
        Ok(Acceptance { name: fields::parsed("name", self.name)?, password, ..Acceptance::default() })
    }
}

impl InviteList {
    pub(super) fn of(invites: &[Invite], now: Timestamp) -> Self {
        Self { invites: invites.iter().map(|invite| InviteBody::of(invite, now)).collect() }
    }
}

impl InviteBody {
    fn of(invite: &Invite, now: Timestamp) -> Self {
        Self {
            id: invite.id.to_string(),
            email: invite.email.to_string(),
            role: invite.role.as_str(),
            team_id: invite.seat.map(|seat| seat.team.to_string()),
            team_role: invite.seat.map(|seat| seat.role.as_str()),
            status: if invite.is_open(now) { "pending" } else { "expired" },
            invited_by: invite.invited_by.to_string(),
            created_at: invite.created_at.to_string(),
            expires_at: invite.expires_at.to_string(),
        }
    }
}

impl InvitedBody {
    pub(super) fn of(made: Invited, now: Timestamp) -> Self {
        let invite = InviteBody::of(&made.invite, now);
        let (token, accept_url) = (made.token.into_inner(), made.url.into_inner());
        Self { invite, token, accept_url, mail: made.mail.as_str() }
    }
}

impl WithdrawnInvite {
    pub(super) fn of(invite: &Invite) -> Self {
        Self { id: invite.id.to_string(), withdrawn: true }
    }
}

impl From<Joined> for JoinedBody {
    fn from(joined: Joined) -> Self {
        let (id, name) = (joined.org.to_string(), joined.organization.to_string());
        Self {
            user: JoinedUser { id: joined.user.to_string(), email: joined.email.to_string() },
            organization: JoinedOrganization { id, name },
            role: joined.role.as_str(),
            team_id: joined.seat.map(|seat| seat.team.to_string()),
            signed_up: joined.signed_up,
        }
    }
}
