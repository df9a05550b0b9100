//! Standard base64 (RFC 4648 §4) of a key of 32 bytes: the only text in which a key leaves or enters the program.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// 44 characters, the last of them padding.
pub(super) fn encode(key: &[u8; 32]) -> String {
    let mut text: String = key.chunks(3).flat_map(quartet).collect();
    text.truncate(43);
    text.push('=');
    text
}

// Three bytes as four characters; of a shorter chunk the last characters stand for nothing.
fn quartet(chunk: &[u8]) -> [char; 4] {
    let group = chunk.iter().chain([0, 0].iter()).take(3).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    [18, 12, 6, 0].map(|shift| {
        let digit = usize::try_from(group >> shift & 63).unwrap_or_default();
        char::from(ALPHABET.get(digit).copied().unwrap_or_default())
    })
}

/// The 32 bytes, or `None` for any other text. Padding may be left out; bits that stand for nothing must be zero.
pub(super) fn decode(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_suffix('=').unwrap_or(text);
    if digits.len() != 43 {
        return None;
    }
    let (mut key, mut filled) = ([0; 32], 0);
    let (mut bits, mut width) = (0_u32, 0);
    for letter in digits.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        bits = bits << 6 | u32::try_from(digit).ok()?;
        width += 6;
        if width >= 8 {
            width -= 8;
            *key.get_mut(filled)? = u8::try_from(bits >> width).ok()?;
            filled += 1;
            bits &= (1 << width) - 1;
        }
    }
    (filled == 32 && bits == 0).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn known_texts() {
        assert_eq!(encode(&[0; 32]), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!(encode(&[0xff; 32]), "//////////////////////////////////////////8=");
        assert_eq!(encode(b"0123456789abcdef0123456789abcdef"), "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    }

    #[test]
    fn every_byte_survives() {
        for start in 0..=255_u8 {
            let key: [u8; 32] = std::array::from_fn(|i| start.wrapping_add(u8::try_from(i).unwrap() * 7));
            assert_eq!(decode(&encode(&key)), Some(key));
        }
    }

    #[test]
    fn only_a_key_is_a_key() {
        let good = encode(&[7; 32]);
        assert_eq!(decode(good.trim_end_matches('=')), Some([7; 32]));
        for bad in ["", "AAAA", &good[1..], &format!("{good}="), &good.replace('B', "-"), &format!("{}9=", &good[..42])]
        {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
