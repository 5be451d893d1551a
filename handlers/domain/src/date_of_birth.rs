//! Dates of birth: one of the two things a patient is known by (R22, R24).

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Nobody we can meet was born longer ago, in whole years.
const OLDEST: i16 = 130;

/// A day in the calendar, not in the future and not more than 130 years ago when it was entered.
/// On the wire `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateOfBirth(Date);

/// Why a date is not a date of birth; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADateOfBirth {
    /// Not `YYYY-MM-DD`.
    #[error("Enter a date of birth with a day, a month and a year, like 31 3 1980")]
    DateExpected,
    /// 30 February, month 13.
    #[error("This date of birth is not in the calendar. Check the day and the month")]
    NotInCalendar,
    /// Later than today.
    #[error("The date of birth is in the future. Check the year")]
    InFuture,
    /// Over 130 years ago.
    #[error("The date of birth is more than 130 years ago. Check the year")]
    TooLongAgo,
}

impl DateOfBirth {
    /// Reads `YYYY-MM-DD` and nothing more lenient: a guess at the order of day and month would
    /// lock a patient out of their own link.
    pub fn parse(text: &str, today: Date) -> Result<Self, NotADateOfBirth> {
        let parts: Vec<&str> = text.trim().split('-').collect();
        let [year, month, day] = parts.as_slice() else {
            return Err(NotADateOfBirth::DateExpected);
        };
        let number = |part: &str, width| {
            let is_number = part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
            if is_number { part.parse().ok() } else { None }
        };
        match (number(day, 2), number(month, 2), number(year, 4)) {
            (Some(day), Some(month), Some(year)) => Self::from_parts(day, month, year, today),
            _ => Err(NotADateOfBirth::DateExpected),
        }
    }

    /// From the three fields of a form.
    pub fn from_parts(
        day: u16,
        month: u16,
        year: u16,
        today: Date,
    ) -> Result<Self, NotADateOfBirth> {
        let date = i8::try_from(day)
            .ok()
            .zip(i8::try_from(month).ok())
            .zip(i16::try_from(year).ok())
            .and_then(|((day, month), year)| Date::new(year, month, day).ok())
            .ok_or(NotADateOfBirth::NotInCalendar)?;
        if date > today {
            return Err(NotADateOfBirth::InFuture);
        }
        let born = Self(date);
        if born.age_on(today) > OLDEST {
            return Err(NotADateOfBirth::TooLongAgo);
        }
        Ok(born)
    }

    /// The day.
    pub fn date(&self) -> Date {
        self.0
    }

    /// Age in whole years; one born on 29 February is a year older on 1 March of other years, as
    /// English law counts. Negative before birth.
    pub fn age_on(&self, day: Date) -> i16 {
        let birthday_is_ahead = (day.month(), day.day()) < (self.0.month(), self.0.day());
        day.year() - self.0.year() - i16::from(birthday_is_ahead)
    }

    /// The first day of that age, in whole years.
    pub fn birthday(&self, age: u8) -> Date {
        let day = self.0.saturating_add(i64::from(age).years());
        // 29 February in a year without one.
        if day.day() < self.0.day() { day.saturating_add(1.day()) } else { day }
    }
}

impl fmt::Display for DateOfBirth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Says nothing: `Debug` ends in logs.
impl fmt::Debug for DateOfBirth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DateOfBirth(..)")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 22);

    fn born(text: &str) -> DateOfBirth {
        DateOfBirth::parse(text, TODAY).unwrap()
    }

    #[test]
    fn a_date_is_read_in_one_order_only_r22() {
        assert_eq!(born(" 1980-03-31 ").date(), date(1980, 3, 31));
        for text in [
            "",
            "31/03/1980",
            "31-03-1980",
            "1980-3-31",
            "80-03-31",
            "1980-03-31T00:00",
            "19800331",
            "111970",
            "+980-03-31",
            "1980-03-3１",
        ] {
            let refused = DateOfBirth::parse(text, TODAY);
            assert_eq!(refused, Err(NotADateOfBirth::DateExpected), "{text}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["1980-02-30", "1981-02-29", "1980-13-01", "1980-00-10", "1980-01-00"] {
            let refused = DateOfBirth::parse(text, TODAY);
            assert_eq!(refused, Err(NotADateOfBirth::NotInCalendar), "{text}");
        }
        let too_big = DateOfBirth::from_parts(300, 1, 1980, TODAY);
        assert_eq!(too_big, Err(NotADateOfBirth::NotInCalendar));
    }

    #[test]
    fn nobody_is_born_tomorrow_or_131_years_old() {
        assert!(DateOfBirth::parse("2026-11-22", TODAY).is_ok());
        assert_eq!(DateOfBirth::parse("2026-11-23", TODAY), Err(NotADateOfBirth::InFuture));
        assert!(DateOfBirth::parse("1895-11-23", TODAY).is_ok());
        assert_eq!(DateOfBirth::parse("1895-11-22", TODAY), Err(NotADateOfBirth::TooLongAgo));
    }

    #[test]
    fn age_grows_on_the_birthday() {
        let sam = born("1980-03-31");
        assert_eq!(sam.age_on(date(2026, 3, 30)), 45);
        assert_eq!(sam.age_on(date(2026, 3, 31)), 46);
    }

    #[test]
    fn who_is_born_on_29_february_has_birthday_on_1_march_in_other_years() {
        let leap = born("2004-02-29");
        assert_eq!(leap.age_on(date(2022, 2, 28)), 17);
        assert_eq!(leap.age_on(date(2022, 3, 1)), 18);
        assert_eq!(leap.birthday(18), date(2022, 3, 1));
        assert_eq!(leap.birthday(20), date(2024, 2, 29));
    }

    #[test]
    fn it_stands_in_documents_as_it_is_typed() {
        assert_eq!(serde_json::to_value(born("1980-03-31")).unwrap(), "1980-03-31");
        assert_eq!(born("1980-03-31").to_string(), "1980-03-31");
        assert_eq!(format!("{:?}", born("1980-03-31")), "DateOfBirth(..)");
    }

    proptest! {
        #[test]
        fn a_birthday_is_the_first_day_of_an_age(days in 0..40_000_i64, age in 0..100_u8) {
            let date = TODAY.checked_sub(days.days()).unwrap();
            let born = DateOfBirth::parse(&date.to_string(), TODAY).unwrap();
            let birthday = born.birthday(age);
            prop_assert_eq!(born.age_on(birthday), i16::from(age));
            prop_assert_eq!(born.age_on(birthday.yesterday().unwrap()), i16::from(age) - 1);
        }
    }
}
