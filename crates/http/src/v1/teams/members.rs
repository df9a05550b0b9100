//! The routes about members of a team.

use upivia_domain::identity::Permission;

use super::{
    body::{AddMember, SetRole},
    handlers,
    view::{MemberBody, MemberList},
};
use crate::{
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::balance::MODE,
};

pub(super) const LIST: Route = Route {
    method: Method::Get,
    path: "/teams/{id}/members",
    access: Access::Person(Permission::TeamReadMembers, |caller, input| Box::pin(handlers::members(caller, input))),
    changes: false,
    doc: Doc {
        id: "listTeamMembers",
        summary: "Members of a team",
        details: "With roles, and with the budgets of workers who hold an allocation.",
        parameters: &[MODE],
        body: None,
        answers: &[Success { status: 200, meaning: "The members.", schema: SchemaOf::of::<MemberList>() }],
        errors: &[],
    },
};

pub(super) const ADD: Route = Route {
    method: Method::Post,
    path: "/teams/{id}/members",
    access: Access::Person(Permission::TeamManageOwn, |caller, input| Box::pin(handlers::add_member(caller, input))),
    changes: true,
    doc: Doc {
        id: "addTeamMember",
        summary: "Add a person of the organization to a team",
        details: "By owners, admins and managers of the team. One of `user_id` and `email`.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<AddMember>(),
            example: r#"{"user_id":"usr_0000000000000000000000","role":"worker"}"#,
        }),
        answers: &[Success { status: 201, meaning: "Added.", schema: SchemaOf::of::<MemberBody>() }],
        errors: &[],
    },
};

pub(super) const CHANGE: Route = Route {
    method: Method::Patch,
    path: "/teams/{id}/members/{membership_id}",
    access: Access::Person(Permission::TeamManageOwn, |caller, input| Box::pin(handlers::set_role(caller, input))),
    changes: true,
    doc: Doc {
        id: "setTeamRole",
        summary: "Give a member another role",
        details: "By owners, admins, managers of the team and whoever has a custom role there with `team.manageOwn`. \
                  `membership_id` is the `id` of a member. Of a custom role counts in a team what is about teams; nobody \
                  gives or takes a permission that they lack in the team.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<SetRole>(), example: r#"{"role":"manager"}"# }),
        answers: &[Success { status: 200, meaning: "The member now.", schema: SchemaOf::of::<MemberBody>() }],
        errors: &[],
    },
};

pub(super) const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/teams/{id}/members/{membership_id}",
    access: Access::Person(Permission::TeamManageOwn, |caller, input| Box::pin(handlers::remove_member(caller, input))),
    changes: true,
    doc: Doc {
        id: "removeTeamMember",
        summary: "Take a person out of a team",
        details: "Where they held an allocation its limits become 0: their agents spend no more of the team's money. What is in \
                  their account stays there until it is taken back.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "As they were.", schema: SchemaOf::of::<MemberBody>() }],
        errors: &[],
    },
};
