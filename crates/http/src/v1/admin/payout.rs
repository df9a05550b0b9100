//! What a closed organization had left, paid out by hand.

use actix_web::HttpResponse;
use serde::Deserialize;
use upivia_application::{access::UserCaller, budgets::Sum};
use upivia_domain::Mode;
use utoipa::ToSchema;

use super::organizations::{self, OrganizationStandingBody};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::idempotency,
};

pub(super) const ROUTE: Route = Route {
    method: Method::Post,
    path: "/admin/organizations/{id}/payout",
    access: Access::Session(|caller, input| Box::pin(pay_out(caller, input))),
    changes: true,
    doc: Doc {
        id: "payOutOrganization",
        summary: "Write down that a closed organization was paid out",
        details: "Debits the wallet of a `closed` organization: at most what is in it, less what it owes. The payment itself \
                  is made elsewhere; `note` says how, and both audit trails keep it. For platform administrators.",
        parameters: &[idempotency::PARAMETER],
        body: Some(Body {
            schema: SchemaOf::of::<PayOut>(),
            example: r#"{"amount_cents":100,"mode":"test","note":"Bank transfer 2031-0042"}"#,
        }),
        answers: &[Success {
            status: 200,
            meaning: "What is left.",
            schema: SchemaOf::of::<OrganizationStandingBody>(),
        }],
        errors: &[
            (403, "You are no platform administrator."),
            (
                409,
                "`organization_not_closed`: wait until it is closed. `insufficient_balance`: there is not so much. The \
                 idempotency key was used for something else.",
            ),
        ],
    },
};

/// A payment that was made.
#[derive(Debug, Deserialize, ToSchema)]
struct PayOut {
    /// Whole cents, more than 0.
    #[schema(value_type = i64, minimum = 1)]
    amount_cents: Member,
    /// `live` or `test`; absent: live.
    #[schema(value_type = Option<String>)]
    mode: Member,
    /// How it was paid; at most 500 characters.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    note: Member,
}

async fn pay_out(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = organizations::id(&input)?;
    let PayOut { amount_cents, mode, note } = input.json()?;
    let amount = fields::positive_cents("amount_cents", amount_cents)?;
    let mode = fields::parsed("mode", mode)?.unwrap_or(Mode::Live);
    let note = fields::required("note", fields::reason("note", note)?)?;
    let sum = Sum { mode, amount, key: idempotency::key(&input)? };
    let done = input.api.parts.budgets.pay_out(input.author(caller.clone()), id, sum, note).await?;
    Ok(idempotency::marked(organizations::show(&caller, &input).await?, done.replayed))
}
