//! Promotional codes as organizations redeem them.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::access::UserCaller;
use upivia_domain::{Mode, identity::Permission, promo::PromoText};
use utoipa::ToSchema;

use super::{
    balance::{self, BalanceBody},
    present::ok,
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Promo codes", routes: &[REDEEM] };

const REDEEM: Route = Route {
    method: Method::Post,
    path: "/promo/redeem",
    access: Access::Person(Permission::PromoRedeem, |caller, input| Box::pin(redeem(caller, input))),
    changes: true,
    doc: Doc {
        id: "redeemPromoCode",
        summary: "Redeem a promo code",
        details: "Its money comes into the organization's live wallet at once; what the organization owes is paid first. An \
                  organization redeems a code once: a call that is repeated because its answer was lost is answered with \
                  `promo_already_redeemed`, and nothing is credited twice. Capitals do not matter.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<RedeemPromo>(), example: r#"{"code":"WELCOME-2026"}"# }),
        answers: &[Success { status: 200, meaning: "The money is there.", schema: SchemaOf::of::<RedeemedBody>() }],
        errors: &[
            (404, "There is no such promo code, or it was taken back."),
            (
                409,
                "`promo_already_redeemed`: your organization has had its money. `promo_used_up`: as many organizations as \
                 may have redeemed it. `promo_expired`: its time is over. `organization_closed`: yours is closing or closed.",
            ),
        ],
    },
};

/// A word.
#[derive(Debug, Deserialize, ToSchema)]
struct RedeemPromo {
    /// As it was given to you.
    #[serde(alias = "promo_code", alias = "promoCode")]
    #[schema(value_type = String)]
    code: Member,
}

/// What it brought.
#[derive(Debug, Serialize, ToSchema)]
struct RedeemedBody {
    #[schema(example = "WELCOME-2026")]
    code: String,
    /// Credited.
    amount_cents: i64,
    amount_usd: String,
    redeemed_at: String,
    /// The live balance now.
    balance: BalanceBody,
}

async fn redeem(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let RedeemPromo { code } = input.json()?;
    let text = fields::required("code", fields::text("code", code)?)?;
    // A word that cannot be one is none: nobody learns more by its shape.
    let text: PromoText = text.parse().map_err(|_| ApiError::NotFound("promo code"))?;
    let org = caller.org;
    let redeemed = input.api.parts.promos.redeem(input.author(caller), text).await?;
    let left = input.api.parts.reports.balance(org, Some(Mode::Live), None).await?;
    let amount = redeemed.redemption.amount;
    ok(&RedeemedBody {
        code: redeemed.text.to_string(),
        amount_cents: amount.cents_rounded_down(),
        amount_usd: amount.to_string(),
        redeemed_at: redeemed.redemption.redeemed_at.to_string(),
        balance: balance::body(&left, None),
    })
}
