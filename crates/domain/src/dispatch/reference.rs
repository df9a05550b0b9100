//! What providers are told to call a request.

use std::{fmt, str::FromStr};

use crate::{OrgId, RequestId};

/// A request's id with its organization's before it, as `org_….srq_…`; the bare id is understood too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Whose, where it was said.
    pub org: Option<OrgId>,
    /// Which.
    pub request: RequestId,
}

/// A text that names no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the reference of a request, org_….srq_…, or its id alone")]
pub struct InvalidReference;

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.org {
            Some(org) => write!(f, "{org}.{}", self.request),
            None => self.request.fmt(f),
        }
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;
    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let (org, request) = match text.split_once('.') {
            Some((org, request)) => (Some(org.parse().map_err(|_| InvalidReference)?), request),
            None => (None, text),
        };
        Ok(Self { org, request: request.parse().map_err(|_| InvalidReference)? })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_reference_survives_its_text() {
        let request = RequestId::new(Uuid::from_u128(7));
        for org in [None, Some(OrgId::new(Uuid::from_u128(8)))] {
            let reference = Reference { org, request };
            assert_eq!(reference.to_string().parse(), Ok(reference));
        }
    }

    #[test]
    fn anything_else_names_no_request() {
        let request = RequestId::new(Uuid::from_u128(7));
        for text in ["", ".", "srq_1", &format!(".{request}"), &format!("{request}."), &format!("{request}.{request}")]
        {
            assert_eq!(text.parse::<Reference>(), Err(InvalidReference), "{text}");
        }
    }
}
