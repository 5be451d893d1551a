//! `SharedKey`: who calls the queues proves to have the account's key (Microsoft, "Authorize with
//! Shared Key", Blob and Queue services, version 2015-02-21 and later).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::header;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::call::Call;
use super::refusal::Refusal;
use crate::store::ACCOUNT;

/// How far a request's date may be from ours, either way.
const SKEW: SignedDuration = SignedDuration::from_mins(15);
/// The headers that the signature takes in by place; the date's stays empty beside `x-ms-date`.
const BY_PLACE: [header::HeaderName; 11] = [
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::HeaderName::from_static("content-md5"),
    header::CONTENT_TYPE,
    header::DATE,
    header::IF_MODIFIED_SINCE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_UNMODIFIED_SINCE,
    header::RANGE,
];

/// Refuses a call that was not signed with `key` about now.
pub(crate) fn verify(call: &Call, key: &[u8], now: Timestamp) -> Result<(), Refusal> {
    let given = call.header("authorization")?.ok_or(Refusal::AuthorizationFailure)?;
    let claimed = given
        .strip_prefix("SharedKey ")
        .and_then(|given| given.split_once(':'))
        .filter(|(account, _)| *account == ACCOUNT)
        .and_then(|(_, signature)| STANDARD.decode(signature).ok())
        .ok_or(Refusal::AuthenticationFailed)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Refusal::AuthenticationFailed)?;
    mac.update(string_to_sign(call).as_bytes());
    if !bool::from(mac.finalize().into_bytes().as_slice().ct_eq(&claimed)) {
        return Err(Refusal::AuthenticationFailed);
    }
    let date = call.header("x-ms-date")?.or(call.header("date")?);
    let date = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    match date {
        Some(date) if now.duration_since(date).abs() <= SKEW => Ok(()),
        _ => Err(Refusal::AuthenticationFailed),
    }
}

fn string_to_sign(call: &Call) -> String {
    let has_own_date = call.headers.contains_key("x-ms-date");
    let mut lines = vec![call.method.as_str().to_owned()];
    for name in BY_PLACE {
        let value = call.headers.get(&name).and_then(|value| value.to_str().ok());
        lines.push(match value {
            Some(_) if name == header::DATE && has_own_date => String::new(),
            Some("0") if name == header::CONTENT_LENGTH => String::new(),
            value => value.unwrap_or_default().to_owned(),
        });
    }
    lines.extend(own_headers(call));
    lines.push(resource(call));
    lines.join("\n")
}

/// `x-ms-…:value`, by name.
fn own_headers(call: &Call) -> Vec<String> {
    let mut lines: Vec<_> = call
        .headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-ms-"))
        .map(|name| {
            let values = call.headers.get_all(name).iter();
            let values: Vec<_> = values
                .map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
                .collect();
            format!("{name}:{}", values.join(","))
        })
        .collect();
    lines.sort();
    lines
}

/// `/account/path` and, each on its line, the query's parameters by name, decoded.
fn resource(call: &Call) -> String {
    let mut parameters: Vec<_> =
        call.query.iter().map(|(name, value)| (name.to_lowercase(), value.as_str())).collect();
    parameters.sort();
    let mut text = format!("/{ACCOUNT}{}", call.path);
    let mut last = None;
    for (name, value) in &parameters {
        if last == Some(name) {
            text.push(',');
        } else {
            text.extend(["\n", name, ":"]);
        }
        text.push_str(value);
        last = Some(name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-22T09:00:00Z";

    fn call(target: &str, headers: &[(&str, &str)]) -> Call {
        let mut request = http::Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        Call::new(head, "r-1".to_owned()).unwrap()
    }

    fn signed(target: &str, date: &str) -> Call {
        let mut headers = vec![("x-ms-version", "2021-12-02"), ("x-ms-date", date)];
        let mut mac = Hmac::<Sha256>::new_from_slice(b"key").unwrap();
        mac.update(string_to_sign(&call(target, &headers)).as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let authorization = format!("SharedKey aftersight:{signature}");
        headers.push(("authorization", &authorization));
        call(target, &headers)
    }

    #[test]
    fn what_is_signed_is_what_azure_documents() {
        let call = call(
            "/aftersight/sms/messages?visibilitytimeout=600&numofmessages=16&X=b&x=a",
            &[
                ("x-ms-version", "2021-12-02"),
                ("X-Ms-Date", "Sun, 22 Nov 2026 09:00:00 GMT"),
                ("date", "Sun, 22 Nov 2026 08:00:00 GMT"),
                ("content-length", "0"),
                ("content-type", "application/xml"),
            ],
        );
        let expected = "GET\n\n\n\n\napplication/xml\n\n\n\n\n\n\n\
                        x-ms-date:Sun, 22 Nov 2026 09:00:00 GMT\n\
                        x-ms-version:2021-12-02\n\
                        /aftersight/aftersight/sms/messages\n\
                        numofmessages:16\nvisibilitytimeout:600\nx:a,b";
        assert_eq!(string_to_sign(&call), expected);
    }

    #[test]
    fn a_signed_call_is_taken_for_a_quarter_of_an_hour() {
        let now = NOW.parse().unwrap();
        for (date, taken) in [
            ("Sun, 22 Nov 2026 09:00:00 GMT", true),
            ("Sun, 22 Nov 2026 09:15:00 GMT", true),
            ("Sun, 22 Nov 2026 08:45:00 GMT", true),
            ("Sun, 22 Nov 2026 09:15:01 GMT", false),
            ("Sun, 22 Nov 2026 08:44:59 GMT", false),
            ("yesterday", false),
        ] {
            let call = signed("/aftersight/sms/messages", date);
            assert_eq!(verify(&call, b"key", now).is_ok(), taken, "{date}");
            assert!(verify(&call, b"other", now).is_err());
        }
    }

    #[test]
    fn a_signature_is_for_one_call() {
        let now = NOW.parse().unwrap();
        let mut other = signed("/aftersight/sms/messages", "Sun, 22 Nov 2026 09:00:00 GMT");
        other.query.push(("peekonly".to_owned(), "true".to_owned()));
        assert!(verify(&other, b"key", now).is_err());
        let none = call("/aftersight/sms/messages", &[]);
        assert!(matches!(verify(&none, b"key", now), Err(Refusal::AuthorizationFailure)));
        let bearer = call("/aftersight/sms/messages", &[("authorization", "Bearer x")]);
        assert!(matches!(verify(&bearer, b"key", now), Err(Refusal::AuthenticationFailed)));
    }
}
