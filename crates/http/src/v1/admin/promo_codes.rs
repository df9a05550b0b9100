//! Promotional codes as platform administrators make them and take them back.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{access::UserCaller, promos::NewPromo};
use upivia_domain::{
    NanoUsd, PromoCodeId, Timestamp,
    promo::{PromoCode, PromoText},
};
use utoipa::ToSchema;

use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, Kind, Parameter, Place, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::{ok, with_status},
};

const DEFAULT_LIMIT: u32 = 100;
const MOST: u32 = 500;

pub(super) const LIST: Route = Route {
    method: Method::Get,
    path: "/admin/promo-codes",
    access: Access::Session(|caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listPromoCodes",
        summary: "Promo codes",
        details: "The newest first, with what became of them; those that were taken back too. For platform administrators.",
        parameters: &[
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            Parameter::query("cursor", "The `next_cursor` of the page before.", Kind::Text),
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<PromoList>() }],
        errors: &[(403, "You are no platform administrator.")],
    },
};

pub(super) const CREATE: Route = Route {
    method: Method::Post,
    path: "/admin/promo-codes",
    access: Access::Session(|caller, input| Box::pin(create(caller, input))),
    changes: true,
    doc: Doc {
        id: "createPromoCode",
        summary: "Make a promo code",
        details: "Each organization may redeem it once, until a cap or its end is reached. A word is used once and for all, \
                  also after the code was taken back. For platform administrators.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<CreatePromo>(),
            example: r#"{"code":"SPRING-2026","amount_cents":500,"max_redemptions":100,"max_total_cents":40000,"expires_at":"2031-01-01T00:00:00Z","note":"Conference"}"#,
        }),
        answers: &[Success { status: 201, meaning: "The code.", schema: SchemaOf::of::<PromoBody>() }],
        errors: &[
            (403, "You are no platform administrator."),
            (409, "`promo_code_exists`: the word is or was in use."),
        ],
    },
};

pub(super) const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/admin/promo-codes",
    access: Access::Session(|caller, input| Box::pin(remove(caller, input))),
    changes: true,
    doc: Doc {
        id: "deletePromoCode",
        summary: "Take a promo code back",
        details: "Nobody can redeem it any more; what was redeemed stays, and so does its row in the list, as `active: \
                  false`. Repeated, it changes nothing. For platform administrators.",
        parameters: &[Parameter {
            name: "code",
            place: Place::Query,
            meaning: "The word.",
            kind: Kind::Text,
            required: true,
        }],
        body: None,
        answers: &[Success { status: 200, meaning: "As it is now.", schema: SchemaOf::of::<PromoBody>() }],
        errors: &[(403, "You are no platform administrator."), (404, "There is no such promo code.")],
    },
};

/// A code to be.
#[derive(Debug, Deserialize, ToSchema)]
struct CreatePromo {
    /// 3 to 64 letters, digits, hyphens and underscores; capitals do not matter.
    #[schema(value_type = String)]
    code: Member,
    /// What each organization gets; more than 0.
    #[schema(value_type = i64, minimum = 1)]
    amount_cents: Member,
    /// How many organizations may redeem it; absent: any number.
    #[schema(value_type = Option<i64>, minimum = 1)]
    max_redemptions: Member,
    /// What all of them together may get; absent: any sum.
    #[schema(value_type = Option<i64>, minimum = 1)]
    max_total_cents: Member,
    /// ISO 8601 with an offset; absent: it does not end by itself.
    #[schema(value_type = Option<String>)]
    expires_at: Member,
    /// Why it exists; at most 500 characters.
    #[schema(value_type = Option<String>, max_length = 500)]
    note: Member,
}

/// A page of codes.
#[derive(Debug, Serialize, ToSchema)]
struct PromoList {
    promo_codes: Vec<PromoBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A code and what became of it.
#[derive(Debug, Serialize, ToSchema)]
struct PromoBody {
    id: String,
    #[schema(example = "SPRING-2026")]
    code: String,
    /// False once it was taken back.
    active: bool,
    amount_cents: i64,
    amount_usd: String,
    max_redemptions: Option<u32>,
    max_total_cents: Option<i64>,
    /// How many organizations redeemed it.
    redemptions: u32,
    /// What they got together.
    redeemed_cents: i64,
    redeemed_usd: String,
    expires_at: Option<String>,
    note: String,
    created_at: String,
    created_by: String,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let (before, limit) = (query.parsed::<PromoCodeId>("cursor")?, query.limit(DEFAULT_LIMIT, MOST)?);
    let page = input.api.parts.promos.list(&caller, before, limit).await?;
    ok(&PromoList {
        promo_codes: page.promos.iter().map(PromoBody::of).collect(),
        next_cursor: page.next.map(|id| id.to_string()),
    })
}

async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let new = input.json::<CreatePromo>()?.into_new()?;
    let made = input.api.parts.promos.create(input.author(caller), new).await?;
    with_status(StatusCode::CREATED, &PromoBody::of(&made))
}

async fn remove(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let code = input.query()?.text("code").map(str::to_owned);
    let text = fields::required("code", code)?.parse::<PromoText>().map_err(|_| ApiError::NotFound("promo code"))?;
    ok(&PromoBody::of(&input.api.parts.promos.remove(input.author(caller), text).await?))
}

impl CreatePromo {
    fn into_new(self) -> Result<NewPromo, ApiError> {
        let expires_at = fields::text("expires_at", self.expires_at)?;
        let instant = |text: String| Timestamp::parse(&text).map_err(|error| ApiError::invalid("expires_at", error));
        Ok(NewPromo {
            text: fields::required("code", fields::parsed("code", self.code)?)?,
            amount: fields::positive_cents("amount_cents", self.amount_cents)?,
            most_redemptions: more_than_none(
                "max_redemptions",
                fields::count("max_redemptions", self.max_redemptions)?,
            )?,
            most_total: more_than_none("max_total_cents", fields::cents("max_total_cents", self.max_total_cents)?)?,
            expires_at: expires_at.map(instant).transpose()?,
            note: fields::reason("note", self.note)?.unwrap_or_default(),
        })
    }
}

/// A code that nobody can redeem is a mistake.
fn more_than_none<T: Default + PartialEq>(name: &str, value: Option<T>) -> Result<Option<T>, ApiError> {
    if value.as_ref().is_some_and(|value| *value == T::default()) {
        return Err(ApiError::invalid(name, "must be more than 0"));
    }
    Ok(value)
}

impl PromoBody {
    fn of(promo: &PromoCode) -> Self {
        Self {
            id: promo.id.to_string(),
            code: promo.text.to_string(),
            active: promo.active,
            amount_cents: promo.amount.cents_rounded_down(),
            amount_usd: promo.amount.to_string(),
            max_redemptions: promo.most_redemptions,
            max_total_cents: promo.most_total.map(NanoUsd::cents_rounded_down),
            redemptions: promo.redemptions,
            redeemed_cents: promo.redeemed.cents_rounded_down(),
            redeemed_usd: promo.redeemed.to_string(),
            expires_at: promo.expires_at.map(|end| end.to_string()),
            note: promo.note.clone(),
            created_at: promo.created_at.to_string(),
            created_by: promo.created_by.to_string(),
        }
    }
}
