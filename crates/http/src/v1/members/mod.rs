//! Who belongs to an organization, as what. `{id}` is the organization in which the credential acts.

mod handlers;
mod view;

use upivia_domain::identity::Permission;

use self::view::{LeaveOrg, LeftBody, OrgMemberBody, OrgMemberList, SetOrgRole};
use crate::{
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) use handlers::own_organization;

pub(crate) const GROUP: Group = Group { name: "Members", routes: &[LIST, CHANGE, REMOVE, LEAVE] };

const LAST_OWNER: (u16, &str) = (409, "`last_owner`: nobody else is an owner.");

const LIST: Route = Route {
    method: Method::Get,
    path: "/orgs/{id}/members",
    access: Access::Person(Permission::MemberRead, |caller, input| Box::pin(handlers::list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listMembers",
        summary: "Members of the organization",
        details: "With their roles. `{id}` is the workspace in which the credential acts.",
        parameters: &[],
        body: None,
        answers: &[Success {
            status: 200,
            meaning: "The oldest account first.",
            schema: SchemaOf::of::<OrgMemberList>(),
        }],
        errors: &[],
    },
};

const CHANGE: Route = Route {
    method: Method::Patch,
    path: "/orgs/{id}/members/{user_id}",
    access: Access::Person(Permission::MemberChangeRole, |caller, input| Box::pin(handlers::change(caller, input))),
    changes: true,
    doc: Doc {
        id: "setMemberRole",
        summary: "Give a member another role",
        details: "A built-in `role` or the `role_id` of a custom one; it holds from the next request on. Only an owner makes or \
                  unmakes owners, and nobody gives or takes a permission that they lack (403). The last owner stays one.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<SetOrgRole>(), example: r#"{"role":"admin"}"# }),
        answers: &[Success { status: 200, meaning: "The member now.", schema: SchemaOf::of::<OrgMemberBody>() }],
        errors: &[LAST_OWNER],
    },
};

const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/orgs/{id}/members/{user_id}",
    access: Access::Person(Permission::MemberRemove, |caller, input| Box::pin(handlers::remove(caller, input))),
    changes: true,
    doc: Doc {
        id: "removeMember",
        summary: "Remove a member",
        details: "At once their sessions open this workspace no more, and their personal tokens that open it are gone for good. \
                  They leave its teams, where limits of what they held become 0. Their agents stay with the organization, under \
                  a new owner and with the keys that they have: give new keys to those whose keys the person may know.",
        parameters: &[Parameter::query("agents_to", "Who gets their agents; absent: you.", Kind::Text)],
        body: None,
        answers: &[Success { status: 200, meaning: "Removed.", schema: SchemaOf::of::<LeftBody>() }],
        errors: &[LAST_OWNER],
    },
};

const LEAVE: Route = Route {
    method: Method::Post,
    path: "/orgs/{id}/leave",
    access: Access::Member(|caller, input| Box::pin(handlers::leave(caller, input))),
    changes: true,
    doc: Doc {
        id: "leaveOrganization",
        summary: "Leave the organization",
        details: "Whatever your role: as if you were removed. Your agents go to the oldest owner unless you name somebody.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<LeaveOrg>(), example: "{}" }),
        answers: &[Success { status: 200, meaning: "You left.", schema: SchemaOf::of::<LeftBody>() }],
        errors: &[LAST_OWNER],
    },
};
