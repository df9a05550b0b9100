//! From the query of a URL to values that cannot be wrong. Names that nobody knows are ignored; an empty value is none.

use std::{fmt::Display, str::FromStr};

use actix_web::{HttpRequest, web};
use upivia_domain::{Timestamp, catalog::OperationName};

use crate::ApiError;

/// The pairs of a query.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(http: &HttpRequest) -> Result<Self, ApiError> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(http.query_string());
        let malformed = |_| ApiError::Invalid { field: None, message: "the query cannot be read".to_owned() };
        pairs.map(|pairs| Self(pairs.into_inner())).map_err(malformed)
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A machine word, such as the name of a service. Nothing else is ever stored under such a name, and no database has
    /// to cope with it.
    pub(crate) fn word(&self, name: &str) -> Result<Option<String>, ApiError> {
        let is_word = |text: &&str| text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let Some(text) = self.text(name) else { return Ok(None) };
        let word = Some(text).filter(is_word).map(|text| Some(text.to_owned()));
        word.ok_or_else(|| ApiError::invalid(name, "must be a name of letters, digits and underscores"))
    }

    /// The kind of an event: machine words with dots between them.
    pub(crate) fn kind(&self, name: &str) -> Result<Option<String>, ApiError> {
        let is_kind =
            |text: &&str| text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'));
        let Some(text) = self.text(name) else { return Ok(None) };
        let kind = Some(text).filter(is_kind).map(|text| Some(text.to_owned()));
        kind.ok_or_else(|| ApiError::invalid(name, "must be the kind of an event, such as request.executed"))
    }

    /// A text that has a type of its own.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, ApiError> {
        self.text(name).map(|text| text.parse().map_err(|error| ApiError::invalid(name, error))).transpose()
    }

    /// An instant.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        // A plus sign that was not escaped arrives as a blank.
        let time = Timestamp::parse(text).or_else(|_| Timestamp::parse(&text.replace(' ', "+")));
        time.map(Some).map_err(|error| ApiError::invalid(name, error))
    }

    /// Two instants, the second after the first.
    pub(crate) fn span(&self) -> Result<(Option<Timestamp>, Option<Timestamp>), ApiError> {
        let (from, to) = (self.time("from")?, self.time("to")?);
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            return Err(ApiError::invalid("to", "must be later than from"));
        }
        Ok((from, to))
    }

    /// The name of an operation: dotted, or alone beside `service`.
    pub(crate) fn operation(&self) -> Result<Option<OperationName>, ApiError> {
        let Some(text) = self.text("operation") else { return Ok(None) };
        let name = OperationName::from_parts(self.text("service"), text);
        name.map(Some).map_err(|error| ApiError::invalid("operation", error))
    }

    /// One of these words.
    pub(crate) fn one_of(&self, name: &str, words: &[&str]) -> Result<Option<String>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let word = words.iter().find(|word| **word == text).map(|word| Some((*word).to_owned()));
        word.ok_or_else(|| ApiError::invalid(name, format!("must be one of {}", words.join(", "))))
    }

    /// Whether a flag is set; off where it is absent.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        match self.text(name) {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(_) => Err(ApiError::invalid(name, "must be 1 or 0")),
        }
    }

    /// How many to list.
    pub(crate) fn limit(&self, default: u32, most: u32) -> Result<u32, ApiError> {
        let Some(text) = self.text("limit") else { return Ok(default) };
        let limit = text.parse::<u32>().ok().filter(|limit| (1..=most).contains(limit));
        limit.ok_or_else(|| ApiError::invalid("limit", format!("must be a number from 1 to {most}")))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use upivia_domain::Mode;

    use super::*;

    fn query(text: &str) -> Query {
        Query::of(&TestRequest::with_uri(&format!("/x?{text}")).to_http_request()).unwrap()
    }

    #[test]
    fn values_are_decoded_and_empty_ones_are_none() {
        let query = query("status=a%20b&agent_id=&mode=test&unknown=1&status=second");
        assert_eq!(query.text("status"), Some("a b"));
        assert_eq!(query.text("agent_id"), None);
        assert_eq!(query.parsed::<Mode>("mode"), Ok(Some(Mode::Test)));
    }

    #[test]
    fn names_are_machine_words() {
        assert_eq!(query("service=web_search").word("service"), Ok(Some("web_search".to_owned())));
        assert_eq!(query("").word("service"), Ok(None));
        for wrong in ["service=%00", "service=a%25", "service=a.b", "service=%F0%9F%98%80"] {
            assert!(query(wrong).word("service").is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unescaped_plus_is_understood() {
        let expected = Timestamp::parse("2026-01-31T12:00:00+01:00").unwrap();
        for text in
            ["from=2026-01-31T12:00:00+01:00", "from=2026-01-31T12%3A00%3A00%2B01%3A00", "from=2026-01-31T11:00:00Z"]
        {
            assert_eq!(query(text).time("from"), Ok(Some(expected)), "{text}");
        }
        assert!(query("from=yesterday").time("from").is_err());
    }

    #[test]
    fn a_span_has_a_length() {
        assert!(query("from=2026-01-31&to=2026-02-01").span().is_ok());
        assert!(query("to=2026-02-01").span().is_ok() && query("from=2026-02-01").span().is_ok());
        for wrong in ["from=2026-02-01&to=2026-02-01", "from=2026-02-01T00:00:00Z&to=2026-02-01T00:30:00%2B01:00"] {
            assert_eq!(query(wrong).span(), Err(ApiError::invalid("to", "must be later than from")), "{wrong}");
        }
    }

    #[test]
    fn operations_have_two_spellings() {
        let name = Ok(Some("email.send".parse().unwrap()));
        for text in ["operation=email.send", "operation=send&service=email", "operation=email.send&service=email"] {
            assert_eq!(query(text).operation(), name, "{text}");
        }
        for wrong in ["operation=send", "operation=email.send&service=sms", "operation=%00.x"] {
            assert!(query(wrong).operation().is_err(), "{wrong}");
        }
    }

    #[test]
    fn flags_and_words_are_known_ones() {
        assert_eq!(
            (query("x=1").flag("x"), query("x=0").flag("x"), query("").flag("x")),
            (Ok(true), Ok(false), Ok(false))
        );
        assert!(query("x=yes").flag("x").is_err() && query("x=c").one_of("x", &["a", "b"]).is_err());
        assert_eq!(query("x=b").one_of("x", &["a", "b"]), Ok(Some("b".to_owned())));
    }

    #[test]
    fn limits_have_limits() {
        assert_eq!(query("").limit(50, 200), Ok(50));
        assert_eq!(query("limit=200").limit(50, 200), Ok(200));
        for wrong in ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=99999999999"] {
            assert!(query(wrong).limit(50, 200).is_err(), "{wrong}");
        }
    }
}
