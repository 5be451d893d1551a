//! A day of one member of staff: what they searched for and what was refused to them, as an event chain
//! of its own in `register`. No two people share a head, so nobody's looks hold up another's.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::sha256_hex::Sha256Hex;

/// Prefix of these partitions, and of the documents that lead to a person's last days.
pub const SEEN: &str = "seen-";
/// Id of the document that counts a day's searches.
pub const SEARCHES: &str = "searches";
/// Id of the one that counts its refused looks.
pub const REFUSALS: &str = "refusals";

/// Names the partition `seen-{controller}-{yyyymmdd}-{staff row}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDay {
    /// Whose staff.
    pub controller: String,
    /// UTC.
    pub day: Date,
    /// Id of their row in the staff directory.
    pub staff: Sha256Hex,
}

impl SeenDay {
    /// The partition in `register`. It is longer than any controller's id, and than any id in a path.
    pub fn partition(&self) -> String {
        format!("{SEEN}{}-{}-{}", self.controller, compact(self.day), self.staff)
    }

    /// Reads a partition's name; `None` for what is no such day.
    pub fn parse(partition: &str) -> Option<Self> {
        // From the end: a controller's id may hold hyphens, and what follows it may not.
        let (rest, staff) = partition.strip_prefix(SEEN)?.rsplit_once('-')?;
        let (controller, day) = rest.rsplit_once('-')?;
        let staff = Sha256Hex::parse(staff).ok()?;
        let day = Date::strptime("%Y%m%d", day).ok()?;
        let seen = Self { controller: controller.to_owned(), day, staff };
        (seen.partition() == partition).then_some(seen)
    }
}

/// `20261122`, as it stands in names of buckets and partitions.
pub fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// The `seen-{staff row}` document in the controller's own partition: on which days somebody looked
/// last, so that the first event of a new day finds the chain of the day before.
///
/// It is written before the day that it names, so the newest day may hold nothing. That is why it
/// keeps two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastDays {
    /// Newest first, two at the most.
    pub days: Vec<Date>,
}

impl LastDays {
    /// Days before `day`, newest first.
    pub fn before(&self, day: Date) -> impl Iterator<Item = Date> + '_ {
        self.days.iter().copied().filter(move |other| *other < day)
    }

    /// With `day`, and the day before it that holds something.
    #[must_use]
    pub fn with(&self, day: Date, before: Option<Date>) -> Self {
        let later = self.days.iter().copied().filter(|other| *other > day);
        let mut days: Vec<Date> = later.chain([day]).chain(before).collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        days.dedup();
        days.truncate(2);
        Self { days }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const SUNDAY: Date = date(2026, 11, 22);
    const MONDAY: Date = date(2026, 11, 23);
    const FRIDAY: Date = date(2026, 11, 20);

    #[test]
    fn a_partition_says_whose_day_it_is() {
        let staff = Sha256Hex::of("demo-asha");
        let day = SeenDay { controller: "north-20261121".into(), day: SUNDAY, staff };
        let partition = day.partition();
        assert!(partition.starts_with("seen-north-20261121-20261122-"), "{partition}");
        assert_eq!(SeenDay::parse(&partition), Some(day));
        assert!(!crate::ids::is_id(&partition), "no path leads there");
    }

    #[test]
    fn what_names_no_day_is_none() {
        let staff = Sha256Hex::of("demo-asha");
        for text in [
            String::new(),
            "01jd3x8k2m9qwertyasdfghzxc".into(),
            format!("seen-{staff}"),
            format!("seen-riverside-{staff}"),
            format!("seen-riverside-2026112-{staff}"),
            format!("seen-riverside-20261132-{staff}"),
            format!("seen-riverside-20261122-{staff}0"),
            format!("seen-riverside-20261122-{}", staff.as_str().to_uppercase()),
            format!("seen-riverside-+2026112-{staff}"),
        ] {
            assert_eq!(SeenDay::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn a_day_that_was_named_and_never_came_hides_none_before_it() {
        let days = LastDays::default().with(FRIDAY, None).with(SUNDAY, Some(FRIDAY));
        assert_eq!(days.before(MONDAY).collect::<Vec<_>>(), [SUNDAY, FRIDAY]);
        // Nothing stands in Sunday's partition: Friday is the day before Monday.
        assert_eq!(days.with(MONDAY, Some(FRIDAY)).days, [MONDAY, FRIDAY]);
    }

    #[test]
    fn the_same_day_twice_is_one() {
        let days = LastDays::default().with(SUNDAY, Some(FRIDAY)).with(SUNDAY, Some(FRIDAY));
        assert_eq!(days.days, [SUNDAY, FRIDAY]);
    }

    proptest! {
        #[test]
        fn every_partition_reads_back_as_its_day(
            controller in "[A-Za-z0-9_-]{1,64}", days in 0..9_000_i64, subject in "[a-z]{0,8}",
        ) {
            let day = SUNDAY.checked_add(jiff::Span::new().days(days)).unwrap();
            let seen = SeenDay { controller, day, staff: Sha256Hex::of(subject) };
            prop_assert_eq!(SeenDay::parse(&seen.partition()), Some(seen));
        }
    }
}
