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

    /// All buckets of a day.
    pub fn of_day(day: Date) -> impl Iterator<Item = Self> {
        (0..SHARDS).map(move |shard| Self { day, shard })
    }
}

/// Where a row that falls due belongs: into its day's bucket, but never into one of today or
/// earlier, which a night may have read already; what is due at once goes into tomorrow's.
pub fn bucket_for(due: Date, patient: &str, today: Date) -> Bucket {
    let tomorrow = today.checked_add(1.day()).unwrap_or(Date::MAX);
    let [first, ..] = <[u8; 32]>::from(Sha256::digest(patient));
    Bucket { day: due.max(tomorrow), shard: first % SHARDS }
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
