//! The machine's randomness: the only place of this crate that asks for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::random::Random;

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "this is the source that everything is handed")]
    #[expect(clippy::expect_used, reason = "without randomness no id and no key may be made")]
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        bytes
    }
}

/// The first `N` of fresh random bytes.
fn first<const N: usize>(random: &dyn Random) -> [u8; N] {
    let bytes = random.bytes();
    std::array::from_fn(|place| bytes.get(place).copied().unwrap_or_default())
}

/// Thirty-two hexadecimal digits: a file's name.
pub(crate) fn file_name(random: &dyn Random) -> String {
    format!("{:032x}", u128::from_be_bytes(first(random)))
}

/// A version, in the form that Azure Storage gives it: `0x8DD0B1C5A7E3F24`.
pub(crate) fn etag(random: &dyn Random) -> String {
    format!("0x{:016X}", u64::from_be_bytes(first(random)))
}

/// A random UUID (RFC 9562, version 4).
pub(crate) fn uuid(random: &dyn Random) -> String {
    let bits = u128::from_be_bytes(first(random));
    let bits = bits & !(0xf << 76 | 0b11 << 62) | 4 << 76 | 0b10 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        bits >> 80 & 0xffff,
        bits >> 64 & 0xffff,
        bits >> 48 & 0xffff,
        bits & 0xffff_ffff_ffff,
    )
}

/// A pop receipt: opaque, fresh with every change of a message.
pub(crate) fn pop_receipt(random: &dyn Random) -> String {
    STANDARD.encode(first::<18>(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;
    impl Random for Ones {
        fn bytes(&self) -> [u8; 32] {
            [0xff; 32]
        }
    }

    #[test]
    fn a_uuid_says_that_it_is_random() {
        assert_eq!(uuid(&Ones), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_ne!(uuid(&SystemRandom), uuid(&SystemRandom));
    }

    #[test]
    fn an_etag_has_the_form_of_azure() {
        assert_eq!(etag(&Ones), "0xFFFFFFFFFFFFFFFF");
        assert_ne!(etag(&SystemRandom), etag(&SystemRandom));
    }
}
