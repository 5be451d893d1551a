//! Days as people in the United Kingdom count them. Links end, children grow up and records are kept
//! by the calendar on the wall in London, not by UTC: on a summer night the two differ for an hour.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// An hour ahead from the last Sunday of March to the last of October, 01:00 UTC.
const RULE: &str = "GMT0BST,M3.5.0/1,M10.5.0";

/// No database of zones is needed: the rule is the whole of it. A test holds it to London.
static LONDON: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix(RULE).unwrap_or(TimeZone::UTC));

/// What calendar and clock on the wall say.
pub fn on_the_wall(at: Timestamp) -> DateTime {
    LONDON.to_datetime(at)
}

/// Which day it is: "today" of everybody who is born, is seen, or ages.
pub fn day_of(at: Timestamp) -> Date {
    on_the_wall(at).date()
}

/// When it is that time of that day. A time that the clock change leaves out is an hour later.
pub fn moment_of(day: Date, time: Time) -> Timestamp {
    LONDON.to_timestamp(DateTime::from_parts(day, time)).unwrap_or(Timestamp::MAX)
}

/// The first moment of a day. Clocks never change at midnight.
pub fn start_of(day: Date) -> Timestamp {
    moment_of(day, Time::midnight())
}

/// The day that ends at this very moment, where one does.
pub fn day_that_ends(at: Timestamp) -> Option<Date> {
    let begins = day_of(at);
    let is_midnight = start_of(begins) == at;
    is_midnight.then(|| begins.checked_sub(1.day()).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_summer_night_is_a_day_ahead_of_utc_for_an_hour() {
        assert_eq!(day_of(at("2026-07-01T22:59:59Z")), date(2026, 7, 1));
        assert_eq!(day_of(at("2026-07-01T23:00:00Z")), date(2026, 7, 2));
        assert_eq!(day_of(at("2026-12-01T23:59:59Z")), date(2026, 12, 1));
    }

    #[test]
    fn the_clocks_change_on_the_last_sundays_of_march_and_october() {
        for (before, after, clock) in [
            ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", (0, 2)),
            ("2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z", (1, 1)),
            ("2027-03-28T00:59:59Z", "2027-03-28T01:00:00Z", (0, 2)),
            ("2027-10-31T00:59:59Z", "2027-10-31T01:00:00Z", (1, 1)),
        ] {
            let hours = (on_the_wall(at(before)).hour(), on_the_wall(at(after)).hour());
            assert_eq!(hours, clock, "{after}");
        }
    }

    #[test]
    fn a_day_of_a_clock_change_has_23_or_25_hours() {
        let hours =
            |day: Date| start_of(day.tomorrow().unwrap()).duration_since(start_of(day)).as_hours();
        assert_eq!(hours(date(2026, 3, 29)), 23);
        assert_eq!(hours(date(2026, 10, 25)), 25);
        assert_eq!(hours(date(2026, 7, 1)), 24);
    }

    #[test]
    fn only_midnight_ends_a_day() {
        assert_eq!(day_that_ends(at("2026-07-01T23:00:00Z")), Some(date(2026, 7, 1)));
        assert_eq!(day_that_ends(at("2026-12-11T00:00:00Z")), Some(date(2026, 12, 10)));
        assert_eq!(day_that_ends(at("2026-07-02T00:00:00Z")), None);
        assert_eq!(day_that_ends(at("2026-12-11T00:00:01Z")), None);
    }

    #[test]
    fn a_time_that_the_clocks_leave_out_is_an_hour_later() {
        let left_out = moment_of(date(2026, 3, 29), time(1, 30, 0, 0));
        assert_eq!(on_the_wall(left_out).time(), time(2, 30, 0, 0));
        assert_eq!(moment_of(Date::MAX, Time::MAX), Timestamp::MAX);
    }

    proptest! {
        #[test]
        fn every_moment_lies_between_the_first_of_its_day_and_the_first_of_the_next(
            second in 0..4_000_000_000_i64,
        ) {
            let now = Timestamp::from_second(second).unwrap();
            let day = day_of(now);
            let next = start_of(day.tomorrow().unwrap());
            prop_assert!(start_of(day) <= now && now < next);
            prop_assert_eq!(day_that_ends(next), Some(day));
            prop_assert!(now.duration_since(start_of(day)) < SignedDuration::from_hours(25));
        }
    }
}
