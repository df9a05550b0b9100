//! Free texts of an agent: bounded, and without what a database or a terminal could choke on.

use serde_json::json;
use upivia_domain::agent::Character;

use super::AgentError;

/// How large the settings of a voice may be.
const VOICE_BYTES: usize = 10_000;

/// A text of at most `most` characters; one that is blank is none.
pub(crate) fn checked(field: &'static str, text: Option<String>, most: usize) -> Result<Option<String>, AgentError> {
    let Some(text) = text else { return Ok(None) };
    if text.chars().count() > most {
        return Err(AgentError::invalid(field, format!("must have at most {most} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(AgentError::invalid(field, "must not contain control characters"));
    }
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// The same for the texts of a character.
pub(super) fn character(character: Character) -> Result<Character, AgentError> {
    let length = character.voice_config.as_ref().map_or(0, |config| json!(config).to_string().len());
    if length > VOICE_BYTES {
        return Err(AgentError::invalid("voice_config", format!("must have at most {VOICE_BYTES} bytes as JSON")));
    }
    Ok(Character { personality: checked("personality", character.personality, 10_000)?, ..character })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_printable() {
        let check = |text: &str| checked("description", Some(text.to_owned()), 5);
        assert_eq!(check("a\nb"), Ok(Some("a\nb".to_owned())));
        assert_eq!(check("äöüäö").map(|text| text.is_some()), Ok(true), "characters count, not bytes");
        assert_eq!(check("  "), Ok(None));
        for wrong in ["123456", "a\0", "\u{1b}[m"] {
            assert!(matches!(check(wrong), Err(AgentError::Invalid { field: "description", .. })), "{wrong:?}");
        }
    }
}
