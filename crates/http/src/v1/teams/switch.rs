//! The team that a person looks at. A browser remembers it by a cookie; `GET /teams` marks it, and nothing else depends on it:
//! what somebody may see or spend is never decided by what they look at.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::access::UserCaller;
use upivia_domain::{
    TeamId,
    identity::{Cookie, Permission},
    team::Team,
};
use utoipa::ToSchema;

use super::view::TeamBody;
use crate::{
    ApiError, Input,
    cookies::{self, Keep, TEAM},
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::ok,
};

/// A browser remembers what a person looked at for so long.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 60 * 60;

pub(super) const SWITCH: Route = Route {
    method: Method::Post,
    path: "/teams/switch",
    access: Access::Person(Permission::TeamRead, |caller, input| Box::pin(switch(caller, input))),
    changes: false,
    doc: Doc {
        id: "switchTeam",
        summary: "Look at one team, or at all",
        details: "For a session a cookie remembers it, and `GET /teams` says so as `active_team_id`. `null` is all teams. It \
                  changes nothing else: rights and money do not depend on it.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<SwitchTeam>(),
            example: r#"{"team_id":"team_0000000000000000000000"}"#,
        }),
        answers: &[Success { status: 200, meaning: "You look at it.", schema: SchemaOf::of::<SwitchedTeam>() }],
        errors: &[(404, "You see no such team.")],
    },
};

/// Where to look.
#[derive(Debug, Deserialize, ToSchema)]
struct SwitchTeam {
    /// Null: at all of them.
    #[serde(alias = "teamId", default)]
    #[schema(value_type = Option<String>)]
    team_id: Member,
}

/// What is looked at.
#[derive(Debug, Serialize, ToSchema)]
struct SwitchedTeam {
    /// Null: all of them.
    team: Option<TeamBody>,
}

async fn switch(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let SwitchTeam { team_id } = input.json()?;
    let team = match fields::text("team_id", team_id)? {
        Some(text) => {
            // A text that cannot be an id names nothing.
            let id: TeamId = text.parse().map_err(|_| ApiError::NotFound("team"))?;
            Some(input.api.parts.teams.find(&caller, id).await?)
        }
        None => None,
    };
    let (id, keep) = match &team {
        Some(team) => (team.id.to_string(), Keep::Seconds(REMEMBERED_SECONDS)),
        None => (String::new(), Keep::Clear),
    };
    let mut response = ok(&SwitchedTeam { team: team.map(TeamBody::from) })?;
    if caller.credential.is_none() {
        cookies::set(&input.api, &mut response, &Cookie::new(TEAM, id), keep)?;
    }
    Ok(response)
}

/// The one of these teams that a session looks at.
pub(super) fn active(caller: &UserCaller, input: &Input, teams: &[Team]) -> Option<TeamId> {
    let cookies = cookies::read(input.http());
    let named: TeamId = cookies::find(&cookies, TEAM)?.parse().ok()?;
    (caller.credential.is_none() && teams.iter().any(|team| team.id == named)).then_some(named)
}
