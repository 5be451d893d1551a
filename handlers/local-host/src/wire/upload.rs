//! A request body on its way through: chunk by chunk, counted against the host's limit.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// The most that a request body may hold; above it the host answers 500, not 413.
pub(crate) const BODY_LIMIT: u64 = 104_857_600;

#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error("Request body too large. The max request body size is {BODY_LIMIT} bytes.")]
    TooLarge,
    /// The client closed its connection.
    #[error("Unexpected end of request content.")]
    ClientGone,
    /// A stream can be sent once; the tries after it fail at once.
    #[error("Stream was already consumed.")]
    Consumed,
}

/// A client's body, read as it comes.
pub(crate) struct Upload {
    body: Incoming,
    seen: u64,
    started: bool,
}

impl Upload {
    pub fn new(body: Incoming) -> Self {
        Self { body, seen: 0, started: false }
    }

    /// Whether bytes of it have been asked for: it cannot be sent again.
    pub fn started(&self) -> bool {
        self.started
    }

    /// The next piece, or `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, UploadError> {
        self.started = true;
        loop {
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            let Ok(frame) = frame else { return Err(UploadError::ClientGone) };
            // Trailers are dropped.
            let Ok(piece) = frame.into_data() else { continue };
            self.seen += piece.len() as u64;
            if self.seen > BODY_LIMIT {
                return Err(UploadError::TooLarge);
            }
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }

    /// Reads all of it, as the host does with every body that has a Content-Length.
    pub async fn whole(mut self) -> Result<Bytes, UploadError> {
        let mut all = bytes::BytesMut::new();
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all.freeze())
    }
}
