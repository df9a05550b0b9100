//! List prices of well-known models, as their providers published them in 2026.
//!
//! Only models whose price does not depend on the length of the prompt: a tier would break the bound of a hold. Prices
//! change and resellers differ: an operator's configuration replaces any line (see [`super::ModelEntry`]).

use upivia_domain::catalog::ModelPrice;

/// Reserved and sent where a request names no `max_tokens`.
pub(super) const DEFAULT_MAX_TOKENS: u32 = 1_024;

/// For models that think before they write: their thoughts count against the limit.
const THINKING: u32 = 4_096;

/// Model, dollars in milli-cents per 10⁶ tokens read and written, default and largest `max_tokens`.
type Row = (&'static str, u32, u32, u32, u32);

/// Nanodollars in a milli-cent.
const NANOS_PER_MILLICENT: u64 = 10_000;

#[rustfmt::skip]
const ROWS: [Row; 19] = [
    ("anthropic/claude-3-haiku",               25_000,   125_000, DEFAULT_MAX_TOKENS,   4_096),
    ("anthropic/claude-3.5-haiku",             80_000,   400_000, DEFAULT_MAX_TOKENS,   8_192),
    ("anthropic/claude-haiku-4.5",            100_000,   500_000, DEFAULT_MAX_TOKENS,  64_000),
    ("anthropic/claude-opus-4.1",           1_500_000, 7_500_000, DEFAULT_MAX_TOKENS,  32_000),
    ("google/gemini-2.0-flash-001",            10_000,    40_000, DEFAULT_MAX_TOKENS,   8_192),
    ("google/gemini-2.5-flash",                30_000,   250_000, THINKING,            65_535),
    ("google/gemini-2.5-flash-lite",           10_000,    40_000, DEFAULT_MAX_TOKENS,  65_535),
    ("meta-llama/llama-3.3-70b-instruct",      88_000,    88_000, DEFAULT_MAX_TOKENS,   8_192),
    ("mistralai/mistral-large-2411",          200_000,   600_000, DEFAULT_MAX_TOKENS,  32_768),
    ("mistralai/mistral-nemo",                 15_000,    15_000, DEFAULT_MAX_TOKENS,  16_384),
    ("openai/gpt-4.1",                        200_000,   800_000, DEFAULT_MAX_TOKENS,  32_768),
    ("openai/gpt-4.1-mini",                    40_000,   160_000, DEFAULT_MAX_TOKENS,  32_768),
    ("openai/gpt-4.1-nano",                    10_000,    40_000, DEFAULT_MAX_TOKENS,  32_768),
    ("openai/gpt-4o",                         250_000, 1_000_000, DEFAULT_MAX_TOKENS,  16_384),
    ("openai/gpt-4o-mini",                     15_000,    60_000, DEFAULT_MAX_TOKENS,  16_384),
    ("openai/gpt-5",                          125_000, 1_000_000, THINKING,           128_000),
    ("openai/gpt-5-mini",                      25_000,   200_000, THINKING,           128_000),
    ("openai/gpt-5-nano",                       5_000,    40_000, THINKING,           128_000),
    ("openai/o4-mini",                        110_000,   440_000, THINKING,           100_000),
];

pub(super) fn built_in() -> impl Iterator<Item = (String, ModelPrice)> {
    ROWS.into_iter().map(|(model, input, output, default_max_tokens, largest_max_tokens)| {
        let price = ModelPrice {
            input_nanos_per_million: u64::from(input) * NANOS_PER_MILLICENT,
            output_nanos_per_million: u64::from(output) * NANOS_PER_MILLICENT,
            default_max_tokens,
            largest_max_tokens,
        };
        (model.to_owned(), price)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpt_4o_mini_costs_what_its_page_says() {
        let (_, price) = built_in().find(|(model, _)| model == "openai/gpt-4o-mini").unwrap();
        assert_eq!((price.input_nanos_per_million, price.output_nanos_per_million), (150_000_000, 600_000_000));
    }

    #[test]
    fn no_model_is_free_and_no_default_exceeds_its_model() {
        for (model, price) in built_in() {
            assert!(price.input_nanos_per_million > 0 && price.output_nanos_per_million > 0, "{model}");
            assert!(price.default_max_tokens <= price.largest_max_tokens, "{model}");
            assert!(model.contains('/'), "{model}");
        }
    }
}
