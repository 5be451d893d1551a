//! How often one member of staff may search: so often a minute and so often an hour. Nobody who works
//! with patients reaches it; whoever reads out the register does.
//!
//! Windows are those of the clock: a minute begins with its second 0. So a day's count needs nothing of
//! the day before, and at the turn of a minute twice as many may come close together: the hour's limit
//! counts these too.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The most searches of one member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchLimits {
    /// Within a minute.
    pub a_minute: u32,
    /// Within an hour.
    pub an_hour: u32,
}

/// The `searches` document of a person's day. A search is counted (If-Match) before anything is
/// looked up: what cannot be counted is not searched. The `refusals` document counts refused looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Searches {
    /// Of the current minute.
    pub minute: Window,
    /// Of the current hour.
    pub hour: Window,
}

/// A count and where it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// The first instant that counts.
    pub from: Timestamp,
    /// Searches since.
    pub counted: u32,
    /// True where the event about its limit is told.
    #[serde(default)]
    pub told: bool,
}

/// Which limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// That of the minute.
    Minute,
    /// That of the hour.
    Hour,
}

impl Limit {
    /// As it stands in the event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
        }
    }
}

/// What follows for one search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchVerdict {
    /// Write this down, then search.
    Counted(Searches),
    /// Search nothing.
    TooMany {
        /// Which limit it is.
        limit: Limit,
        /// From then on it may go.
        until: Timestamp,
        /// Where nobody has told of it yet: what is to be written together with the event. One event a
        /// window says all that there is to know; one a call would let a flood fill its own chain.
        untold: Option<Searches>,
    },
}

impl Searches {
    /// Judges one more search.
    pub fn count(&self, now: Timestamp, limits: SearchLimits) -> SearchVerdict {
        let mut next = Self { minute: self.minute.at(now, MINUTE), hour: self.hour.at(now, HOUR) };
        // The hour first: who waits for the minute alone would run into it again.
        let full = [
            (Limit::Hour, HOUR, limits.an_hour, next.hour),
            (Limit::Minute, MINUTE, limits.a_minute, next.minute),
        ]
        .into_iter()
        .find(|(_, _, most, window)| window.counted >= *most);
        let Some((limit, length, _, window)) = full else {
            next.minute.counted += 1;
            next.hour.counted += 1;
            return SearchVerdict::Counted(next);
        };
        let until = window.from.checked_add(length).unwrap_or(Timestamp::MAX);
        let place = match limit {
            Limit::Minute => &mut next.minute,
            Limit::Hour => &mut next.hour,
        };
        place.told = true;
        let untold = (!window.told).then_some(next);
        SearchVerdict::TooMany { limit, until, untold }
    }
}

impl Window {
    /// The window that holds `now`. One that begins later stays: another instance's clock stands a
    /// little ahead, and a count is never lost to that.
    fn at(self, now: Timestamp, length: SignedDuration) -> Self {
        let since = now.as_second().rem_euclid(length.as_secs());
        let from = Timestamp::from_second(now.as_second() - since).unwrap_or(now);
        if self.from >= from { self } else { Self { from, counted: 0, told: false } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SearchLimits = SearchLimits { a_minute: 3, an_hour: 5 };

    fn at(time: &str) -> Timestamp {
        format!("2026-11-22T{time}Z").parse().unwrap()
    }

    /// Searches one after the other; the count after those that may go.
    fn after(times: &[&str]) -> Searches {
        times.iter().fold(Searches::default(), |searches, time| {
            match searches.count(at(time), LIMITS) {
                SearchVerdict::Counted(next) => next,
                SearchVerdict::TooMany { .. } => panic!("{time} is too many"),
            }
        })
    }

    fn refused(searches: &Searches, time: &str) -> (Limit, Timestamp, Option<Searches>) {
        match searches.count(at(time), LIMITS) {
            SearchVerdict::TooMany { limit, until, untold } => (limit, until, untold),
            SearchVerdict::Counted(_) => panic!("{time} is counted"),
        }
    }

    #[test]
    fn the_limit_of_a_minute_holds_until_the_minute_is_over() {
        let full = after(&["10:00:01", "10:00:02", "10:00:59"]);
        let (limit, until, untold) = refused(&full, "10:00:59");
        assert_eq!((limit, until), (Limit::Minute, at("10:01:00")));
        assert!(untold.is_some());
        assert!(matches!(full.count(at("10:01:00"), LIMITS), SearchVerdict::Counted(_)));
    }

    #[test]
    fn the_limit_of_an_hour_holds_though_the_minute_has_room() {
        let full = after(&["10:00:01", "10:00:02", "10:10:00", "10:20:00", "10:30:00"]);
        let (limit, until, _) = refused(&full, "10:40:00");
        assert_eq!((limit, until), (Limit::Hour, at("11:00:00")));
        assert!(matches!(full.count(at("11:00:00"), LIMITS), SearchVerdict::Counted(_)));
    }

    #[test]
    fn a_window_s_limit_is_told_once_and_each_window_anew() {
        let full = after(&["10:00:01", "10:00:02", "10:00:03"]);
        let (.., told) = refused(&full, "10:00:04");
        let told = told.unwrap();
        assert_eq!(refused(&told, "10:00:05").2, None);
        assert_eq!(told.minute.counted, 3, "what is refused is not counted");
        let SearchVerdict::Counted(next) = told.count(at("10:01:00"), LIMITS) else { panic!() };
        assert!(!next.minute.told);
    }

    #[test]
    fn a_clock_that_stands_a_little_behind_loses_no_count() {
        let full = after(&["10:01:00", "10:01:00", "10:01:00"]);
        assert_eq!(refused(&full, "10:00:59").0, Limit::Minute);
    }

    #[test]
    fn what_is_stored_reads_back_and_older_documents_too() {
        let full = after(&["10:00:01"]);
        let json = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<Searches>(&json).unwrap(), full);
        let older = r#"{"minute":{"from":"2026-11-22T10:00:00Z","counted":1},
            "hour":{"from":"2026-11-22T10:00:00Z","counted":1}}"#;
        assert_eq!(serde_json::from_str::<Searches>(older).unwrap(), full);
    }
}
