//! Cursors of lists: a place in the commit sequence.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::ApiError;

/// Opaque, so that nobody counts on what is inside.
pub(super) fn text(seq: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("seq:{seq}"))
}

/// Back from the text.
pub(super) fn place(cursor: &str) -> Result<i64, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let seq = text.and_then(|text| text.strip_prefix("seq:")?.parse().ok());
    seq.ok_or_else(|| ApiError::invalid("cursor", "is none of this server"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_survives_its_text(seq: i64) {
            prop_assert_eq!(place(&super::text(seq)), Ok(seq));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = place(&text);
        }
    }
}
