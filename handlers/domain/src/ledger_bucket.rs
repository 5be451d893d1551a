//! Buckets of the retention ledger: a day and a shard, `yyyymmdd-ss` (DESIGN "The ledger").

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// Shards of a day, so that one night's rows are not all in one partition.
pub const SHARDS: u8 = 16;

/// A partition of `ledger`. On the wire `20341122-07`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    /// The UTC day whose night erases what stands in it.
    pub day: Date,
    /// 0 to 15, the same for one patient always.
    pub shard: u8,
}

/// A text that names no bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ledger bucket is named yyyymmdd-ss, with a shard of 00 to 15")]
pub struct NotABucket;

impl Bucket {
    /// Reads `yyyymmdd-ss`.
    pub fn parse(text: &str) -> Result<Self, NotABucket> {
        let (day, shard) = text.split_once('-').ok_or(NotABucket)?;
        let number = |part: Option<&str>| {
            let part = part.filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|part| part.parse::<u16>().ok()).ok_or(NotABucket)
        };
        if day.len() != 8 || shard.len() != 2 {
            return Err(NotABucket);
        }
        let year = i16::try_from(number(day.get(..4))?).map_err(|_| NotABucket)?;
        let month = i8::try_from(number(day.get(4..6))?).map_err(|_| NotABucket)?;
        let day = i8::try_from(number(day.get(6..))?).map_err(|_| NotABucket)?;
        let day = Date::new(year, month, day).map_err(|_| NotABucket)?;
        let shard = u8::try_from(number(Some(shard))?).map_err(|_| NotABucket)?;
        if shard < SHARDS { Ok(Self { day, shard }) } else { Err(NotABucket) }
    }

    /// The bucket of a day that a patient's rows stand in.
    pub fn of(day: Date, patient: &str) -> Self {
        let [first, ..] = <[u8; 32]>::from(Sha256::digest(patient));
        Self { day, shard: first % SHARDS }
    }

    /// All buckets of a day.
    pub fn of_day(day: Date) -> impl Iterator<Item = Self> {
        (0..SHARDS).map(move |shard| Self { day, shard })
    }
}

/// Where a row that falls due belongs: into its day's bucket, but never into one of today or
/// earlier, which a night may have read already; what is due at once goes into tomorrow's.
pub fn bucket_for(due: Date, patient: &str, today: Date) -> Bucket {
    let tomorrow = today.checked_add(1.day()).unwrap_or(Date::MAX);
    Bucket::of(due.max(tomorrow), patient)
}

/// Whether a day may leave the list of open buckets: two days past and empty, since a writer that
/// began before midnight may still be writing after it.
pub fn may_leave_list(day: Date, today: Date, is_empty: bool) -> bool {
    is_empty && day.checked_add(2.days()).is_ok_and(|two_days_on| two_days_on <= today)
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.day.year(), self.day.month(), self.day.day());
        write!(f, "{year:04}{month:02}{day:02}-{:02}", self.shard)
    }
}

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 22);

    #[test]
    fn a_patient_s_shard_is_the_same_for_good() {
        // SHA-256 computed apart from this code; another rule would lose every row written before.
        assert_eq!(bucket_for(date(2034, 11, 22), "p1", TODAY).to_string(), "20341122-06");
        let other = bucket_for(date(2034, 11, 22), "01jd3x8k2m9qwertyasdfghzxc", TODAY);
        assert_eq!(other.to_string(), "20341122-08");
    }

    #[test]
    fn what_is_due_already_goes_into_tomorrow_s_bucket() {
        for due in [date(2020, 1, 1), TODAY, date(2026, 11, 23)] {
            assert_eq!(bucket_for(due, "p1", TODAY).day, date(2026, 11, 23));
        }
        assert_eq!(bucket_for(date(2026, 11, 24), "p1", TODAY).day, date(2026, 11, 24));
    }

    #[test]
    fn a_day_leaves_the_list_two_days_past_and_empty() {
        assert!(!may_leave_list(TODAY, TODAY, true));
        assert!(!may_leave_list(date(2026, 11, 21), TODAY, true));
        assert!(may_leave_list(date(2026, 11, 20), TODAY, true));
        assert!(!may_leave_list(date(2026, 11, 20), TODAY, false));
        assert!(!may_leave_list(Date::MAX, TODAY, true));
    }

    #[test]
    fn patients_spread_over_all_shards_of_a_day() {
        let used: HashSet<Bucket> =
            (0..1_000).map(|n| bucket_for(TODAY, &format!("p{n}"), TODAY)).collect();
        assert_eq!(used, Bucket::of_day(date(2026, 11, 23)).collect());
    }

    #[test]
    fn what_names_no_bucket_is_refused() {
        for text in [
            "",
            "20341122",
            "20341122-16",
            "20341122-7",
            "20341122-007",
            "20340230-01",
            "2034112-201",
            "2034+122-01",
            "20341122_01",
            "é0341122-01",
        ] {
            assert_eq!(Bucket::parse(text), Err(NotABucket), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_bucket_is_never_today_s_and_never_early_and_reads_back(
            due_in in -9_000..9_000_i64, patient in "[0-9a-z]{1,26}",
        ) {
            let due = TODAY.checked_add(due_in.days()).unwrap();
            let bucket = bucket_for(due, &patient, TODAY);
            prop_assert!(bucket.day > TODAY && bucket.day >= due && bucket.shard < SHARDS);
            prop_assert_eq!(Bucket::parse(&bucket.to_string()), Ok(bucket));
            let json = serde_json::to_string(&bucket).unwrap();
            prop_assert_eq!(serde_json::from_str::<Bucket>(&json).unwrap(), bucket);
        }
    }
}
