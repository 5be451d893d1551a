//! Replies and their bodies.

use std::fs::File;
use std::io::{self, Read as _};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use hyper::body::Frame;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::blocking::blocking;

/// The body of a reply.
pub(crate) type Reply = UnsyncBoxBody<Bytes, io::Error>;

/// Bytes read from a file at a time.
const CHUNK: u64 = 256 << 10;

/// A reply without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Reply> {
    with(status, Empty::new().map_err(|never| match never {}).boxed_unsync())
}

/// A reply of XML: `body` is the one element of the document.
pub(crate) fn xml_reply(status: StatusCode, body: &str) -> Response<Reply> {
    let document = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{body}");
    let mut reply =
        with(status, Full::from(document).map_err(|never| match never {}).boxed_unsync());
    let xml = HeaderValue::from_static("application/xml");
    reply.headers_mut().insert(header::CONTENT_TYPE, xml);
    reply
}

/// A reply of the next `bytes` of `file`, read as they are taken.
pub(crate) fn streamed(status: StatusCode, file: File, bytes: u64) -> Response<Reply> {
    let frames = stream::try_unfold((file, bytes), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        blocking(move || {
            let mut chunk = Vec::new();
            let read = (&mut file).take(left.min(CHUNK)).read_to_end(&mut chunk)? as u64;
            if read == 0 {
                return Err(io::Error::other("a blob's file is shorter than its row says"));
            }
            Ok(Some((Frame::data(Bytes::from(chunk)), (file, left - read))))
        })
        .await
    });
    with(status, StreamBody::new(frames).boxed_unsync())
}

fn with(status: StatusCode, body: Reply) -> Response<Reply> {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    reply
}

/// `Sun, 22 Nov 2026 09:00:00 GMT`
pub(crate) fn http_date(at: Timestamp) -> String {
    // It fails only beyond the year 9999, where no instant of ours can be.
    DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default()
}
