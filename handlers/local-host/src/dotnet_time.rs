//! Moments as .NET writes them into JSON: seven digits of a second, trailing zeros cut.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `0001-01-01T00:00:00`: what .NET has for "never".
pub(crate) const NEVER_SECOND: i64 = -62_135_596_800;

/// `2026-11-22T00:00:00.1306343Z`.
pub(crate) fn utc(moment: Timestamp) -> String {
    format!("{}{}Z", seconds(moment), fraction(moment))
}

/// `2026-11-22T00:00:00.1306343+00:00`.
pub(crate) fn offset(moment: Timestamp) -> String {
    format!("{}{}+00:00", seconds(moment), fraction(moment))
}

/// `2026-11-22T00:00:00+00:00`: what went through text on its way has lost its fraction.
pub(crate) fn whole_offset(moment: Timestamp) -> String {
    format!("{}+00:00", seconds(moment))
}

fn seconds(moment: Timestamp) -> String {
    let civil = TimeZone::UTC.to_datetime(moment);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second()
    )
}

fn fraction(moment: Timestamp) -> String {
    let ticks = TimeZone::UTC.to_datetime(moment).subsec_nanosecond() / 100;
    if ticks == 0 {
        return String::new();
    }
    format!(".{ticks:07}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_look_as_recorded() {
        let moment: Timestamp = "2026-11-22T00:28:44.131651Z".parse().unwrap();
        assert_eq!(utc(moment), "2026-11-22T00:28:44.131651Z");
        assert_eq!(whole_offset(moment), "2026-11-22T00:28:44+00:00");
        let never = Timestamp::from_second(NEVER_SECOND).unwrap();
        assert_eq!(offset(never), "0001-01-01T00:00:00+00:00");
    }
}
