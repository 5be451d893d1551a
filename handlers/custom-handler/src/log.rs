//! Logs: one JSON line on stdout for each event, and the count of failed invocations.
//!
//! The host calls a 500 a success (rule f), so failures are told and counted here. A line never
//! holds a body, a header, a query or a path: the function's name stands for its route.

use std::cell::{Cell, RefCell};
use std::io;
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::StatusCode;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::set_global_default;
use tracing::{Span, Subscriber, error, info, warn};
use tracing_subscriber::fmt::MakeWriter;

use crate::line::{Line, Members};

static FAILURES: AtomicU64 = AtomicU64::new(0);

/// How many invocations have failed since the process started: event functions that did not succeed
/// and HTTP answers from 500 on.
pub fn failures() -> u64 {
    FAILURES.load(Ordering::Relaxed)
}

/// Sends `tracing` events to stdout as JSON lines, and panics too, without what they say: a panic's
/// message may quote what it stumbled over. Stderr would make each line an error to the host.
///
/// A second call changes nothing.
pub fn init_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if set_global_default(lines(io::stdout)).is_ok() {
            panic::set_hook(Box::new(|panic| {
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                // The invocation tells of it in its own line.
                if !remember(&place) {
                    error!(place, "a panic outside any invocation");
                }
            }));
        }
    });
}

/// Writes each event as a [`Line`].
pub(crate) fn lines<W>(writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .fmt_fields(Members)
        .event_format(Line)
        .with_max_level(LevelFilter::INFO)
        .with_writer(writer)
        .finish()
}

/// Names in this invocation's lines, from here on, who called. An opaque id: what a person is called,
/// there or elsewhere, stands in no log.
pub fn name_caller(id: &str) {
    Span::current().record("caller", id);
}

/// How an invocation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End<'a> {
    Done,
    /// The caller was told what to change.
    Refused(&'a str),
    /// It may work when it is tried again.
    Again(&'a str),
    Broken(&'a str),
    Late,
    Panicked(&'a str),
}

/// The one line of an invocation, written within its span.
pub(crate) fn tell(end: End<'_>, status: StatusCode, took: Duration) {
    let status = status.as_u16();
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match end {
        End::Done => info!(status, duration_ms, "done"),
        End::Refused(because) => info!(status, duration_ms, because, "refused"),
        End::Again(because) => warn!(status, duration_ms, because, "failed, to be tried again"),
        End::Broken(because) => error!(status, duration_ms, because, "failed"),
        End::Late => error!(status, duration_ms, "failed: the deadline came first"),
        End::Panicked(place) => error!(status, duration_ms, place, "failed: panicked"),
    }
    if matches!(end, End::Again(_) | End::Broken(_) | End::Late | End::Panicked(_)) {
        FAILURES.fetch_add(1, Ordering::Relaxed);
    }
}

/// A failure that has no function to be told of.
pub(crate) fn fault(what: &'static str) {
    error!("{what}");
    FAILURES.fetch_add(1, Ordering::Relaxed);
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

fn remember(place: &str) -> bool {
    let guarded = GUARDED.get();
    if guarded {
        PLACE.with_borrow_mut(|kept| place.clone_into(kept));
    }
    guarded
}

/// Runs one step of an invocation. A panic in it comes back as the place where it happened, "" when
/// [`init_logs`] was not called; what it said is dropped unread.
pub(crate) fn catch<T>(step: impl FnOnce() -> T) -> Result<T, String> {
    let outer = GUARDED.replace(true);
    let caught = panic::catch_unwind(panic::AssertUnwindSafe(step));
    GUARDED.set(outer);
    caught.map_err(|payload| {
        // Not dropped: a payload may panic in its own drop, and that would get past the guard.
        std::mem::forget(payload);
        PLACE.take()
    })
}
