//! The name of an operation: `service.operation`, two machine words.

use std::{fmt, str::FromStr, sync::Arc};

/// A normalised name such as `email.send`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationName(Arc<str>);

/// Why a text is no operation's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOperation {
    /// Not two words of lower-case letters, digits and underscores.
    #[error("must be service.operation, for example email.send")]
    Malformed,
    /// `service` says one thing and the dotted operation another.
    #[error("names another service than the field service")]
    Contradiction,
}

impl OperationName {
    /// From both spellings of the wire (contract §2): a dotted operation, or a service and a bare operation.
    pub fn from_parts(service: Option<&str>, operation: &str) -> Result<Self, InvalidOperation> {
        match (service, operation.split_once('.')) {
            (None, _) => operation.parse(),
            (Some(service), None) => format!("{service}.{operation}").parse(),
            (Some(service), Some((named, _))) if service == named => operation.parse(),
            (Some(_), Some(_)) => Err(InvalidOperation::Contradiction),
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The word before the dot.
    pub fn service(&self) -> &str {
        self.0.split_once('.').map_or("", |(service, _)| service)
    }

    /// The word after the dot.
    pub fn operation(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, operation)| operation)
    }
}

impl FromStr for OperationName {
    type Err = InvalidOperation;
    fn from_str(text: &str) -> Result<Self, InvalidOperation> {
        let is_word = |word: &str| {
            (1..=64).contains(&word.len())
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        match text.split_once('.') {
            Some((service, operation)) if is_word(service) && is_word(operation) => Ok(Self(text.into())),
            _ => Err(InvalidOperation::Malformed),
        }
    }
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_spellings_are_one_name() {
        let dotted = OperationName::from_parts(None, "email.send").unwrap();
        assert_eq!(OperationName::from_parts(Some("email"), "send"), Ok(dotted.clone()));
        assert_eq!(OperationName::from_parts(Some("email"), "email.send"), Ok(dotted));
        assert_eq!(OperationName::from_parts(Some("sms"), "email.send"), Err(InvalidOperation::Contradiction));
    }

    proptest! {
        #[test]
        fn no_text_panics(service in proptest::option::of(".*"), operation in ".*") {
            let _ = OperationName::from_parts(service.as_deref(), &operation);
        }
    }
}
