//! `/dev/phone`: every text that "arrived", newest first.

use std::io;
use std::path::Path;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::page::{self, escape};
use super::{DevPages, wants_json};

/// One text, as the outbox folder keeps it in `{reference}.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ArrivedText {
    reference: String,
    to: String,
    text: String,
    /// RFC 3339, UTC: sorts as it stands.
    at: String,
}

impl DevPages {
    /// A page, or `[{"reference", "to", "text", "at"}]`.
    pub(super) async fn show_phone(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let texts = match read_outbox(&self.outbox).await {
            Ok(texts) => texts,
            Err(error) => {
                tracing::warn!(%error, "the outbox folder cannot be read");
                return page::refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The outbox folder cannot be read",
                );
            }
        };
        if wants_json(request.headers()) {
            return page::json(StatusCode::OK, &texts);
        }
        let rows: Vec<String> = texts
            .iter()
            .map(|text| {
                let (to, at) = (escape(&text.to), escape(&text.at));
                format!("<li><p>{to}, <time>{at}</time></p><p>{}</p></li>", with_links(&text.text))
            })
            .collect();
        let texts = if rows.is_empty() {
            "<p>No text has arrived yet.</p>".to_owned()
        } else {
            format!("<ol>{}</ol>", rows.concat())
        };
        let body = format!("<p><a href=\"/dev/phone\">Look for new texts</a></p>{texts}");
        page::html(StatusCode::OK, "Phone", &body, "'none'")
    }
}

async fn read_outbox(folder: &Path) -> io::Result<Vec<ArrivedText>> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Ok(entries) => entries,
        // Nothing was sent yet: the sender makes the folder.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut texts = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        if entry.path().extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        // Erased between the listing and the reading: it is simply gone.
        let Ok(bytes) = tokio::fs::read(entry.path()).await else { continue };
        if let Ok(text) = serde_json::from_slice::<ArrivedText>(&bytes) {
            texts.push(text);
        }
    }
    texts.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.reference.cmp(&b.reference)));
    Ok(texts)
}

/// The words of a text, its links made links.
fn with_links(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let shown = escape(word);
        if word.starts_with("http://") || word.starts_with("https://") {
            format!("<a href=\"{shown}\">{shown}</a>")
        } else {
            shown
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
