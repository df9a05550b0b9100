//! Organizations as platform administrators see them: what they are and have left, and whether they may spend.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::{
    access::UserCaller,
    organizations::{OrganizationView, Purse},
};
use upivia_domain::{OrgId, identity::OrganizationStatus};
use utoipa::ToSchema;

use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::ok,
};

const EXAMPLE: &str = r#"{"reason":"Chargebacks; see the ticket."}"#;

pub(super) const LIST: Route = Route {
    method: Method::Get,
    path: "/admin/organizations",
    access: Access::Session(|caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listOrganizations",
        summary: "Organizations that are not as usual",
        details: "At most 500 of a status. For platform administrators.",
        parameters: &[Parameter::query(
            "status",
            "Absent: suspended.",
            Kind::OneOf(&["suspended", "closing", "closed"]),
        )],
        body: None,
        answers: &[Success { status: 200, meaning: "By id.", schema: SchemaOf::of::<OrganizationStandingList>() }],
        errors: &[(403, "You are no platform administrator.")],
    },
};

pub(super) const FIND: Route = Route {
    method: Method::Get,
    path: "/admin/organizations/{id}",
    access: Access::Session(|caller, input| Box::pin(find(caller, input))),
    changes: false,
    doc: Doc {
        id: "getOrganization",
        summary: "Status and wallets of an organization",
        details: "Nothing of its work. For platform administrators.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "As it is.", schema: SchemaOf::of::<OrganizationStandingBody>() }],
        errors: &[(403, "You are no platform administrator.")],
    },
};

pub(super) const SUSPEND: Route = Route {
    method: Method::Post,
    path: "/admin/organizations/{id}/suspend",
    access: Access::Session(|caller, input| Box::pin(suspend(caller, input))),
    changes: true,
    doc: Doc {
        id: "suspendOrganization",
        summary: "Suspend an organization",
        details: "From the next request on, on every node, everything is `blocked` with `organization_suspended`; keys stay, \
                  and what was admitted before ends and is settled. Both the organization's audit trail and that of the \
                  installation tell it. Repeated, it changes nothing. For platform administrators.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<StandingReason>(), example: EXAMPLE }),
        answers: &[Success {
            status: 200,
            meaning: "It is suspended.",
            schema: SchemaOf::of::<OrganizationStandingBody>(),
        }],
        errors: &[
            (403, "You are no platform administrator."),
            (409, "`organization_closed`: it is closing or closed."),
        ],
    },
};

pub(super) const REACTIVATE: Route = Route {
    method: Method::Post,
    path: "/admin/organizations/{id}/reactivate",
    access: Access::Session(|caller, input| Box::pin(reactivate(caller, input))),
    changes: true,
    doc: Doc {
        id: "reactivateOrganization",
        summary: "Let a suspended organization spend again",
        details: "What people of the organization stopped stays stopped. Repeated, it changes nothing. For platform \
                  administrators.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<StandingReason>(), example: EXAMPLE }),
        answers: &[Success {
            status: 200,
            meaning: "It is active.",
            schema: SchemaOf::of::<OrganizationStandingBody>(),
        }],
        errors: &[
            (403, "You are no platform administrator."),
            (409, "`organization_closed`: it is closing or closed."),
        ],
    },
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
struct StandingReason {
    /// For both audit trails and the organization's members; at most 500 characters.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Member,
}

/// Organizations.
#[derive(Debug, Serialize, ToSchema)]
struct OrganizationStandingList {
    organizations: Vec<OrganizationStandingBody>,
}

/// An organization from outside.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrganizationStandingBody {
    id: String,
    name: String,
    /// `active`, `suspended`, `closing` or `closed`.
    #[schema(example = "suspended")]
    status: &'static str,
    /// Why that changed last.
    reason: Option<String>,
    /// Who changed it last; null where nobody did, or where closing came to its end by itself.
    changed_by: Option<String>,
    changed_at: Option<String>,
    live: PurseBody,
    test: PurseBody,
}

/// A wallet.
#[derive(Debug, Serialize, ToSchema)]
struct PurseBody {
    /// In the wallet, rounded down.
    posted_cents: i64,
    posted_usd: String,
    /// Held for open requests, rounded half up.
    held_cents: i64,
    held_usd: String,
    /// What the organization owes, rounded half up.
    debt_cents: i64,
    debt_usd: String,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    const ASKED: [OrganizationStatus; 3] =
        [OrganizationStatus::Suspended, OrganizationStatus::Closing, OrganizationStatus::Closed];
    let word = input.query()?.one_of("status", &ASKED.map(OrganizationStatus::as_str))?;
    let named = ASKED.into_iter().find(|status| word.as_deref() == Some(status.as_str()));
    let status = named.unwrap_or(OrganizationStatus::Suspended);
    let found = input.api.parts.organizations.list(&caller, status).await?;
    ok(&OrganizationStandingList { organizations: found.into_iter().map(OrganizationStandingBody::of).collect() })
}

async fn find(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    show(&caller, &input).await
}

async fn suspend(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, reason) = (id(&input)?, reason(&input)?);
    input.api.parts.organizations.suspend(input.author(caller.clone()), id, reason).await?;
    show(&caller, &input).await
}

async fn reactivate(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, reason) = (id(&input)?, reason(&input)?);
    input.api.parts.organizations.reactivate(input.author(caller.clone()), id, reason).await?;
    show(&caller, &input).await
}

/// The organization of the path, as it is now.
pub(super) async fn show(caller: &UserCaller, input: &Input) -> Result<HttpResponse, ApiError> {
    ok(&OrganizationStandingBody::of(input.api.parts.organizations.find(caller, id(input)?).await?))
}

pub(super) fn id(input: &Input) -> Result<OrgId, ApiError> {
    input.path("id", "organization")
}

fn reason(input: &Input) -> Result<String, ApiError> {
    let StandingReason { reason } = input.json()?;
    fields::required("reason", fields::reason("reason", reason)?)
}

impl OrganizationStandingBody {
    fn of(view: OrganizationView) -> Self {
        let standing = view.standing.as_ref();
        Self {
            id: view.id.to_string(),
            name: view.name.to_string(),
            status: view.status.as_str(),
            reason: standing.map(|standing| standing.reason.clone()),
            changed_by: standing.and_then(|standing| standing.changed_by).map(|user| user.to_string()),
            changed_at: standing.map(|standing| standing.changed_at.to_string()),
            live: PurseBody::of(view.live),
            test: PurseBody::of(view.test),
        }
    }
}

impl PurseBody {
    fn of(purse: Purse) -> Self {
        Self {
            posted_cents: purse.posted.cents_rounded_down(),
            posted_usd: purse.posted.to_string(),
            held_cents: purse.held.cents_half_up(),
            held_usd: purse.held.to_string(),
            debt_cents: purse.debt.cents_half_up(),
            debt_usd: purse.debt.to_string(),
        }
    }
}
