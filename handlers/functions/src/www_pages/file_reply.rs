//! A file as an answer: the smallest form that the browser reads, or the word that it has it already.

use bytes::Bytes;
use custom_handler::{Reply, Request, StatusCode};

use super::web_files::WebFile;

/// A year: the name of such a file changes with its contents.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Kept, and asked about each time.
const ASK_EACH_TIME: &str = "no-cache";
/// R54. The shell of a page holds nothing personal; not kept, it also never comes back with the
/// browser's back button as somebody left it.
const NEVER_KEPT: &str = "no-store";

impl WebFile {
    /// True for a page, as opposed to what pages load.
    pub fn is_page(&self) -> bool {
        self.content_type.starts_with("text/html")
    }

    /// 200 with the file, or 304.
    pub fn reply(&self, request: &Request) -> Reply {
        let (coding, bytes) = self.choose(request.header("accept-encoding").unwrap_or_default());
        let etag = format!("\"{}{}\"", self.sha256, coding.map_or("", |c| c.etag_ending));
        let kept = if self.is_page() {
            NEVER_KEPT
        } else if self.immutable {
            FOR_GOOD
        } else {
            ASK_EACH_TIME
        };
        let is_known = request.header("if-none-match").is_some_and(|known| names(known, &etag));
        let reply = if is_known && !self.is_page() {
            Reply::not_modified()
        } else {
            let reply = Reply::bytes(StatusCode::OK, &self.content_type, bytes.clone());
            coding.map_or(reply.clone(), |coding| reply.header("Content-Encoding", coding.name))
        };
        let reply = reply.header("Cache-Control", kept).header("Vary", "Accept-Encoding");
        if self.is_page() { reply } else { reply.header("ETag", &etag) }
    }

    fn choose(&self, accepted: &str) -> (Option<Coding>, &Bytes) {
        let compressed = [(BROTLI, &self.brotli), (GZIP, &self.gzip)];
        let best = compressed.into_iter().find_map(|(coding, bytes)| {
            Some((coding, bytes.as_ref()?)).filter(|_| accepts(accepted, coding.name))
        });
        best.map_or((None, &self.plain), |(coding, bytes)| (Some(coding), bytes))
    }
}

/// A content coding; each form of a file has a tag of its own.
#[derive(Clone, Copy)]
struct Coding {
    name: &'static str,
    etag_ending: &'static str,
}

const BROTLI: Coding = Coding { name: "br", etag_ending: "-br" };
const GZIP: Coding = Coding { name: "gzip", etag_ending: "-gz" };

/// RFC 9110 §12.5.3, where `*` is not counted: whoever means it can read the plain form.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(coding) && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// RFC 9110 §13.1.2: compared weakly, since proxies weaken what they compress.
fn names(header: &str, etag: &str) -> bool {
    header
        .split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag)
}

#[cfg(test)]
mod tests {
    use custom_handler::Method;

    use super::*;

    fn script() -> WebFile {
        WebFile {
            content_type: "text/javascript; charset=utf-8".to_owned(),
            sha256: "ab12".to_owned(),
            immutable: true,
            plain: Bytes::from_static(b"plain"),
            brotli: Some(Bytes::from_static(b"br")),
            gzip: Some(Bytes::from_static(b"gz")),
        }
    }

    fn asked(name: &str, value: &str) -> Request {
        Request::for_test(Method::GET, "/assets/a.js").header(name, value).build()
    }

    #[test]
    fn the_smallest_form_that_the_browser_reads_is_sent() {
        for (accepted, encoding, body) in [
            ("gzip, deflate, br", Some("br"), "br"),
            ("gzip, deflate, br;q=0", Some("gzip"), "gz"),
            ("GZIP;q=0.5", Some("gzip"), "gz"),
            ("identity", None, "plain"),
            ("brotli", None, "plain"),
            ("", None, "plain"),
        ] {
            let reply = script().reply(&asked("accept-encoding", accepted));
            assert_eq!(reply.header_value("content-encoding"), encoding, "{accepted}");
            assert_eq!(reply.body(), body, "{accepted}");
            assert_eq!(reply.header_value("vary"), Some("Accept-Encoding"));
        }
    }

    #[test]
    fn a_form_that_was_not_made_is_not_promised() {
        let file = WebFile { brotli: None, gzip: None, ..script() };
        let reply = file.reply(&asked("accept-encoding", "br, gzip"));
        assert_eq!(
            (reply.header_value("content-encoding"), &**reply.body()),
            (None, &b"plain"[..])
        );
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let etag = script()
            .reply(&asked("accept-encoding", "br"))
            .header_value("etag")
            .unwrap()
            .to_owned();
        for (known, status) in [
            (etag.clone(), 304),
            (format!("\"x\", W/{etag}"), 304),
            ("*".to_owned(), 304),
            ("\"ab12\"".to_owned(), 200),
            ("ab12-br".to_owned(), 200),
        ] {
            let request = Request::for_test(Method::GET, "/assets/a.js")
                .header("accept-encoding", "br")
                .header("if-none-match", &known)
                .build();
            let reply = script().reply(&request);
            assert_eq!(reply.status().as_u16(), status, "{known}");
            assert_eq!(reply.header_value("etag"), Some(etag.as_str()));
            assert_eq!(reply.body().is_empty(), status == 304);
        }
    }

    // R54.
    #[test]
    fn a_page_is_never_kept_and_a_named_hash_for_good() {
        let page = WebFile { content_type: "text/html; charset=utf-8".to_owned(), ..script() };
        let icon = WebFile { immutable: false, ..script() };
        for (file, kept) in [(page, "no-store"), (icon, "no-cache"), (script(), FOR_GOOD)] {
            let reply = file.reply(&asked("if-none-match", "*"));
            assert_eq!(reply.header_value("cache-control"), Some(kept));
            assert_eq!(reply.status().as_u16() == 200, file.is_page());
        }
    }
}
