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
