//! Fresh secrets: codes, refresh tokens, sessions, keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// 256 fresh bits. `None`: the machine has no randomness to give, and nothing may be granted.
#[expect(clippy::disallowed_methods, reason = "this is the issuer's random adapter")]
pub fn fresh_bytes() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// 256 fresh bits as 43 URL-safe characters.
pub fn fresh_token() -> Option<String> {
    fresh_bytes().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}
