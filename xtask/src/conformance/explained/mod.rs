//! What local-host deliberately does not imitate: rules over a request or an answer.
//!
//! A difference that no rule fits is a defect. No rule knows which case it looks at.

use super::compare::{Difference, Place};
use super::recording::Case;
use super::wire::AnswerHead;

/// What a rule may look at.
pub struct Evidence<'a> {
    /// What the client sent, `None` where no client did.
    client_head: Option<&'a [u8]>,
    /// `yarp-only`: recorded at the proxy alone.
    from: Option<&'a str>,
    /// Status line and headers of the recorded answer to the client.
    answer: Option<AnswerHead>,
    /// Whether the recorded answer came from the handler.
    by_handler: bool,
    /// Whether a proxy that was recorded alone failed.
    proxy_failed: bool,
}

impl<'a> Evidence<'a> {
    pub fn of(case: &'a Case) -> Self {
        let head = case.host_result["client_saw"]["raw_head"].as_str();
        Self {
            client_head: case.client.as_ref().map(|client| client.head.as_slice()),
            from: case.from.as_deref(),
            answer: head.and_then(AnswerHead::parse),
            by_handler: !case.requests.is_empty(),
            proxy_failed: case.host_result["forwarder"]
                .as_array()
                .is_some_and(|lines| lines.iter().any(|l| !l.to_string().contains("-> None "))),
        }
    }

    fn request_line(&self) -> String {
        let line = self.client_head.and_then(|head| head.split(|b| *b == b'\r').next());
        String::from_utf8_lossy(line.unwrap_or_default()).into_owned()
    }

    fn client_sent(&self, header: &str) -> bool {
        self.client_head.is_some_and(|head| {
            let head = String::from_utf8_lossy(head).to_ascii_lowercase();
            head.contains(&format!("\r\n{header}:"))
        })
    }

    /// The path that the client asked for, without its query.
    fn path(&self) -> Option<String> {
        self.request_line().split(' ').nth(1)?.split('?').next().map(str::to_owned)
    }
}

struct Rule {
    reason: &'static str,
    fits: fn(&Evidence<'_>, &Difference) -> bool,
}

/// The reason for a difference, if there is one.
pub fn explain(evidence: &Evidence<'_>, difference: &Difference) -> Option<&'static str> {
    RULES.iter().find(|rule| (rule.fits)(evidence, difference)).map(|rule| rule.reason)
}

const RULES: [Rule; 9] = [
    Rule {
        reason: "traceparent is sent with Application Insights on; local-host has no telemetry",
        fits: |evidence, difference| {
            difference.place == Place::RequestHeader("traceparent".to_owned())
                && difference.got == "(absent)"
                && !evidence.client_sent("traceparent")
        },
    },
    Rule {
        reason: "where the host failed to read a reply, the words are Newtonsoft.Json's own",
        fits: |_, difference| {
            let Place::Exception(class) = &difference.place else { return false };
            // The same failure, told in other words, or the link that only words it further.
            let same_class = difference.got.starts_with(&format!("{class}: "));
            (class.starts_with("Newtonsoft.Json.") && same_class)
                || (class == "System.ArgumentException"
                    && difference.expected.contains("Could not cast or convert"))
        },
    },
    Rule {
        reason: "a retried invocation is told .NET's stack traces; there is no .NET here",
        fits: |_, difference| {
            let Place::RequestBody(path) = &difference.place else { return false };
            path.starts_with("$.Metadata.RetryContext.Exception")
                && (path.ends_with(".StackTrace") || path.ends_with(".StackTraceString"))
        },
    },
    Rule {
        reason: "what becomes of a request that the proxy alone fails is decided by the host",
        fits: |evidence, difference| {
            // The host tries again and answers 500: recordings of the whole host say so.
            let decided = matches!(
                difference.place,
                Place::Requests | Place::Status | Place::Invocations | Place::AnswerEnd
            );
            evidence.from == Some("yarp-only") && evidence.proxy_failed && decided
        },
    },
    Rule {
        reason: "where the app's folder lies is the machine's own",
        fits: |_, difference| {
            let parts = |text: &str| {
                let (base, path) = text.split_once("/admin/vfs/")?;
                let (_, of_function) = path.rsplit_once("/app/")?;
                Some((base.to_owned(), of_function.to_owned()))
            };
            let (expected, got) = (parts(&difference.expected), parts(&difference.got));
            let is_link =
                matches!(&difference.place, Place::AnswerBody(path) if path.ends_with("_href"));
            is_link && expected.is_some() && expected == got
        },
    },
    Rule {
        reason: "of the host's administration only what this project calls is played",
        fits: |evidence, difference| {
            const PLAYED: [&str; 4] =
                ["/admin/host/ping", "/admin/host/status", "/admin/host/keys", "/admin/functions"];
            let path = evidence.path().unwrap_or_default().to_ascii_lowercase();
            let is_admin = ["/admin/host/", "/admin/vfs", "/admin/functions/", "/admin/instance/"]
                .iter()
                .any(|prefix| path.starts_with(prefix));
            // A function by its name is played, and so is its status.
            let of_function = path.strip_prefix("/admin/functions/").is_some_and(|rest| {
                let rest = rest.trim_end_matches('/');
                !rest.contains('/') || rest.split('/').nth(1) == Some("status")
            });
            let played = of_function || PLAYED.contains(&path.trim_end_matches('/'));
            let of_answer = matches!(
                difference.place,
                Place::Status | Place::AnswerHeader(_) | Place::AnswerBody(_)
            );
            let has_key = evidence
                .client_head
                .is_some_and(|head| String::from_utf8_lossy(head).contains("<master key>"));
            is_admin && !played && has_key && of_answer && !evidence.by_handler
        },
    },
    Rule {
        reason: "hyper answers a request of HTTP/1.0 in HTTP/1.0",
        fits: |evidence, difference| {
            let connection = Place::AnswerHeader("connection".to_owned());
            evidence.request_line().ends_with(" HTTP/1.0")
                && (difference.place == Place::AnswerVersion || difference.place == connection)
        },
    },
    Rule {
        reason: "hyper refuses every version that it does not speak with 400",
        fits: |evidence, difference| {
            let line = evidence.request_line();
            let version = line.rsplit(' ').next().unwrap_or_default();
            !matches!(version, "HTTP/1.0" | "HTTP/1.1")
                && difference.place == Place::Status
                && difference.expected.starts_with("505")
                && difference.got.starts_with("400")
        },
    },
    Rule {
        reason: "the host's own page in a browser is a page, not a contract",
        fits: |evidence, difference| {
            let is_page = evidence.answer.as_ref().is_some_and(|head| {
                head.code() == 200 && head.get("Content-Type") == Some("text/html")
            });
            is_page && !evidence.by_handler && matches!(difference.place, Place::AnswerBody(_))
        },
    },
];

#[cfg(test)]
mod tests;
