//! The host's one source of chance: ids of invocations and the jitter of its pauses.

/// A version 4 GUID in the host's spelling (lower case, hyphens).
pub(crate) fn guid() -> String {
    let mut bytes = bytes::<16>();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = |range: std::ops::Range<usize>| {
        let digits = bytes.iter().skip(range.start).take(range.len());
        digits.map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    };
    [hex(0..4), hex(4..6), hex(6..8), hex(8..10), hex(10..16)].join("-")
}

/// Even over 0.0 to 1.0.
pub(crate) fn fraction() -> f64 {
    f64::from(u32::from_ne_bytes(bytes::<4>())) / f64::from(u32::MAX)
}

#[expect(clippy::disallowed_methods, reason = "this is the random adapter")]
fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(cause) = getrandom::fill(&mut bytes) {
        // Ids of a development host may repeat rather than take it down.
        tracing::error!(%cause, "the machine gave no randomness");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_says_that_it_is_of_version_four() {
        let guid = guid();
        assert_eq!(guid.len(), 36);
        assert_eq!(&guid[14..15], "4");
        assert!(matches!(&guid[19..20], "8" | "9" | "a" | "b"));
    }
}
