//! The built-in operations and models, and how configuration adds models.

mod calendar;
mod chat;
mod messaging;
mod models;
mod platform;
mod records;
mod search;
mod shape;
mod social;
mod steering;
mod text;
mod voice;

use serde::Deserialize;
use serde_json::Value;
use upivia_domain::catalog::{Catalog, ModelPrice, Operation, OperationName, Price, PriceTable};

/// A model of the configuration. It replaces a built-in model of the same name.
///
/// ```toml
/// [[models]]
/// model = "acme/tiny"
/// input_nanos_per_million = 150_000_000   # $0.15
/// output_nanos_per_million = 600_000_000  # $0.60
/// largest_max_tokens = 8192
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// The name that payloads use, with the provider in front.
    pub model: String,
    /// Nanodollars per 10⁶ tokens read. Where a provider's price has tiers, the highest: it must bound the bill.
    pub input_nanos_per_million: u64,
    /// Nanodollars per 10⁶ tokens written, thoughts included.
    pub output_nanos_per_million: u64,
    /// What is reserved and sent where a request names no `max_tokens`.
    #[serde(default = "default_max_tokens")]
    pub default_max_tokens: u32,
    /// The most that the model writes.
    pub largest_max_tokens: u32,
}

const fn default_max_tokens() -> u32 {
    models::DEFAULT_MAX_TOKENS
}

impl From<ModelEntry> for (String, ModelPrice) {
    fn from(entry: ModelEntry) -> Self {
        let price = ModelPrice {
            input_nanos_per_million: entry.input_nanos_per_million,
            output_nanos_per_million: entry.output_nanos_per_million,
            default_max_tokens: entry.default_max_tokens.min(entry.largest_max_tokens),
            largest_max_tokens: entry.largest_max_tokens,
        };
        (entry.model, price)
    }
}

/// What is on offer: the built-in operations, and the built-in models with those of the configuration.
pub fn catalog(extra_models: impl IntoIterator<Item = ModelEntry>) -> Catalog {
    let models = models::built_in().chain(extra_models.into_iter().map(Into::into));
    Catalog::new(operations(), PriceTable::new(models))
}

/// A payload for every built-in operation: the shortest that somebody might mean. Everybody can read it as the `examples`
/// of the input schema.
pub fn examples() -> impl Iterator<Item = (OperationName, Value)> {
    let example = |operation: &Operation| operation.input_schema.get("examples")?.get(0).cloned();
    operations().filter_map(move |operation| example(&operation).map(|example| (operation.name, example)))
}

/// The built-in operations: one line each, whose module has its schemas.
fn operations() -> impl Iterator<Item = Operation> {
    let all = [
        text::generate(),
        search::search(),
        messaging::send_email(),
        messaging::send_sms(),
        messaging::read_sms(),
        messaging::send_mms(),
        voice::create(),
        chat::read(),
        chat::dm(),
        chat::send_to_discord(),
        calendar::read(),
        calendar::create(),
        calendar::update(),
        calendar::cancel(),
        calendar::send_invite(),
        social::submit_to_reddit(),
        social::post_to_bluesky(),
        social::post_to_x(),
        social::post_to_mastodon(),
        records::create_issue(),
        records::create_page(),
        platform::check_budget(),
    ];
    all.into_iter().flatten()
}

/// An operation, or `None` where its name is malformed; a test proves that no built-in is.
fn operation(
    name: &str,
    description: &str,
    price: Price,
    [input, output_schema, example]: [Value; 3],
) -> Option<Operation> {
    let mut input_schema = steering::allowed_in(input);
    input_schema["examples"] = Value::Array(vec![example]);
    Some(Operation {
        name: name.parse().ok()?,
        description: description.to_owned(),
        input_schema,
        output_schema,
        price,
        deadline: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_operation_is_on_offer() {
        let catalog = catalog([]);
        let names: Vec<_> = catalog.iter().map(|operation| operation.name.as_str()).collect();
        let expected = [
            "bluesky.post",
            "calendar.cancel",
            "calendar.create",
            "calendar.read",
            "calendar.update",
            "chat.dm",
            "chat.read",
            "discord.send_message",
            "email.send",
            "github.create_issue",
            "mastodon.post",
            "mms.send",
            "notion.create_page",
            "platform.check_budget",
            "reddit.submit_post",
            "scheduling.send_invite",
            "sms.read",
            "sms.send",
            "text_generation.generate",
            "voice_call.create",
            "web_search.search",
            "x.post",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn configuration_adds_and_replaces_models() {
        let entry = |model: &str| ModelEntry {
            model: model.to_owned(),
            input_nanos_per_million: 1,
            output_nanos_per_million: 2,
            default_max_tokens: 4_096,
            largest_max_tokens: 2_048,
        };
        let catalog = catalog([entry("acme/tiny"), entry("openai/gpt-4o")]);
        for model in ["acme/tiny", "openai/gpt-4o"] {
            let price = catalog.models().find(model).unwrap();
            assert_eq!((price.input_nanos_per_million, price.default_max_tokens), (1, 2_048), "{model}");
        }
    }

    #[test]
    fn a_model_of_the_configuration_needs_a_price() {
        let whole =
            r#"{"model": "a/b", "input_nanos_per_million": 1, "output_nanos_per_million": 2, "largest_max_tokens": 3}"#;
        let entry: ModelEntry = serde_json::from_str(whole).unwrap();
        assert_eq!(entry.default_max_tokens, 1_024);
        assert!(serde_json::from_str::<ModelEntry>(r#"{"model": "a/b", "largest_max_tokens": 3}"#).is_err());
        assert!(serde_json::from_str::<ModelEntry>(&whole.replace("output", "ouput")).is_err());
    }
}
