//! NCRONTAB: six fields from seconds to day of week, day and weekday both required to match.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// A parsed expression; every field is the set of its allowed values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cron {
    seconds: Field,
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
}

impl Cron {
    /// Reads six fields, or five (second 0). `None`: not an expression.
    pub fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let (second, rest) = match fields.as_slice() {
            [second, rest @ ..] if rest.len() == 5 => (*second, rest),
            rest if rest.len() == 5 => ("0", rest),
            _ => return None,
        };
        let [minute, hour, day, month, weekday] = rest else { return None };
        Some(Self {
            seconds: Field::parse(second, 0, 59, &[])?,
            minutes: Field::parse(minute, 0, 59, &[])?,
            hours: Field::parse(hour, 0, 23, &[])?,
            days: Field::parse(day, 1, 31, &[])?,
            months: Field::parse(month, 1, 12, &MONTHS)?,
            // Sunday is 0; 7 is an error.
            weekdays: Field::parse(weekday, 0, 6, &DAYS)?,
        })
    }

    /// The first moment strictly after `base`, in UTC. `None`: none within a century.
    pub fn next(&self, base: Timestamp) -> Option<Timestamp> {
        let utc = jiff::tz::TimeZone::UTC;
        let whole = Timestamp::from_second(base.as_second()).ok()?;
        let from = whole.checked_add(SignedDuration::from_secs(1)).ok()?;
        // Before 1970 as_second rounds towards zero, that is forward.
        let from = if whole > base { whole } else { from };
        let from: DateTime = utc.to_datetime(from);
        let mut date = from.date();
        let last = date.checked_add(100.years()).ok()?;
        while date <= last {
            if self.allows(date) {
                let midnight = date.at(0, 0, 0, 0);
                if let Some(moment) = self.next_in_day(midnight.max(from)) {
                    return moment.to_zoned(utc).ok().map(|zoned| zoned.timestamp());
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn allows(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset();
        self.months.has(date.month()) && self.days.has(date.day()) && self.weekdays.has(weekday)
    }

    fn next_in_day(&self, from: DateTime) -> Option<DateTime> {
        let (first_hour, first_minute) = (from.hour(), from.minute());
        for hour in self.hours.from(first_hour) {
            let minute = if hour == first_hour { first_minute } else { 0 };
            for minute in self.minutes.from(minute) {
                let same = hour == first_hour && minute == first_minute;
                let second = if same { from.second() } else { 0 };
                if let Some(second) = self.seconds.from(second).next() {
                    return Some(from.date().at(hour, minute, second, 0));
                }
            }
        }
        None
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field(u64);

impl Field {
    fn parse(text: &str, least: i8, most: i8, names: &[&str]) -> Option<Self> {
        text.split(',').try_fold(Self(0), |all, part| {
            let one = Self::part(part, least, most, names)?;
            Some(Self(all.0 | one.0))
        })
    }

    fn part(text: &str, least: i8, most: i8, names: &[&str]) -> Option<Self> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u8>().ok().filter(|step| *step > 0)?)),
            None => (text, None),
        };
        let value = |text: &str| {
            let value = if text.starts_with(|first: char| first.is_ascii_digit()) {
                text.parse().ok()?
            } else {
                let index = named(text, names)?;
                least.checked_add(i8::try_from(index).ok()?)?
            };
            (least..=most).contains(&value).then_some(value)
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (value(from)?, value(to)?),
            // `a/n` runs to the end, `a` alone does not.
            None => (value(range)?, if step.is_some() { most } else { value(range)? }),
        };
        // Reversed bounds are swapped.
        let (from, to) = (from.min(to), from.max(to));
        let steps = (from..=to).step_by(usize::from(step.unwrap_or(1)));
        Some(Self(steps.fold(0, |set, value| set | bit(value))))
    }

    fn has(self, value: i8) -> bool {
        self.0 & bit(value) != 0
    }

    fn from(self, first: i8) -> impl Iterator<Item = i8> {
        (first..60).filter(move |value| self.has(*value))
    }
}

fn bit(value: i8) -> u64 {
    1_u64.checked_shl(u32::from(value.unsigned_abs())).unwrap_or(0)
}

/// The first name that begins so, in any case.
fn named(text: &str, names: &[&str]) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    names.iter().position(|name| !text.is_empty() && name.starts_with(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, base: &str) -> String {
        let next = Cron::parse(expression).unwrap().next(base.parse().unwrap());
        next.map_or("never".to_owned(), |next| next.to_string())
    }

    #[test]
    fn the_next_moment_is_strictly_after_the_base() {
        let base = "2026-11-22T00:00:00Z";
        assert_eq!(next("0 * * * * *", base), "2026-11-22T00:01:00Z");
        assert_eq!(next("0 0 2 * * *", base), "2026-11-22T02:00:00Z");
        assert_eq!(next("0 0 2 * * *", "2026-11-22T02:00:00Z"), "2026-11-23T02:00:00Z");
        assert_eq!(next("0 0 2 * * *", "2026-11-22T01:59:59.9Z"), "2026-11-22T02:00:00Z");
        assert_eq!(next("0 */15 * * * *", "2026-12-31T23:45:01Z"), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn day_and_weekday_must_both_match() {
        assert_eq!(next("0 0 0 13 * 5", "2026-11-22T00:00:00Z"), "2027-08-13T00:00:00Z");
    }

    #[test]
    fn sunday_is_zero_and_seven_is_refused() {
        assert_eq!(next("0 0 0 * * 0", "2026-11-23T00:00:00Z"), "2026-11-29T00:00:00Z");
        assert_eq!(Cron::parse("0 0 0 * * 7"), None);
    }

    #[test]
    fn five_fields_have_second_zero() {
        assert_eq!(Cron::parse("*/5 * * * *"), Cron::parse("0 */5 * * * *"));
    }

    #[test]
    fn names_ranges_lists_and_steps_are_read() {
        assert_eq!(Cron::parse("0 0 0 * Jan-mar MON"), Cron::parse("0 0 0 * 1,2,3 1"));
        assert_eq!(Cron::parse("0 0 9-5 * * *"), Cron::parse("0 0 5-9 * * *"));
        assert_eq!(Cron::parse("5/20 0 0 * * *"), Cron::parse("5,25,45 0 0 * * *"));
        assert_eq!(Cron::parse("0 0 1-9/4 * * *"), Cron::parse("0 0 1,5,9 * * *"));
    }

    #[test]
    fn what_the_host_does_not_know_is_refused() {
        for wrong in [
            "",
            "* * * *",
            "0 0 0 L * *",
            "? * * * * *",
            "@daily",
            "60 * * * * *",
            "0 0 0 0 * *",
            "0 0 0 * 13 *",
            "*/0 * * * * *",
            "0 0 0 * * 1#2",
            "-1 * * * * *",
            "0 0 0 * * * *",
        ] {
            assert_eq!(Cron::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_that_never_comes_never_comes() {
        assert_eq!(next("0 0 0 30 2 *", "2026-11-22T00:00:00Z"), "never");
        assert_eq!(next("0 0 0 29 2 *", "2026-11-22T00:00:00Z"), "2028-02-29T00:00:00Z");
    }

    proptest::proptest! {
        #[test]
        fn the_next_moment_always_lies_ahead_and_matches(
            base in 0_i64..4_000_000_000,
            second in 0_i8..60,
            hour in 0_i8..24,
        ) {
            let base = Timestamp::from_second(base).unwrap();
            let cron = Cron::parse(&format!("{second} */7 {hour} * * *")).unwrap();
            let next = cron.next(base).unwrap();
            let civil = jiff::tz::TimeZone::UTC.to_datetime(next);
            proptest::prop_assert!(next > base);
            proptest::prop_assert!(next.duration_since(base) <= SignedDuration::from_hours(25));
            proptest::prop_assert_eq!((civil.second(), civil.hour()), (second, hour));
            proptest::prop_assert_eq!(civil.minute() % 7, 0);
        }
    }
}
