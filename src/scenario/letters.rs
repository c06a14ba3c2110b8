//! Bytes as letters that survive mail, chat and address bars: base64url without padding (RFC 4648, section 5). Knows not what they say.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The letters of these bytes: four for three of them.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of these letters. `None` if another character is among them, or if [`encode`] writes no text that ends like this one.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
