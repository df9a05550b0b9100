//! The catalogue on the wire.

use serde::Serialize;
use serde_json::Value;
use upivia_domain::{
    Mode, Timestamp,
    catalog::{Catalog, Operation, Price, PriceVersion},
};
use utoipa::ToSchema;

use super::{own::ConfiguredBody, price::PriceBody};
use crate::v1::agents::BindingBody;

/// The catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceList<'a> {
    pub(super) services: Vec<ServiceBody<'a>>,
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceBody<'a> {
    /// What is sent as `service`.
    #[schema(example = "email")]
    id: &'a str,
    /// The same as `id`.
    name: &'a str,
    /// What its operations do.
    description: String,
    /// `public`: for everybody. `organization`: only for the organization of the credential that was shown.
    #[schema(example = "public")]
    visibility: &'static str,
    pub(super) operations: Vec<OperationBody<'a>>,
}

/// An operation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationBody<'a> {
    /// What is sent as `operation`.
    #[schema(example = "send")]
    name: &'a str,
    /// The dotted name, which may be sent as `operation` without a service.
    #[schema(example = "email.send")]
    pub(super) id: &'a str,
    description: &'a str,
    /// What one request costs at least, rounded up; 0 for what is free or priced by use.
    base_price_cents: i64,
    price: PriceBody<'a>,
    /// Which version of its price this is.
    price_version: u32,
    /// Since when this price holds; null: since ever.
    price_effective_from: Option<String>,
    /// When another price takes its place; null: none is known.
    next_price_from: Option<String>,
    /// Why the estimate bounds the bill.
    bound_rule: &'a str,
    /// The worlds in which it can run: `live`, `test`.
    modes: Vec<&'static str>,
    /// Executing it twice does nothing that executing it once does not; a second charge apart.
    idempotent: bool,
    /// The kinds of provider that execute it for live money.
    provider_kinds: &'a [String],
    /// JSON Schema of the payload.
    #[schema(value_type = Object)]
    input_schema: &'a Value,
    /// JSON Schema of the result.
    #[schema(value_type = Object)]
    output_schema: &'a Value,
    /// With a credential: whether somebody is there to execute it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) configured: Option<ConfiguredBody>,
    /// With an agent key: whether the agent may ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) bound: Option<bool>,
    /// With an agent key: the terms, where there is a binding.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) binding: Option<BindingBody>,
}

impl<'a> ServiceList<'a> {
    /// What everybody may see: all that has a price now. Operations come by name, so those of a service stand together.
    pub(crate) fn of(catalog: &'a Catalog, now: Timestamp) -> Self {
        let mut services: Vec<ServiceBody<'a>> = Vec::new();
        for operation in catalog.iter() {
            let Some(price) = operation.price_at(now) else { continue };
            let (service, body) = (operation.name.service(), OperationBody::of(catalog, operation, price, now));
            match services.last_mut().filter(|last| last.id == service) {
                Some(last) => last.operations.push(body),
                None => services.push(ServiceBody::of(service, body)),
            }
        }
        services.iter_mut().for_each(ServiceBody::describe);
        Self { services }
    }
}

impl<'a> ServiceBody<'a> {
    fn of(service: &'a str, first: OperationBody<'a>) -> Self {
        let description = String::new();
        Self { id: service, name: service, description, visibility: "public", operations: vec![first] }
    }

    fn describe(&mut self) {
        let sentences: Vec<&str> = self.operations.iter().map(|operation| operation.description).collect();
        self.description = sentences.join(" ");
    }
}

impl<'a> OperationBody<'a> {
    fn of(
        catalog: &'a Catalog,
        operation: &'a Operation,
        &PriceVersion { version, effective_from, price }: &PriceVersion<Price>,
        now: Timestamp,
    ) -> Self {
        Self {
            name: operation.name.operation(),
            id: operation.name.as_str(),
            description: &operation.description,
            base_price_cents: if let Price::Flat(price) = price { price.cents_rounded_up() } else { 0 },
            price: PriceBody::of(catalog, price, now),
            price_version: version,
            price_effective_from: (effective_from > Timestamp::BEGINNING).then(|| effective_from.to_string()),
            next_price_from: operation.prices.after(now).map(|next| next.effective_from.to_string()),
            bound_rule: &operation.bound_rule,
            modes: operation.modes.iter().copied().map(Mode::as_str).collect(),
            idempotent: operation.idempotent,
            provider_kinds: &operation.provider_kinds,
            input_schema: &operation.input_schema,
            output_schema: &operation.output_schema,
            configured: None,
            bound: None,
            binding: None,
        }
    }
}
