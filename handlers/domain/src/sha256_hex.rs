//! SHA-256 as text: how a picture, a wording and a row id are named by their content (R49).

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha256Hex(String);

/// A text that is not 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A SHA-256 has 64 hexadecimal digits")]
pub struct NotSha256;

impl Sha256Hex {
    /// Of these bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        let halves = |byte: u8| [byte >> 4, byte & 15];
        let digit = |half| char::from_digit(u32::from(half), 16);
        Self(
            Sha256::digest(bytes.as_ref()).into_iter().flat_map(halves).filter_map(digit).collect(),
        )
    }

    /// Reads 64 hex digits of either case.
    pub fn parse(text: &str) -> Result<Self, NotSha256> {
        let is_hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hex { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotSha256) }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_standard_s_own_vector_holds() {
        // FIPS 180-4, "abc".
        assert_eq!(Sha256Hex::of("abc").as_str(), OF_ABC);
    }

    #[test]
    fn either_case_is_read_and_lower_case_is_kept() {
        assert_eq!(Sha256Hex::parse(&OF_ABC.to_uppercase()).unwrap().as_str(), OF_ABC);
        let with_space = format!("{} ", &OF_ABC[..63]);
        for text in
            ["", &OF_ABC[..63], &format!("{OF_ABC}0"), &format!("g{}", &OF_ABC[1..]), &with_space]
        {
            assert_eq!(Sha256Hex::parse(text), Err(NotSha256), "{text}");
        }
    }
}
