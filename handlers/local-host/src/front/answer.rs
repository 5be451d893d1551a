//! The host's own answers: a status, rarely more.

use std::io;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};

pub(crate) type FrontBody = UnsyncBoxBody<Bytes, io::Error>;
pub(crate) type FrontAnswer = Response<FrontBody>;

pub(crate) fn whole(bytes: impl Into<Bytes>) -> FrontBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A status without a body.
pub(crate) fn status(status: StatusCode) -> FrontAnswer {
    let mut answer = Response::new(whole(Bytes::new()));
    *answer.status_mut() = status;
    answer
}

/// A status that ends the connection.
pub(crate) fn closing(code: StatusCode) -> FrontAnswer {
    with_header(status(code), header::CONNECTION, "close")
}

pub(crate) fn with_header(
    mut answer: FrontAnswer,
    name: header::HeaderName,
    value: &'static str,
) -> FrontAnswer {
    answer.headers_mut().append(name, HeaderValue::from_static(value));
    answer
}

pub(crate) fn json(text: String) -> FrontAnswer {
    let mut answer = Response::new(whole(text));
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

/// What the real host shows at an unclaimed `/`, to every method.
pub(crate) fn home_page() -> FrontAnswer {
    const PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\"><title>local-host</title>\n\
                        <p>Your functions are up and running.</p></html>\n";
    let mut answer = Response::new(whole(PAGE));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    answer
}
