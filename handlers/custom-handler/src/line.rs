//! Lines: a `tracing` event as one flat JSON object, written straight into the buffer.
//!
//! `{"timestamp":…,"level":…,"message":…,…,"invocation":…,"function":…}`: the event's own fields,
//! then those of the spans around it. The formatter that comes with tracing-subscriber parses the
//! fields of a span again for each event, which cost more than the rest of an invocation together.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Formats events.
pub(crate) struct Line;

/// Formats the fields of spans: `,"name":value` for each, ready to stand in a line.
pub(crate) struct Members;

impl<S> FormatEvent<S, Members> for Line
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, Members>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        line.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut line)?;
        write!(line, "\",\"level\":\"{}\"", event.metadata().level())?;
        Members.format_fields(line.by_ref(), event)?;
        for span in context.event_scope().into_iter().flatten() {
            if let Some(members) = span.extensions().get::<FormattedFields<Members>>() {
                line.write_str(&members.fields)?;
            }
        }
        line.write_str("}\n")
    }
}

impl<'w> FormatFields<'w> for Members {
    fn format_fields<R: RecordFields>(&self, line: Writer<'w>, fields: R) -> fmt::Result {
        let mut visit = WriteMembers { line, result: Ok(()) };
        fields.record(&mut visit);
        visit.result
    }

    /// What a span learns later stands behind what it began with.
    fn add_fields(
        &self,
        current: &'w mut FormattedFields<Self>,
        fields: &Record<'_>,
    ) -> fmt::Result {
        self.format_fields(current.as_writer(), fields)
    }
}

struct WriteMembers<'w> {
    line: Writer<'w>,
    result: fmt::Result,
}

impl WriteMembers<'_> {
    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.result.is_ok() {
            self.result =
                write!(self.line, ",\"{}\":", field.name()).and_then(|()| value(&mut self.line));
        }
    }

    fn text(&mut self, field: &Field, text: fmt::Arguments<'_>) {
        self.member(field, |line| {
            line.write_char('"')?;
            Escaped(line).write_fmt(text)?;
            line.write_char('"')
        });
    }
}

impl Visit for WriteMembers<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |line| write!(line, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |line| write!(line, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |line| write!(line, "{value}"));
    }
}

/// Text on its way into a JSON string.
struct Escaped<'a, W>(&'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let special = |c: char| c == '"' || c == '\\' || c.is_control();
        let mut rest = text;
        while let Some((plain, c, after)) = rest.find(special).and_then(|at| {
            let (plain, from) = rest.split_at(at);
            let c = from.chars().next()?;
            Some((plain, c, from.get(c.len_utf8()..)?))
        }) {
            self.0.write_str(plain)?;
            write!(self.0, "\\u{:04x}", u32::from(c))?;
            rest = after;
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::from("\"");
        Escaped(&mut out).write_str(text).unwrap();
        out + "\""
    }

    // A line is a line: what stands in a field cannot end it or begin another.
    #[test]
    fn a_field_cannot_forge_a_line() {
        assert_eq!(escaped("a\n{\"b\":1}\u{85}\\"), r#""a\u000a{\u0022b\u0022:1}\u0085\u005c""#);
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_from_its_json(text in any::<String>()) {
            let json = escaped(&text);

            prop_assert!(!json.contains(char::is_control));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
