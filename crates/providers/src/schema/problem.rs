//! A schema's error in the words of this API: a path such as `payload.messages[0].content`, and what is wrong there.
//!
//! Values of the payload are never repeated: a message may end in a log of the caller's.

use jsonschema::{ValidationError, error::ValidationErrorKind, paths::LocationSegment};
use upivia_domain::catalog::{OperationName, PayloadProblem};

/// Longer paths and messages are cut: member names come from the caller.
const LONGEST: usize = 300;

pub(super) fn of(operation: &OperationName, error: &ValidationError<'_>) -> PayloadProblem {
    let path = path(error);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let name = unexpected.first().map_or("", String::as_str);
            PayloadProblem::unknown_member(&path, name, format!("is no parameter of {operation}"))
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            PayloadProblem::new(cut(format!("{path}.{name}")), "is required")
        }
        ValidationErrorKind::Type { .. } => {
            let masked = error.masked_with("").to_string();
            PayloadProblem::new(path, cut(masked.replace(" is not of type", "must be of type").trim().to_owned()))
        }
        _ => PayloadProblem::new(path, cut(error.masked_with("the value").to_string())),
    }
}

fn path(error: &ValidationError<'_>) -> String {
    let mut path = "payload".to_owned();
    for segment in error.instance_path().segments() {
        match segment {
            LocationSegment::Property(name) => {
                path.push('.');
                path.push_str(&name);
            }
            LocationSegment::Index(position) => path.push_str(&format!("[{position}]")),
        }
    }
    cut(path)
}

fn cut(text: String) -> String {
    if text.len() <= LONGEST { text } else { text.chars().take(LONGEST).collect() }
}
