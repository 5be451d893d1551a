//! .NET's `TimeSpan` as host.json writes it: `[d.]hh:mm[:ss[.fffffff]]`, or days alone.

use std::time::Duration;

/// Reads a `TimeSpan` that is not negative.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(days) = text.parse::<u64>() {
        return Some(Duration::from_secs(days.checked_mul(86_400)?));
    }
    let mut parts = text.split(':');
    let (first, minutes, seconds) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let (days, hours) = (number(days, u64::MAX / 86_400)?, number(hours, 23)?);
    let (minutes, seconds) = (number(minutes, 59)?, number(seconds, 59)?);
    if fraction.len() > 7 || fraction.is_empty() {
        return None;
    }
    let nanos = number(&format!("{fraction:0<9}"), u64::MAX)?;
    let whole = (days * 86_400).checked_add(hours * 3_600)?.checked_add(minutes * 60 + seconds)?;
    Some(Duration::new(whole, u32::try_from(nanos).ok()?))
}

/// Writes the constant (`c`) form: `00:00:12`, `1.00:00:00`.
pub(crate) fn show(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    let fraction = match span.subsec_nanos() / 100 {
        0 => String::new(),
        ticks => format!(".{ticks:07}"),
    };
    format!("{days}{hours:02}:{:02}:{:02}{fraction}", seconds / 60 % 60, seconds % 60)
}

fn number(text: &str, most: u64) -> Option<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number| *number <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_the_host_reads_them() {
        assert_eq!(parse("00:05:00"), Some(Duration::from_mins(5)));
        assert_eq!(parse("1.00:00:00"), Some(Duration::from_hours(24)));
        assert_eq!(parse("00:00:00.5"), Some(Duration::from_millis(500)));
        assert_eq!(parse("7"), Some(Duration::from_hours(7 * 24)));
        for wrong in ["", "x", "24:00:00", "00:60:00", "1:2:3:4", "-00:01:00", "00:00:00."] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn spans_are_shown_as_the_host_shows_them() {
        assert_eq!(show(Duration::from_secs(12)), "00:00:12");
        assert_eq!(show(Duration::from_secs(90_061)), "1.01:01:01");
        assert_eq!(show(Duration::from_millis(1_500)), "00:00:01.5000000");
    }
}
