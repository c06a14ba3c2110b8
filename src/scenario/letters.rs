//! Bytes as letters that survive mail, chat and address bars: base64url without padding (RFC 4648, section 5). Knows not what they say.
//!
//! Written here because every page opens its first run with it: the crate's decoder is built for megabytes, and 2.5 KB longer.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The letters of these bytes: four for three of them.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(group.get(at).copied().unwrap_or(0)));
        for letter in 0..=group.len() {
            text.push(char::from(LETTERS[bits >> (18 - 6 * letter) & 63]));
        }
    }
    text
}

/// The bytes of these letters. `None` if another character is among them, or if [`encode`] writes no text that ends like this one.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.as_bytes().chunks(4) {
        let mut bits: u32 = 0;
        for letter in group {
            bits = bits << 6 | value(*letter)?;
        }
        // Bits beyond the last whole byte: six of a single letter, which holds none.
        let (whole, beyond) = (group.len() * 6 / 8, group.len() * 6 % 8);
        if beyond == 6 || bits & ((1 << beyond) - 1) != 0 {
            return None;
        }
        let bits = bits >> beyond;
        bytes.extend((0..whole).rev().map(|byte| (bits >> (8 * byte)) as u8));
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(value.into())
}
