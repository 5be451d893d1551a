//! How much one request may ask of storage: addresses that live at once, addresses over its life,
//! and the free space that uploads leave alone.
//!
//! An address is a signature for one blob. On Azure nothing ends it but its time, and nothing bounds
//! what is sent to it: so few of them live at once.

use jiff::Timestamp;

/// Addresses that may live beyond the photos asked for: for photos taken out and taken again.
const SPARE: u32 = 5;
/// Addresses over a request's life, for each photo asked for, and at least.
const A_PHOTO: u32 = 10;
const AT_LEAST: u32 = 60;

/// Why no address is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMany {
    /// As many as may live at once do; the first of them ends then.
    AtOnce {
        /// When asking again can help.
        again_at: Timestamp,
    },
    /// The request had all that it will get.
    Ever,
}

/// Whether one more signature is given for a request of `photos`, after `given` of them.
/// `others_until` are the ends of the addresses of its other blobs, whatever became of those: a
/// photo that was taken out may still be sent to.
pub fn may_be_given(
    photos: u32,
    given: u32,
    others_until: impl IntoIterator<Item = Timestamp>,
    now: Timestamp,
) -> Result<(), TooMany> {
    if given >= photos.saturating_mul(A_PHOTO).max(AT_LEAST) {
        return Err(TooMany::Ever);
    }
    let mut living: Vec<Timestamp> =
        others_until.into_iter().filter(|until| now < *until).collect();
    living.sort_unstable();
    let most = photos.saturating_add(SPARE) as usize;
    // One more fits when all but `most - 1` of them have ended.
    match living.len().checked_sub(most).and_then(|over| living.get(over)) {
        Some(again_at) => Err(TooMany::AtOnce { again_at: *again_at }),
        None => Ok(()),
    }
}

/// Whether `bytes` more may be kept while `keep_free` stay free; a store without a bound has room.
pub fn has_room(free: Option<u64>, keep_free: u64, bytes: u64) -> bool {
    free.is_none_or(|free| free.saturating_sub(bytes) >= keep_free)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);

    fn until(minute: i64) -> Timestamp {
        NOON + SignedDuration::from_mins(minute)
    }

    #[test]
    fn as_many_addresses_live_at_once_as_photos_and_five() {
        for photos in 1..=10 {
            let living = |count: u32| (0..count).map(|n| until(15 - i64::from(n % 10)));
            assert_eq!(may_be_given(photos, 0, living(photos + 4), NOON), Ok(()));
            let refused = may_be_given(photos, 0, living(photos + 5), NOON);
            assert!(matches!(refused, Err(TooMany::AtOnce { .. })), "{photos}");
        }
    }

    #[test]
    fn the_moment_that_is_told_is_the_first_in_which_asking_helps() {
        let living = (1..=9).map(until);
        let Err(TooMany::AtOnce { again_at }) = may_be_given(1, 0, living.clone(), NOON) else {
            panic!()
        };
        assert_eq!(again_at, until(4), "then five of nine are left");
        assert_eq!(may_be_given(1, 0, living.clone(), again_at), Ok(()));
        let just_before = again_at - SignedDuration::from_secs(1);
        assert!(may_be_given(1, 0, living, just_before).is_err());
    }

    #[test]
    fn a_request_gets_ten_signatures_a_photo_and_at_least_sixty() {
        for (photos, most) in [(1, 60), (6, 60), (7, 70), (10, 100)] {
            assert_eq!(may_be_given(photos, most - 1, [], NOON), Ok(()));
            assert_eq!(may_be_given(photos, most, [], NOON), Err(TooMany::Ever));
        }
    }

    #[test]
    fn an_upload_leaves_the_reserve_alone() {
        assert!(has_room(None, 100, u64::MAX));
        assert!(has_room(Some(110), 100, 10));
        assert!(!has_room(Some(110), 100, 11));
        assert!(!has_room(Some(99), 100, 0));
    }
}
