//! Organizations of a person, also called workspaces.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{access::UserCaller, workspaces::Workspace};
use upivia_domain::{
    OrgId,
    identity::{Cookie, Name},
};
use utoipa::ToSchema;

use super::present::{ok, with_status};
use crate::{
    ApiError, Input,
    cookies::{self, Keep},
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

/// A browser remembers where a person was for so long.
const REMEMBERED_SECONDS: i64 = 30 * 24 * 60 * 60;

pub(crate) const GROUP: Group = Group { name: "Workspaces", routes: &[LIST, CREATE, SWITCH] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/workspaces",
    access: Access::Member(|caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listWorkspaces",
        summary: "Workspaces that you belong to",
        details: "A workspace is an organization: a world of money, people, agents and audit of its own. The one that is `current` is \
                  where this credential acts. A session whose browser remembers a workspace in which it acts no more acts in \
                  the oldest one in which it does: it reads there, and changes nothing (403) until this list was read.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The oldest first.", schema: SchemaOf::of::<WorkspaceList>() }],
        errors: &[],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/workspaces",
    access: Access::Member(|caller, input| Box::pin(create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createWorkspace",
        summary: "Make a workspace",
        details: "You own it. It has no money but play money, a team called Default, and Yupi. The credential stays where it is: \
                  switch to go there.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<CreateWorkspace>(), example: r#"{"name":"Research"}"# }),
        answers: &[Success { status: 201, meaning: "Made.", schema: SchemaOf::of::<WorkspaceAnswer>() }],
        errors: &[],
    },
};

const SWITCH: Route = Route {
    method: Method::Post,
    path: "/workspaces/switch",
    access: Access::Member(|caller, input| Box::pin(switch(caller, input))),
    changes: true,
    doc: Doc {
        id: "switchWorkspace",
        summary: "Go to another workspace",
        details: "A personal token opens that workspace from then on, and no other. For a session a cookie remembers it. A token \
                  with chosen permissions stays where it is (403).",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<SwitchWorkspace>(),
            example: r#"{"workspace_id":"org_0000000000000000000000"}"#,
        }),
        answers: &[Success { status: 200, meaning: "You are there.", schema: SchemaOf::of::<WorkspaceAnswer>() }],
        errors: &[
            (
                403,
                "You were removed from that workspace once, and this is no session that began since: sign in again. Or the token has \
              chosen permissions.",
            ),
            (404, "You belong to no such workspace."),
        ],
    },
};

/// A workspace to be.
#[derive(Debug, Deserialize, ToSchema)]
struct CreateWorkspace {
    /// 1 to 200 characters.
    #[schema(value_type = String, example = "Research")]
    name: Member,
}

/// Where to go.
#[derive(Debug, Deserialize, ToSchema)]
struct SwitchWorkspace {
    /// Its id; `orgId` is the same.
    #[serde(alias = "orgId", alias = "org_id", alias = "workspaceId")]
    #[schema(value_type = String)]
    workspace_id: Member,
}

/// Workspaces.
#[derive(Debug, Serialize, ToSchema)]
struct WorkspaceList {
    workspaces: Vec<WorkspaceBody>,
}

/// A workspace.
#[derive(Debug, Serialize, ToSchema)]
struct WorkspaceBody {
    id: String,
    name: String,
    /// This credential acts there.
    current: bool,
}

/// One workspace.
#[derive(Debug, Serialize, ToSchema)]
struct WorkspaceAnswer {
    workspace: WorkspaceBody,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let found = input.api.parts.workspaces.list(&caller).await?;
    let workspaces = found.iter().map(|one| WorkspaceBody::of(one, one.id == caller.org)).collect();
    let mut response = ok(&WorkspaceList { workspaces })?;
    let sent = cookies::read(input.http());
    let remembered = cookies::find(&sent, cookies::WORKSPACE);
    if caller.credential.is_none() && remembered.is_some_and(|text| text != caller.org.to_string()) {
        remember(&input, &mut response, caller.org)?;
    }
    Ok(response)
}

async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let CreateWorkspace { name } = input.json()?;
    let name: Name = fields::required("name", fields::parsed("name", name)?)?;
    let made = input.api.parts.workspaces.create(input.author(caller), name).await?;
    with_status(StatusCode::CREATED, &WorkspaceAnswer { workspace: WorkspaceBody::of(&made, false) })
}

async fn switch(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let SwitchWorkspace { workspace_id } = input.json()?;
    let text = fields::required("workspace_id", fields::text("workspace_id", workspace_id)?)?;
    // A text that cannot be an id names nothing.
    let to: OrgId = text.parse().map_err(|_| ApiError::NotFound("workspace"))?;
    let is_session = caller.credential.is_none();
    let there = input.api.parts.workspaces.switch(input.author(caller), to).await?;
    let mut response = ok(&WorkspaceAnswer { workspace: WorkspaceBody::of(&there, true) })?;
    if is_session {
        remember(&input, &mut response, there.id)?;
    }
    Ok(response)
}

fn remember(input: &Input, response: &mut HttpResponse, org: OrgId) -> Result<(), ApiError> {
    let cookie = Cookie::new(cookies::WORKSPACE, org.to_string());
    cookies::set(&input.api, response, &cookie, Keep::Seconds(REMEMBERED_SECONDS))
}

impl WorkspaceBody {
    fn of(workspace: &Workspace, current: bool) -> Self {
        Self { id: workspace.id.to_string(), name: workspace.name.to_string(), current }
    }
}
