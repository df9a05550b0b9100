//! Roles that an organization makes for itself, and the permissions that they are made of.

mod handlers;
mod view;

use upivia_domain::identity::Permission;

use self::view::{CreateRole, DeletedRole, PermissionList, RoleBody, RoleList, UpdateRole};
use crate::{
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Roles", routes: &[LIST, CREATE, UPDATE, REMOVE, PERMISSIONS] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/orgs/{id}/roles",
    access: Access::Person(Permission::RoleRead, |caller, input| Box::pin(handlers::list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listRoles",
        summary: "Custom roles of the organization",
        details: "With what they and the built-in roles include. `{id}` is the workspace in which the credential acts.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The oldest first.", schema: SchemaOf::of::<RoleList>() }],
        errors: &[],
    },
};

const CREATE: Route = Route {
    method: Method::Post,
    path: "/orgs/{id}/roles",
    access: Access::Person(Permission::RoleCreate, |caller, input| Box::pin(handlers::create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createRole",
        summary: "Make a custom role",
        details: "For members of the organization (`PATCH /orgs/{id}/members/{user_id}`) and of its teams \
                  (`PATCH /teams/{id}/members/{membership_id}`). Only permissions that you have yourself (403 otherwise).",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreateRole>(),
            example: r#"{"name":"Night watch","permissions":["agent.read","agent.pauseAny","agent.readHealth"]}"#,
        }),
        answers: &[Success { status: 201, meaning: "Made.", schema: SchemaOf::of::<RoleBody>() }],
        errors: &[(409, "`limit_reached`: there are 100 already.")],
    },
};

const UPDATE: Route = Route {
    method: Method::Patch,
    path: "/orgs/{id}/roles/{role_id}",
    access: Access::Person(Permission::RoleUpdate, |caller, input| Box::pin(handlers::update(caller, input))),
    changes: true,
    doc: Doc {
        id: "updateRole",
        summary: "Change a custom role",
        details: "For everybody who has it, from the next request on. `permissions` is the whole new set. Neither the old nor the \
                  new one may include a permission that you lack (403).",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<UpdateRole>(), example: r#"{"permissions":["agent.read"]}"# }),
        answers: &[Success { status: 200, meaning: "The role now.", schema: SchemaOf::of::<RoleBody>() }],
        errors: &[],
    },
};

const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/orgs/{id}/roles/{role_id}",
    access: Access::Person(Permission::RoleDelete, |caller, input| Box::pin(handlers::remove(caller, input))),
    changes: true,
    doc: Doc {
        id: "deleteRole",
        summary: "Delete a custom role",
        details: "One that somebody has is kept: give them another role first.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "Deleted.", schema: SchemaOf::of::<DeletedRole>() }],
        errors: &[(409, "`role_in_use`: members of the organization or of its teams have it.")],
    },
};

const PERMISSIONS: Route = Route {
    method: Method::Get,
    path: "/orgs/{id}/permissions",
    access: Access::Person(Permission::OrganizationRead, |caller, input| {
        Box::pin(handlers::permissions(caller, input))
    }),
    changes: false,
    doc: Doc {
        id: "listPermissions",
        summary: "Permissions that there are",
        details: "What roles and tokens are made of, and which of them the credential has.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "All of them.", schema: SchemaOf::of::<PermissionList>() }],
        errors: &[],
    },
};
