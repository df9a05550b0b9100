//! What an operation's schemas and price do not say: who executes it, whether that may happen twice, and why the price
//! bounds the bill. One row for each built-in operation.

use upivia_domain::catalog::Operation;

/// Name, kind of provider, whether it may be executed twice, and why the estimate bounds the bill.
type Row = (&'static str, &'static str, Twice, &'static str);

/// Whether a second execution would do something that the first did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Twice {
    /// It reads, or answers.
    Harmless,
    /// Somebody hears from it once more, or a second thing is made.
    Felt,
}

use Twice::{Felt, Harmless};

const ONE_PAGE: &str = "One request reads one page, and limit bounds the page.";
const ONE_MESSAGE: &str = "One message of bounded length to one place.";
const ONE_CHANGE: &str = "One change of one event, with at most 50 attendees.";
const ONE_ENTRY: &str = "One entry of bounded length.";

#[rustfmt::skip]
const ROWS: [Row; 22] = [
    ("bluesky.post",             "social_network",   Felt,     ONE_MESSAGE),
    ("calendar.cancel",          "calendar",         Felt,     ONE_CHANGE),
    ("calendar.create",          "calendar",         Felt,     ONE_CHANGE),
    ("calendar.read",            "calendar",         Harmless, ONE_PAGE),
    ("calendar.update",          "calendar",         Felt,     ONE_CHANGE),
    ("chat.dm",                  "team_chat",        Felt,     ONE_MESSAGE),
    ("chat.read",                "team_chat",        Harmless, ONE_PAGE),
    ("discord.send_message",     "team_chat",        Felt,     ONE_MESSAGE),
    ("email.send",               "smtp",             Felt,     "One recipient, and a subject and a text of bounded length."),
    ("github.create_issue",      "issue_tracker",    Felt,     ONE_ENTRY),
    ("mastodon.post",            "social_network",   Felt,     ONE_MESSAGE),
    ("mms.send",                 "carrier",          Felt,     "One medium to one phone: carriers bill each."),
    ("notion.create_page",       "notes",            Felt,     ONE_ENTRY),
    ("platform.check_budget",    "ledger",           Harmless, "Costs nothing: the ledger itself answers."),
    ("reddit.submit_post",       "social_network",   Felt,     ONE_MESSAGE),
    ("scheduling.send_invite",   "calendar",         Felt,     "One invitation to one person."),
    ("sms.read",                 "carrier",          Harmless, ONE_PAGE),
    ("sms.send",                 "carrier",          Felt,     "At most 160 characters: one segment to one phone."),
    ("text_generation.generate", "openai_compatible", Harmless, "A token for every byte that is sent and an allowance around each message, and max_tokens for every choice."),
    ("voice_call.create",        "carrier",          Felt,     "At most 750 characters are read aloud: one minute that began."),
    ("web_search.search",        "web_search",       Harmless, "One page of at most 20 results."),
    ("x.post",                   "social_network",   Felt,     ONE_MESSAGE),
];

/// The operation with its row, where it has one.
pub(super) fn added_to(operation: Operation) -> Operation {
    let Some((_, kind, twice, rule)) = ROWS.iter().find(|(name, ..)| *name == operation.name.as_str()) else {
        return operation;
    };
    let operation = operation.provided_by(&[*kind]).bounded_by(*rule);
    if *twice == Harmless { operation.repeatable() } else { operation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_operation_has_its_row_and_every_row_its_operation() {
        let names: Vec<_> = catalog([]).iter().map(|operation| operation.name.to_string()).collect();
        assert_eq!(names, ROWS.map(|(name, ..)| name));
    }

    #[test]
    fn what_reads_or_answers_may_be_repeated_and_what_somebody_hears_of_may_not() {
        let catalog = catalog([]);
        let repeatable = |name: &str| catalog.find(&name.parse().unwrap()).unwrap().idempotent;
        assert!(repeatable("sms.read") && repeatable("text_generation.generate"));
        assert!(!repeatable("sms.send") && !repeatable("voice_call.create"));
    }
}
