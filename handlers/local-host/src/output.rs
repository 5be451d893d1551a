//! What a queue output binding writes for one value of a handler's reply.
//!
//! The conversion has two traps, both the real host's own: a text that happens to be base64 is
//! decoded (`"test"` puts the three bytes b5 eb 2d), and a text that looks like an ISO date is
//! rewritten. Source: recordings of output bindings (host 4.1037).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::dotnet_text::dotnet_text;
use crate::ordered_json::Json;

/// .NET's `Convert.FromBase64String`: padding is a must, stray bits at the end are not looked at.
const DOTNET_BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes of each message, before the queue's own base64 encoding.
///
/// `value` is the binding's member of `Outputs` (or `ReturnValue`); `binary` says that the binding
/// has `"dataType": "binary"`, for which no base64 is decoded. Null and an empty array write none.
pub(crate) fn queue_messages(value: &Json, binary: bool) -> Vec<Vec<u8>> {
    match value {
        Json::Null => Vec::new(),
        Json::Array(items) => items.iter().map(|item| dotnet_text(item).into_bytes()).collect(),
        Json::Text(text) => text_messages(text, binary),
        other => vec![dotnet_text(other).into_bytes()],
    }
}

fn text_messages(text: &str, binary: bool) -> Vec<Vec<u8>> {
    if let Some(bytes) = (!binary).then(|| dotnet_base64(text)).flatten() {
        return vec![bytes];
    }
    match Json::parse(text.as_bytes()) {
        Ok(array @ Json::Array(_)) => queue_messages(&array, binary),
        Ok(object @ Json::Object(_)) => vec![dotnet_text(&object).into_bytes()],
        _ => vec![dotnet_text(&Json::Text(text.to_owned())).into_bytes()],
    }
}

fn dotnet_base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    DOTNET_BASE64.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages for one JSON value as text; those that are no text as `0x…`.
    fn messages(json: &str, binary: bool) -> Vec<String> {
        queue_messages(&Json::parse(json.as_bytes()).unwrap(), binary)
            .into_iter()
            .map(|bytes| {
                String::from_utf8(bytes).unwrap_or_else(|e| format!("{:02x?}", e.into_bytes()))
            })
            .collect()
    }

    #[test]
    fn a_text_that_happens_to_be_base64_is_decoded() {
        assert_eq!(messages(r#""test""#, false), ["[b5, eb, 2d]"]);
        assert_eq!(messages(r#""true""#, false), ["[b6, bb, 9e]"]);
        assert_eq!(messages(r#""te st\n""#, false), ["[b5, eb, 2d]"]);
        assert_eq!(messages(r#""""#, false), [""]);
        assert_eq!(messages(r#""/wBieXRlcw==""#, false), ["[ff, 00, 62, 79, 74, 65, 73]"]);
    }

    #[test]
    fn what_is_nearly_base64_stays() {
        for text in ["plain text", "tests", "tes=t", "QQ=", "tést", "a-b_"] {
            assert_eq!(messages(&format!("\"{text}\""), false), [text]);
        }
    }

    #[test]
    fn bits_that_stick_out_are_dropped() {
        assert_eq!(messages(r#""QR==""#, false), ["A"]);
    }

    #[test]
    fn a_binary_binding_decodes_nothing() {
        assert_eq!(messages(r#""Ynl0ZXM=""#, true), ["Ynl0ZXM="]);
        assert_eq!(messages(r#""plain text""#, true), ["plain text"]);
    }

    #[test]
    fn base64_of_json_is_written_as_its_bytes_and_json_itself_is_laid_out_anew() {
        assert_eq!(messages(r#""eyJhIjoxfQ==""#, false), [r#"{"a":1}"#]);
        assert_eq!(
            messages(r#""{\"a\":1,\"b\":[1,2]}""#, false),
            ["{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}"]
        );
        assert_eq!(messages(r#"{"a":1}"#, false), ["{\n  \"a\": 1\n}"]);
    }

    #[test]
    fn an_array_is_one_message_for_each_element_and_decodes_none_of_them() {
        assert_eq!(messages(r#"["test","m2"]"#, false), ["test", "m2"]);
        assert_eq!(messages(r#""[\"m1\",\"m2\"]""#, false), ["m1", "m2"]);
        assert_eq!(
            messages(r#"[1,"two",null,{"d":4},[5]]"#, false),
            ["1", "two", "", "{\n  \"d\": 4\n}", "[\n  5\n]"]
        );
        assert!(messages("[]", false).is_empty());
    }

    #[test]
    fn scalars_are_written_as_dotnet_writes_them_and_null_not_at_all() {
        assert_eq!(messages("true", false), ["True"]);
        assert_eq!(messages("7", false), ["7"]);
        assert_eq!(messages("1.5", false), ["1.5"]);
        assert!(messages("null", false).is_empty());
    }

    #[test]
    fn an_iso_date_is_rewritten() {
        assert_eq!(messages(r#""2024-04-06T15:30:00Z""#, false), ["04/06/2024 15:30:00"]);
        assert_eq!(messages(r#"["2024-04-06T15:30:00Z"]"#, false), ["04/06/2024 15:30:00"]);
    }
}
