//! Get Blob and Get Blob Properties: the bytes, or a range of them, as the signature dresses them.

use std::io::{Seek as _, SeekFrom};

use domain::ports::blobs::BlobFacts;
use domain::ports::error::StoreError;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::call::Call;
use super::refusal::Refusal;
use super::reply::{Reply, empty, http_date, streamed};
use crate::Embedded;
use crate::blob_rows::BlobName;
use crate::blocking::blocking;
use crate::signed_urls::Signed;

/// What is served may be a picture that somebody sent; no browser shall take it for a page.
const HARMLESS: [(header::HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The blob, its head, or a range of it.
pub(crate) async fn get_blob(
    store: &Embedded,
    call: &Call,
    place: &BlobName,
    signed: &Signed,
) -> Result<Response<Reply>, Refusal> {
    let opened = store.blobs().open(place).await?;
    let (row, mut file) = opened.ok_or(Refusal::BlobNotFound)?;
    let facts = row.facts;
    if call.version("if-match")?.is_some_and(|version| !version.matches(Some(&facts.etag))) {
        return Err(Refusal::ConditionNotMet);
    }
    if call.version("if-none-match")?.is_some_and(|version| version.matches(Some(&facts.etag))) {
        return Err(Refusal::NotModified);
    }
    let range = asked_range(call, &facts)?;
    let (status, first, bytes) = match range {
        Some((first, last)) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        None => (StatusCode::OK, 0, facts.bytes),
    };
    let mut reply = if call.method == Method::HEAD {
        empty(status)
    } else {
        if first > 0 {
            file = blocking(move || file.seek(SeekFrom::Start(first)).map(|_| file))
                .await
                .map_err(StoreError::unavailable)?;
        }
        streamed(status, file, bytes)
    };
    let headers = reply.headers_mut();
    etag_and_date(&facts, headers)?;
    let content_type = text_or(&signed.content_type, &facts.content_type);
    headers.insert(header::CONTENT_TYPE, header_value(content_type)?);
    if !signed.disposition.is_empty() {
        headers.insert(header::CONTENT_DISPOSITION, header_value(&signed.disposition)?);
    }
    if let Some((first, last)) = range {
        let range = format!("bytes {first}-{last}/{}", facts.bytes);
        headers.insert(header::CONTENT_RANGE, header_value(&range)?);
    }
    headers.insert(header::CONTENT_LENGTH, bytes.into());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert("x-ms-blob-type", HeaderValue::from_static("BlockBlob"));
    for (name, value) in HARMLESS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(reply)
}

fn text_or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

/// `ETag` and `Last-Modified` of the blob.
pub(crate) fn etag_and_date(facts: &BlobFacts, headers: &mut HeaderMap) -> Result<(), Refusal> {
    headers.insert(header::ETAG, header_value(&format!("\"{}\"", facts.etag))?);
    headers.insert(header::LAST_MODIFIED, header_value(&http_date(facts.written_at))?);
    Ok(())
}

/// What stands in the store or in a verified signature came in through a header or goes out in one.
fn header_value(text: &str) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_str(text).map_err(|error| StoreError::broken(error).into())
}

/// First and last byte of the one range that is asked for. A list of ranges, or what is none, is
/// answered with the whole blob (RFC 9110, section 14.2 lets a server ignore it).
fn asked_range(call: &Call, facts: &BlobFacts) -> Result<Option<(u64, u64)>, Refusal> {
    let Some(range) = call.header("x-ms-range")?.or(call.header("range")?) else {
        return Ok(None);
    };
    if call.version("if-range")?.is_some_and(|version| !version.matches(Some(&facts.etag))) {
        return Ok(None);
    }
    match parse_range(range) {
        None => Ok(None),
        Some(asked) => asked.within(facts.bytes).map(Some).ok_or(Refusal::RangeNotSatisfiable),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    From(u64, Option<u64>),
    Last(u64),
}

impl Asked {
    fn within(&self, bytes: u64) -> Option<(u64, u64)> {
        let end = bytes.checked_sub(1)?;
        match *self {
            Self::From(first, last) if first <= end => Some((first, last.unwrap_or(end).min(end))),
            Self::Last(count) if count > 0 => Some((bytes.saturating_sub(count), end)),
            _ => None,
        }
    }
}

fn parse_range(range: &str) -> Option<Asked> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten()
    };
    match (first, last) {
        ("", last) => Some(Asked::Last(number(last)?)),
        (first, "") => Some(Asked::From(number(first)?, None)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Asked::From(first, Some(last)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_kept_inside_the_blob() {
        for (range, ten_bytes, no_bytes) in [
            ("bytes=0-3", Some((0, 3)), None),
            ("bytes=4-", Some((4, 9)), None),
            ("bytes=4-400", Some((4, 9)), None),
            ("bytes=-3", Some((7, 9)), None),
            ("bytes=-300", Some((0, 9)), None),
            ("bytes=10-", None, None),
            ("bytes=-0", None, None),
        ] {
            let asked = parse_range(range).unwrap();
            assert_eq!(asked.within(10), ten_bytes, "{range}");
            assert_eq!(asked.within(0), no_bytes, "{range}");
        }
    }

    #[test]
    fn what_is_not_one_range_is_no_range() {
        for range in
            ["bytes=3-1", "bytes=0-1,3-4", "bytes=a-b", "rows=0-1", "bytes=-", "bytes=+1-2"]
        {
            assert_eq!(parse_range(range), None, "{range}");
        }
    }
}
