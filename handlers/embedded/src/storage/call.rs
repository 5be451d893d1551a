//! A request as its handler reads it: head, query, and the id it is known by.

use http::request::Parts;
use http::{HeaderMap, Method, header};

use super::refusal::Refusal;
use crate::blob_write::Version;
use crate::percent::decode;

/// A request without its body.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// As it came, still encoded.
    pub(crate) path: String,
    /// Decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    /// Ours, for the log and the reply.
    pub(crate) request_id: String,
}

impl Call {
    pub(crate) fn new(head: Parts, request_id: String) -> Result<Self, Refusal> {
        let query = head.uri.query().map_or(Some(Vec::new()), parse).ok_or(Refusal::InvalidUri)?;
        let path = head.uri.path().to_owned();
        Ok(Self { method: head.method, path, query, headers: head.headers, request_id })
    }

    /// A query parameter; the first, where there are more.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter as a whole number inside `range`.
    pub(crate) fn number(
        &self,
        name: &'static str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, Refusal> {
        let Some(text) = self.parameter(name) else { return Ok(None) };
        let number = text.parse().map_err(|_| Refusal::InvalidParameter(name))?;
        if range.contains(&number) { Ok(Some(number)) } else { Err(Refusal::OutOfRange(name)) }
    }

    /// A header in ASCII; two of a name could mean two things.
    pub(crate) fn header(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => {
                value.to_str().map(Some).map_err(|_| Refusal::InvalidHeader(name))
            }
            _ => Err(Refusal::InvalidHeader(name)),
        }
    }

    pub(crate) fn version(&self, name: &'static str) -> Result<Option<Version>, Refusal> {
        Ok(self.header(name)?.map(Version::parse))
    }

    /// The body's length. Azure takes no chunked body: a cut one could not be told from a whole.
    pub(crate) fn length(&self) -> Result<u64, Refusal> {
        let name = header::CONTENT_LENGTH;
        let length = self.headers.get(name).and_then(|length| length.to_str().ok());
        length.and_then(|length| length.parse().ok()).ok_or(Refusal::LengthRequired)
    }

    /// Refuses headers that would change what is done, and that we would not obey.
    pub(crate) fn refuse_headers(&self, names: &[&'static str]) -> Result<(), Refusal> {
        let starts =
            |name: &&&str| self.headers.keys().any(|header| header.as_str().starts_with(**name));
        names.iter().find(starts).map_or(Ok(()), |name| Err(Refusal::UnsupportedHeader(name)))
    }
}

fn parse(query: &str) -> Option<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}
