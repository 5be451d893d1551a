//! The colour profile of a JPEG, put together from its APP2 segments (ICC.1:2022, annex B.4).

use crate::icc;
use crate::limits::MAX_PROFILE_BYTES;
use crate::picture::Removed;

/// Marker, length, identifier and numbers around the data of a chunk.
const HEADER: usize = 18;

/// The chunks of a profile as they come; they need not come in order.
#[derive(Default)]
pub(super) struct ProfileChunks<'a> {
    /// Sequence number, announced count, data.
    chunks: Vec<(u8, u8, &'a [u8])>,
}

impl<'a> ProfileChunks<'a> {
    pub(super) fn add(&mut self, number: u8, count: u8, data: &'a [u8]) {
        self.chunks.push((number, count, data));
    }

    /// The profile written anew from what it says about colours; empty where there is none that viewers would use.
    pub(super) fn into_profile(self, removed: &mut Removed) -> Vec<u8> {
        if self.chunks.is_empty() {
            return Vec::new();
        }
        let came: usize = self.chunks.iter().map(|(.., data)| data.len() + HEADER).sum();
        let one = self.chunks.len() * HEADER;
        let Some((whole, profile)) = self.whole().and_then(|whole| {
            let profile = icc::rewritten(&whole)?;
            Some((whole, profile))
        }) else {
            removed.add("broken-profile", came);
            return Vec::new();
        };
        if came - one != whole.len() || profile != whole {
            removed.add("profile", (came - one).saturating_sub(profile.len()));
        }
        profile
    }

    /// The bytes of the first whole sequence, as viewers put them together: a chunk that comes again is passed over.
    fn whole(mut self) -> Option<Vec<u8>> {
        // Stable: of two with one number the first in the file stays.
        self.chunks.sort_by_key(|(number, ..)| *number);
        self.chunks.dedup_by_key(|(number, ..)| *number);
        let count = self.chunks.len();
        let in_sequence =
            self.chunks.iter().zip(1_usize..).all(|(&(number, announced, _), expected)| {
                usize::from(number) == expected && usize::from(announced) == count
            });
        let length: usize = self.chunks.iter().map(|(.., data)| data.len()).sum();
        (in_sequence && length <= MAX_PROFILE_BYTES)
            .then(|| self.chunks.iter().flat_map(|(.., data)| data.iter().copied()).collect())
    }
}
