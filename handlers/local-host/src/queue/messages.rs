//! The XML of the queue service: a list of messages in, one message out.

use jiff::Timestamp;

/// A message as Get Messages hands it out, hidden from others until `next_visible`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredMessage {
    pub id: String,
    pub inserted: Timestamp,
    /// `None` for one that never expires: the year 9999 ends beyond our calendar.
    pub expires: Option<Timestamp>,
    pub next_visible: Timestamp,
    pub pop_receipt: String,
    pub dequeue_count: u32,
    /// As it is stored, base64 or not.
    pub text: String,
}

/// Reads a `QueueMessagesList`. A message that lacks a member is left out: it comes again.
pub(super) fn parse_list(xml: &str) -> Vec<StoredMessage> {
    xml.split("<QueueMessage>")
        .skip(1)
        .filter_map(|part| parse_message(part.split("</QueueMessage>").next()?))
        .collect()
}

fn parse_message(xml: &str) -> Option<StoredMessage> {
    let moment = |name| parse_date(&element(xml, name)?);
    Some(StoredMessage {
        id: element(xml, "MessageId")?,
        inserted: moment("InsertionTime")?,
        expires: moment("ExpirationTime"),
        next_visible: moment("TimeNextVisible")?,
        pop_receipt: element(xml, "PopReceipt")?,
        dequeue_count: element(xml, "DequeueCount")?.parse().ok()?,
        text: element(xml, "MessageText")?,
    })
}

/// The body of Put Message.
pub(super) fn show_message(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessage><MessageText>{escaped}\
         </MessageText></QueueMessage>"
    )
}

pub(super) fn parse_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

pub(super) fn show_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn element(xml: &str, name: &str) -> Option<String> {
    if xml.contains(&format!("<{name}/>")) || xml.contains(&format!("<{name} />")) {
        return Some(String::new());
    }
    let (_, after) = xml.split_once(&format!("<{name}>"))?;
    let (inside, _) = after.split_once(&format!("</{name}>"))?;
    Some(unescape(inside))
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let Some((entity, behind)) = after.split_once(';') else {
            plain.push('&');
            rest = after;
            continue;
        };
        let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok();
        let character = match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            other => match other.strip_prefix("#x") {
                Some(digits) => number(digits, 16).and_then(char::from_u32),
                None => other
                    .strip_prefix('#')
                    .and_then(|digits| number(digits, 10))
                    .and_then(char::from_u32),
            },
        };
        if let Some(character) = character {
            plain.push(character);
        } else {
            plain.push('&');
            plain.push_str(entity);
            plain.push(';');
        }
        rest = behind;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_messages_is_read() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList>\
            <QueueMessage><MessageId>5974</MessageId>\
            <InsertionTime>Fri, 09 Oct 2026 21:04:30 GMT</InsertionTime>\
            <ExpirationTime>Fri, 16 Oct 2026 21:04:30 GMT</ExpirationTime>\
            <PopReceipt>YzQ4Yzg1</PopReceipt>\
            <TimeNextVisible>Fri, 09 Oct 2026 23:29:20 GMT</TimeNextVisible>\
            <DequeueCount>2</DequeueCount><MessageText>a &lt;b&gt; &amp;&#x41;</MessageText>\
            </QueueMessage><QueueMessage><MessageId>x</MessageId></QueueMessage>\
            </QueueMessagesList>";
        let messages = parse_list(xml);
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].dequeue_count, 2);
        assert_eq!(messages[0].text, "a <b> &A");
        assert_eq!(messages[0].next_visible.to_string(), "2026-10-09T23:29:20Z");
        assert!(parse_list("<QueueMessagesList/>").is_empty());
        let for_ever = xml.replace("16 Oct 2026 21:04:30", "31 Dec 9999 23:59:59");
        assert_eq!(parse_list(&for_ever)[0].expires, None);
    }

    #[test]
    fn dates_go_both_ways() {
        let text = "Sun, 22 Nov 2026 00:00:05 GMT";
        assert_eq!(show_date(parse_date(text).unwrap()), text);
    }

    #[test]
    fn a_message_is_escaped() {
        assert!(show_message("<a&b>").contains("<MessageText>&lt;a&amp;b&gt;</MessageText>"));
    }
}
