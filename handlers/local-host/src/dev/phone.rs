//! `/dev/phone`: every text that "arrived", newest first.

use std::io;
use std::path::Path;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::page::{self, escape};
use super::{DevPages, wants_json};

/// Seconds after which the page looks for new texts by itself.
const LOOK_AGAIN: u32 = 5;

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
                let (to, at) = (escape(&text.to), escape(&plain_time(&text.at)));
                format!("<li><p>{to}, <time>{at}</time></p><p>{}</p></li>", with_links(&text.text))
            })
            .collect();
        let texts = if rows.is_empty() {
            "<p>No text has arrived yet.</p>".to_owned()
        } else {
            format!("<ol>{}</ol>", rows.concat())
        };
        let body = format!(
            "<p>Every text arrives here, the newest first. It takes a few seconds. This page looks \
             again by itself every {LOOK_AGAIN} seconds. Times are UTC.</p>\
             <p><a href=\"/dev/phone\">Look for new texts now</a></p>{texts}"
        );
        page::live_html("Phone", LOOK_AGAIN, &body)
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

/// `22 November 2026, 14:05:07`; what is no moment is shown as it stands.
fn plain_time(at: &str) -> String {
    let Ok(moment) = at.parse::<Timestamp>() else { return at.to_owned() };
    TimeZone::UTC.to_datetime(moment).strftime("%-d %B %Y, %H:%M:%S").to_string()
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
