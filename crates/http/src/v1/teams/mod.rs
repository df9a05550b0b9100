//! Teams, their members, and their money.

mod body;
mod budget;
mod handlers;
mod members;
mod money;
mod switch;
mod view;

use upivia_domain::identity::Permission;

use self::{
    body::{ChangeTeam, CreateTeam},
    view::{TeamBody, TeamList},
};
use crate::{
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group {
    name: "Teams",
    routes: &[
        LIST,
        CREATE,
        switch::SWITCH,
        GET,
        CHANGE,
        members::LIST,
        members::ADD,
        members::CHANGE,
        members::REMOVE,
        budget::GET,
        budget::ALLOCATE,
        budget::ALLOCATE_ALIAS,
        budget::TAKE_BACK,
        budget::WORKER,
        budget::WORKER_TAKE_BACK,
    ],
};

const LIST: Route = Route {
    method: Method::Get,
    path: "/teams",
    access: Access::Person(Permission::TeamRead, |caller, input| Box::pin(handlers::list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listTeams",
        summary: "List teams",
        details: "Owners and admins see all teams of the organization, everybody else those that they belong to.",
        parameters: &[],
        body: None,
        answers: &[Success {
            status: 200,
            meaning: "The teams, the oldest first.",
            schema: SchemaOf::of::<TeamList>(),
        }],
        errors: &[],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/teams",
    access: Access::Person(Permission::TeamCreate, |caller, input| Box::pin(handlers::create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createTeam",
        summary: "Create a team",
        details: "Its agents spend from the wallet until `POST /teams/{id}/budget` gives the team a pool.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreateTeam>(),
            example: r#"{"name":"Research","monthly_limit_cents":50000}"#,
        }),
        answers: &[Success { status: 201, meaning: "Created.", schema: SchemaOf::of::<TeamBody>() }],
        errors: &[],
    },
};

const GET: Route = Route {
    method: Method::Get,
    path: "/teams/{id}",
    access: Access::Person(Permission::TeamRead, |caller, input| Box::pin(handlers::find(caller, input))),
    changes: false,
    doc: Doc {
        id: "getTeam",
        summary: "A team",
        details: "For owners, admins and members of the team.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The team.", schema: SchemaOf::of::<TeamBody>() }],
        errors: &[],
    },
};

const CHANGE: Route = Route {
    method: Method::Patch,
    path: "/teams/{id}",
    access: Access::Person(Permission::TeamManageAny, |caller, input| Box::pin(handlers::change(caller, input))),
    changes: true,
    doc: Doc {
        id: "updateTeam",
        summary: "Rename or cap a team, or switch its pool",
        details: "What is absent stays. `monthly_limit_cents` caps what all agents of the team spend in a month, whoever pays; \
                  `null` lifts it. With `has_pool: false` its agents spend from the wallet again; what is in the pool stays \
                  there until it is taken back.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<ChangeTeam>(), example: r#"{"monthly_limit_cents":20000}"# }),
        answers: &[Success { status: 200, meaning: "The team now.", schema: SchemaOf::of::<TeamBody>() }],
        errors: &[],
    },
};
