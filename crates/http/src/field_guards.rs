//! Permissions that guard a part of a request beside the permission of its route: a member of a body, or how far a list
//! reaches. The use-case asks for them; this table is what the documentation and the tests know of it.

use upivia_domain::identity::Permission;

use crate::route::Method;

/// What a permission guards beyond a route.
#[derive(Debug, Clone, Copy)]
pub struct FieldGuard {
    /// Who lacks it is refused, or sees less.
    pub permission: Permission,
    /// Of the route.
    pub method: Method,
    /// Of the route.
    pub path: &'static str,
    /// What of it, for people.
    pub what: &'static str,
}

const fn guard(permission: Permission, method: Method, path: &'static str, what: &'static str) -> FieldGuard {
    FieldGuard { permission, method, path, what }
}

/// All of them.
pub const FIELD_GUARDS: &[FieldGuard] = &[
    guard(Permission::AgentReadAny, Method::Get, "/agents/{id}", "of an agent that is not one's own and not published"),
    guard(Permission::AgentRequestReadAny, Method::Get, "/agent-requests/{id}", "of an agent that is not one's own"),
    guard(
        Permission::AgentRequestAnswerAny,
        Method::Patch,
        "/agent-requests/{id}",
        "of an agent that is not one's own",
    ),
    guard(
        Permission::PublishManage,
        Method::Patch,
        "/publish-requests/{id}",
        "to a team that one does not manage, or further",
    ),
    guard(Permission::MarketplacePublish, Method::Patch, "/publish-requests/{id}", "approving for the marketplace"),
    guard(Permission::ServiceToggle, Method::Post, "/agents", "`services`"),
    guard(Permission::ServiceToggle, Method::Post, "/agents/{id}/clone", "the bindings of the original"),
    guard(Permission::TeamCapAny, Method::Post, "/teams", "`monthly_limit_cents`"),
    guard(Permission::TeamCapAny, Method::Patch, "/teams/{id}", "`monthly_limit_cents`"),
    guard(Permission::TeamPoolAny, Method::Patch, "/teams/{id}", "`has_pool`"),
    guard(Permission::TeamReadAny, Method::Get, "/teams/{id}", "of a team that one does not belong to"),
    guard(Permission::TeamReadAny, Method::Post, "/teams/switch", "to a team that one does not belong to"),
    guard(Permission::TeamReadAny, Method::Get, "/teams/{id}/members", "of a team that one does not belong to"),
    guard(Permission::TeamReadAny, Method::Get, "/teams/{id}/budget", "of a team that one does not belong to"),
];
