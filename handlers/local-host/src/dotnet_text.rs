//! Scalars in the words of .NET's invariant culture: what the host writes where it turns a JSON
//! value into text.

use jiff::tz::Offset;
use serde_json::Number;

use crate::ordered_json::Json;

/// The text that the host makes of one value: `True`, `1.5`, `1000` for `1e3`,
/// `04/06/2024 15:30:00` for an ISO date, nothing for null, indented JSON for objects and arrays.
pub(crate) fn dotnet_text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number_text(number),
        Json::Text(text) => {
            IsoDate::parse(text).map_or_else(|| text.clone(), |date| date.invariant())
        }
        Json::Array(_) | Json::Object(_) => with_dates_rewritten(value).to_indented(),
    }
}

/// Newtonsoft reads every text that looks like an ISO date as a date, also deep inside, and
/// writes it back in its own form: less trailing zeros, offsets turned to this machine's UTC.
fn with_dates_rewritten(value: &Json) -> Json {
    match value {
        Json::Text(text) => {
            Json::Text(IsoDate::parse(text).map_or_else(|| text.clone(), |date| date.iso()))
        }
        Json::Array(items) => Json::Array(items.iter().map(with_dates_rewritten).collect()),
        Json::Object(members) => Json::Object(
            members.iter().map(|(name, v)| (name.clone(), with_dates_rewritten(v))).collect(),
        ),
        other => other.clone(),
    }
}

/// .NET turns to the exponent form from 1E+15 on and from 1E-05 down; integers never take it.
fn number_text(number: &Number) -> String {
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..15).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}E{sign}{:02}", exponent.abs())
        }
        _ => format!("{value}"),
    }
}

/// A text that Newtonsoft.Json takes for a date: `yyyy-MM-ddTHH:mm:ss`, up to seven digits of a
/// second, then `Z`, an offset, or nothing.
struct IsoDate {
    moment: jiff::civil::DateTime,
    kind: DateKind,
}

#[derive(Clone, Copy, PartialEq)]
enum DateKind {
    Utc,
    Local,
    Unspecified,
}

impl IsoDate {
    fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_shaped = bytes.get(10) == Some(&b'T')
            && bytes.get(13) == Some(&b':')
            && bytes.get(16) == Some(&b':');
        if !is_shaped || !text.is_ascii() {
            return None;
        }
        let end = text
            .char_indices()
            .skip(19)
            .find(|(_, c)| !c.is_ascii_digit() && *c != '.')
            .map_or(text.len(), |(at, _)| at);
        let (clock, zone) = text.split_at(end);
        let moment: jiff::civil::DateTime = clock.parse().ok()?;
        let kind = match zone {
            "" => DateKind::Unspecified,
            "Z" => DateKind::Utc,
            _ => DateKind::Local,
        };
        let moment = if kind == DateKind::Local {
            let offset = offset_seconds(zone)?;
            let offset = Offset::from_seconds(offset).ok()?;
            Offset::UTC.to_datetime(offset.to_timestamp(moment).ok()?)
        } else {
            moment
        };
        Some(Self { moment, kind })
    }

    fn invariant(&self) -> String {
        self.moment.strftime("%m/%d/%Y %H:%M:%S").to_string()
    }

    fn iso(&self) -> String {
        let zone = match self.kind {
            DateKind::Utc => "Z",
            // The machine's zone is UTC, as on Azure.
            DateKind::Local => "+00:00",
            DateKind::Unspecified => "",
        };
        let whole = self.moment.strftime("%Y-%m-%dT%H:%M:%S");
        let ticks = self.moment.subsec_nanosecond() / 100;
        if ticks == 0 {
            return format!("{whole}{zone}");
        }
        let fraction = format!("{ticks:07}");
        format!("{whole}.{}{zone}", fraction.trim_end_matches('0'))
    }
}

/// `+hh`, `+hhmm` or `+hh:mm`.
fn offset_seconds(zone: &str) -> Option<i32> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replacen(':', "", 1);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = match digits.get(2..) {
        None | Some("") => 0,
        Some(text) if text.len() == 2 => text.parse().ok()?,
        Some(_) => return None,
    };
    Some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(json: &str) -> String {
        dotnet_text(&Json::parse(json.as_bytes()).unwrap())
    }

    #[test]
    fn booleans_start_with_a_capital() {
        assert_eq!((text_of("true"), text_of("false")), ("True".into(), "False".into()));
    }

    #[test]
    fn numbers_lose_their_padding_and_take_the_exponent_where_dotnet_does() {
        for (json, text) in [
            ("7", "7"),
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("0.1", "0.1"),
            ("12345678901234567890", "12345678901234567890"),
            ("1e14", "100000000000000"),
            ("1e15", "1E+15"),
            ("1.25e300", "1.25E+300"),
            ("0.00001", "1E-05"),
            ("0.0001", "0.0001"),
            ("-2.5", "-2.5"),
        ] {
            assert_eq!(text_of(json), text, "{json}");
        }
    }

    #[test]
    fn what_looks_like_an_iso_date_is_written_the_american_way() {
        for (iso, text) in [
            ("2024-04-06T15:30:00Z", "04/06/2024 15:30:00"),
            ("2026-01-02T03:04:05.1234567Z", "01/02/2026 03:04:05"),
            ("2024-04-06T15:30:00", "04/06/2024 15:30:00"),
            ("2024-04-06T17:30:00+02:00", "04/06/2024 15:30:00"),
            ("2024-04-06T10:00:00-0530", "04/06/2024 15:30:00"),
        ] {
            assert_eq!(text_of(&format!("\"{iso}\"")), text);
        }
    }

    #[test]
    fn what_only_resembles_a_date_stays() {
        for text in [
            "2024-04-06",
            "2024-04-06 15:30:00",
            "2024-13-06T15:30:00Z",
            "T",
            "2024-04-06T15:30:00 o'clock",
            "2024-04-06T15:30:00+2",
            "",
            "é024-04-06T15:30:00",
        ] {
            assert_eq!(text_of(&format!("\"{text}\"")), text);
        }
    }

    #[test]
    fn a_date_inside_an_object_stays_iso_in_its_shortest_form() {
        assert_eq!(
            text_of(r#"{"c":"2024-04-06T15:30:00Z","d":"2024-04-06T17:30:00.1200000+02:00"}"#),
            "{\n  \"c\": \"2024-04-06T15:30:00Z\",\n  \"d\": \"2024-04-06T15:30:00.12+00:00\"\n}"
        );
    }
}
