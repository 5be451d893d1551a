//! Bodies as they come in: streamed to disk, whole or not at all, and never waited for for ever.
//! A body that is not wanted is not read.

use std::time::Duration;

use bytes::Bytes;
use domain::ports::error::StoreError;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::patience::for_body;
use super::refusal::Refusal;
use crate::blob_files::NewFile;
use crate::blocking::blocking;

/// A client that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(30);
/// Written to disk at a time.
const CHUNK: usize = 256 << 10;

/// The next bytes; `None` at the end.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Refusal> {
    loop {
        let frame = tokio::time::timeout(SILENCE, body.frame()).await;
        match frame.map_err(|_| Refusal::BodyCut)? {
            None => return Ok(None),
            Some(frame) => {
                // What is no data is trailers.
                if let Ok(data) = frame.map_err(|_| Refusal::BodyCut)?.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// The body in a file, if it has the `length` it announced and comes in time.
pub(crate) async fn to_file(
    body: &mut Incoming,
    length: u64,
    file: NewFile,
) -> Result<NewFile, Refusal> {
    let coming = into_file(body, length, file);
    tokio::time::timeout(for_body(length), coming).await.map_err(|_| Refusal::BodyTooSlow)?
}

async fn into_file(
    body: &mut Incoming,
    length: u64,
    mut file: NewFile,
) -> Result<NewFile, Refusal> {
    let mut chunk = Vec::new();
    loop {
        let data = next(body).await?;
        let end = data.is_none();
        // No file grows beyond what was announced, and looked at.
        let so_far = file.bytes() + (chunk.len() + data.as_ref().map_or(0, Bytes::len)) as u64;
        if so_far > length {
            return Err(Refusal::BodyTooLarge);
        }
        chunk.extend_from_slice(&data.unwrap_or_default());
        if end || chunk.len() >= CHUNK {
            let full = std::mem::take(&mut chunk);
            // Moved there and back, so that a caller who goes away takes the file along.
            file = blocking(move || file.write_all(&full).map(|()| file))
                .await
                .map_err(StoreError::unavailable)?;
        }
        if end {
            return if file.bytes() == length { Ok(file) } else { Err(Refusal::BodyCut) };
        }
    }
}

/// The body as text of at most `most` bytes.
pub(crate) async fn to_text(body: &mut Incoming, most: usize) -> Result<String, Refusal> {
    let coming = into_text(body, most);
    tokio::time::timeout(for_body(0), coming).await.map_err(|_| Refusal::BodyTooSlow)?
}

async fn into_text(body: &mut Incoming, most: usize) -> Result<String, Refusal> {
    let mut text = Vec::new();
    while let Some(data) = next(body).await? {
        if text.len() + data.len() > most {
            return Err(Refusal::BodyTooLarge);
        }
        text.extend_from_slice(&data);
    }
    String::from_utf8(text).map_err(|_| Refusal::InvalidXml)
}
