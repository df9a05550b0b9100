//! What is sent about endpoints.

use serde::Deserialize;
use serde_json::Value;
use upivia_application::webhooks::{EndpointChange, NewEndpoint};
use upivia_domain::webhook::WebhookEvent;
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

const LONGEST_DESCRIPTION: usize = 200;

/// An endpoint to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateEndpoint {
    /// Where messages are posted.
    #[schema(value_type = String, example = "https://hooks.example.com/upivia")]
    url: Member,
    /// For people; at most 200 characters.
    #[schema(value_type = Option<String>)]
    description: Member,
    /// What it is told; absent or empty: everything.
    #[schema(value_type = Option<Vec<String>>)]
    events: Member,
}

/// A change of an endpoint. Absent members stay.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
pub(super) struct UpdateEndpoint {
    /// Another place.
    #[schema(value_type = Option<String>)]
    url: Member,
    /// Another description; null removes it.
    #[serde(default, deserialize_with = "fields::present")]
    #[schema(value_type = Option<String>)]
    description: Member,
    /// Other events; an empty array: everything.
    #[schema(value_type = Option<Vec<String>>)]
    events: Member,
    /// On or off.
    #[schema(value_type = Option<bool>)]
    enabled: Member,
}

/// An empty object; nothing in it is read.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Nothing {}

impl CreateEndpoint {
    pub(super) fn read(self) -> Result<NewEndpoint, ApiError> {
        Ok(NewEndpoint {
            url: fields::required("url", fields::parsed("url", self.url)?)?,
            description: description(self.description)?,
            events: events(self.events)?,
        })
    }
}

impl UpdateEndpoint {
    pub(super) fn read(self) -> Result<EndpointChange, ApiError> {
        let change = EndpointChange {
            url: fields::parsed("url", self.url)?,
            description: self.description.map(|member| description(Some(member))).transpose()?,
            events: self.events.map(|member| events(Some(member))).transpose()?,
            enabled: fields::flag("enabled", self.enabled)?,
        };
        let says_something =
            change.url.is_some() || change.description.is_some() || change.events.is_some() || change.enabled.is_some();
        if says_something { Ok(change) } else { Err(ApiError::invalid("enabled", "is required, or another member")) }
    }
}

fn description(member: Member) -> Result<Option<String>, ApiError> {
    let text = fields::text("description", member)?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let is_fit = |text: &String| text.chars().count() <= LONGEST_DESCRIPTION && !text.chars().any(char::is_control);
    match text {
        Some(text) if !is_fit(&text) => {
            let message = format!("must have at most {LONGEST_DESCRIPTION} characters and no control characters");
            Err(ApiError::invalid("description", message))
        }
        text => Ok(text),
    }
}

/// Each once, in the order of the documentation.
fn events(member: Member) -> Result<Vec<WebhookEvent>, ApiError> {
    let event = |(number, value): (usize, &Value)| {
        let name = format!("events[{number}]");
        let text = value.as_str().ok_or_else(|| ApiError::invalid(&name, "must be a string"))?;
        text.parse::<WebhookEvent>().map_err(|error| ApiError::invalid(&name, error))
    };
    let list = fields::list("events", member)?;
    let mut events = list.iter().enumerate().map(event).collect::<Result<Vec<_>, _>>()?;
    events.sort_unstable();
    events.dedup();
    Ok(events)
}
