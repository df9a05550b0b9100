//! Money that comes into the wallet by hand.

use actix_web::HttpResponse;
use serde::Deserialize;
use upivia_application::{access::UserCaller, budgets::Sum};
use upivia_domain::{Mode, identity::Permission};
use utoipa::ToSchema;

use super::{
    balance::{BalanceBody, body},
    idempotency,
    present::ok,
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
};

/// A note for the audit trail is a sentence, not a document.
const LONGEST_NOTE: usize = 200;

pub(super) const ROUTE: Route = Route {
    method: Method::Post,
    path: "/balance/top-up",
    access: Access::Person(Permission::BalanceTopUp, |caller, input| Box::pin(top_up(caller, input))),
    changes: true,
    doc: Doc {
        id: "topUpBalance",
        summary: "Credit the wallet by hand",
        details: "Test money: by owners and admins, at most 100000 cents a call. Live money: only by a platform administrator, \
                  who is made by the first start or by `upivia bootstrap --platform-admin`; for everybody else live money comes \
                  in by a payment. What the organization owes is paid first.",
        parameters: &[idempotency::PARAMETER],
        body: Some(Body {
            schema: SchemaOf::of::<TopUp>(),
            example: r#"{"amount_cents":2500,"mode":"test","note":"For the demonstration"}"#,
        }),
        answers: &[Success { status: 200, meaning: "The balance now.", schema: SchemaOf::of::<BalanceBody>() }],
        errors: &[(409, "The idempotency key was used for something else.")],
    },
};

/// A credit.
#[derive(Debug, Deserialize, ToSchema)]
struct TopUp {
    /// Whole cents, more than 0.
    #[serde(alias = "amountCents")]
    #[schema(value_type = i64, minimum = 1)]
    amount_cents: Member,
    /// `live` or `test`; absent: live.
    #[schema(value_type = Option<String>)]
    mode: Member,
    /// For the audit trail; at most 200 characters.
    #[schema(value_type = Option<String>, max_length = 200)]
    note: Member,
}

async fn top_up(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let TopUp { amount_cents, mode, note } = input.json()?;
    let amount = fields::positive_cents("amount_cents", amount_cents)?;
    let mode = fields::parsed("mode", mode)?.unwrap_or(Mode::Live);
    let sum = Sum { mode, amount, key: idempotency::key(&input)? };
    let org = caller.org;
    let done = input.api.parts.budgets.top_up(input.author(caller), sum, note_of(note)?).await?;
    let balance = input.api.parts.reports.balance(org, Some(mode), None).await?;
    Ok(idempotency::marked(ok(&body(&balance, None))?, done.replayed))
}

fn note_of(member: Member) -> Result<String, ApiError> {
    let note = fields::text("note", member)?.unwrap_or_default();
    if note.chars().count() > LONGEST_NOTE || note.chars().any(char::is_control) {
        let message = format!("must have at most {LONGEST_NOTE} characters and no control characters");
        return Err(ApiError::invalid("note", message));
    }
    Ok(note.trim().to_owned())
}
