//! Tells a colour profile from bytes that call themselves one (ICC.1:2022, 7.2 and 7.3).

use crate::limits::MAX_PROFILE_BYTES;

const HEADER: usize = 128;
/// Real profiles have 9 to about 30 tags.
const MAX_TAGS: usize = 100;

/// Whether the header's length is the length there is (up to the padding some writers add), the signature stands,
/// and every tag lies inside.
pub(crate) fn is_profile(profile: &[u8]) -> bool {
    let u32_at = |at: usize| -> Option<usize> {
        Some(u32::from_be_bytes(*profile.get(at..)?.first_chunk()?) as usize)
    };
    let whole = || -> Option<bool> {
        let length = u32_at(0)?;
        let padding = profile.len().checked_sub(length)?;
        let tags = u32_at(HEADER)?;
        if profile.len() > MAX_PROFILE_BYTES
            || padding > 3
            || profile.get(36..40)? != b"acsp"
            || tags > MAX_TAGS
        {
            return Some(false);
        }
        for tag in 0..tags {
            let at = HEADER + 4 + tag * 12;
            let (offset, size) = (u32_at(at + 4)?, u32_at(at + 8)?);
            if offset < HEADER || offset.checked_add(size)? > profile.len() {
                return Some(false);
            }
        }
        Some(true)
    };
    whole().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::profile;

    #[test]
    fn a_profile_is_known_by_its_length_its_signature_and_its_tags() {
        let good = profile();
        assert!(is_profile(&good));
        assert!(!is_profile(b"<script>alert(1)</script>"));
        assert!(!is_profile(&good[..good.len() - 1]));
        let mut longer = good.clone();
        longer.extend_from_slice(b"four");
        assert!(!is_profile(&longer), "a tail is not a profile's");
        let mut unsigned = good.clone();
        unsigned[36] = b'x';
        assert!(!is_profile(&unsigned));
        let mut outside = good;
        outside[128 + 4 + 4] = 0x7F;
        assert!(!is_profile(&outside), "a tag outside");
    }
}
