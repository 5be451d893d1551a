//! A text's HMAC-SHA-256 under a key, as hex: the same text is found again, and without the key
//! nobody can try out which text it was.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ports::keys::SecretKey;
use crate::sha256_hex::Sha256Hex;

/// Hashed once more, so that the HMAC itself stands nowhere.
pub fn keyed_hash(key: &SecretKey, text: &str) -> Sha256Hex {
    // HMAC fills a short key with zeros to its block; doing so here leaves nothing to fail.
    let mut block = [0; 64];
    block[..32].copy_from_slice(&key.0);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text.as_bytes());
    Sha256Hex::of(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_under_another_key_is_another_hash() {
        let [one, other] = [SecretKey([1; 32]), SecretKey([2; 32])];
        assert_eq!(keyed_hash(&one, "a"), keyed_hash(&one, "a"));
        assert_ne!(keyed_hash(&one, "a"), keyed_hash(&other, "a"));
        assert_ne!(keyed_hash(&one, "a"), keyed_hash(&one, "b"));
    }
}
