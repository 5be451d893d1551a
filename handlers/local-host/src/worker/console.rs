//! The handler's console: every line becomes a log row, at the level the real host gives it.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// Error rows that an exit message repeats.
const REMEMBERED: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err { is_error: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Information,
    Warning,
    Error,
}

/// stdout is Information, whatever it says; stderr is an Error unless it holds "warn".
pub(crate) fn level(stream: Stream, line: &str) -> Level {
    match stream {
        Stream::Out | Stream::Err { is_error: false } => Level::Information,
        Stream::Err { is_error: true } if line.to_ascii_lowercase().contains("warn") => {
            Level::Warning
        }
        Stream::Err { is_error: true } => Level::Error,
    }
}

/// The last stderr lines, for the message about an exit.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastErrors {
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl LastErrors {
    pub fn joined(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }

    fn remember(&self, line: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == REMEMBERED {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }
}

/// Reads lines until the stream ends. With `echo` they go to our stdout as they are; else they
/// become log rows.
pub(crate) async fn follow(
    pipe: impl AsyncRead + Unpin,
    stream: Stream,
    echo: bool,
    last_errors: LastErrors,
) {
    let mut pipe = BufReader::new(pipe);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match pipe.read_until(b'\n', &mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            continue;
        }
        if matches!(stream, Stream::Err { .. }) {
            last_errors.remember(line);
        }
        if echo {
            // A closed stdout of ours is no reason to stop reading the handler's.
            let _closed = writeln!(std::io::stdout(), "{line}");
            continue;
        }
        match level(stream, line) {
            Level::Information => tracing::info!(target: "Host.Function.Console", "{line}"),
            Level::Warning => tracing::warn!(target: "Host.Function.Console", "{line}"),
            Level::Error => tracing::error!(target: "Host.Function.Console", "{line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_as_recorded() {
        let stderr = Stream::Err { is_error: true };
        for line in ["error: a plain error word", "WARN something", "plain"] {
            assert_eq!(level(Stream::Out, line), Level::Information, "{line}");
        }
        assert_eq!(level(stderr, "Warning: w on stderr"), Level::Warning);
        for line in ["INFO x", "plain stderr", "{\"level\":\"info\"}"] {
            assert_eq!(level(stderr, line), Level::Error, "{line}");
        }
    }

    #[tokio::test]
    async fn the_last_three_lines_of_stderr_are_remembered() {
        let last = LastErrors::default();
        let pipe = &b"one\ntwo\n\nthree\r\nfour"[..];
        follow(pipe, Stream::Err { is_error: true }, false, last.clone()).await;
        assert_eq!(last.joined(), "two,three,four");
    }
}
