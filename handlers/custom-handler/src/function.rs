//! Function: a name, a trigger and an `async fn`, as one plain value.

use std::future::Future;
use std::pin::Pin;

use http::Method;

use crate::{Failure, QueueMessage, Reply, Request, Timer};

/// Default bound of an HTTP request's body, in bytes.
const HTTP_BODY: usize = 64 * 1024;
/// Default bound of an envelope, in bytes: a message of 64 KiB grows fourfold by being encoded
/// twice, and is merged into the metadata once more.
const EVENT_BODY: usize = 1024 * 1024;

/// One function of an app whose shared parts are `A`.
pub struct Function<A> {
    name: &'static str,
    trigger: Trigger,
    body_limit: usize,
    pub(crate) run: Run<A>,
}

/// What brings a function to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A proxied HTTP request.
    Http {
        /// Upper-case, as HTTP has them.
        methods: &'static [Method],
        /// A template with the prefix inside (`api/patients/{patient}`), or the catch-all `{*path}`.
        route: &'static str,
        /// Whether the host asks for a key.
        auth_level: AuthLevel,
    },
    /// A message of a storage queue.
    Queue {
        /// The queue's name.
        queue: &'static str,
    },
    /// A moment in time.
    Timer {
        /// Six fields in UTC: second, minute, hour, day, month, day of week.
        schedule: &'static str,
    },
}

/// Which of its keys the host asks for before a request reaches the function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthLevel {
    /// None: the function itself decides who may call.
    #[default]
    Anonymous,
    /// A key of the function or of the host.
    Function,
    /// The master key.
    Admin,
}

type Work<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;
type Act<A, Event, T> = Box<dyn Fn(A, Event) -> Work<T> + Send + Sync>;

pub(crate) enum Run<A> {
    Http(Act<A, Request, Reply>),
    Queue(Act<A, QueueMessage, ()>),
    Timer(Act<A, Timer, ()>),
}

impl<A: Clone + Send + Sync + 'static> Function<A> {
    /// Answers HTTP requests of these methods on that route.
    pub fn http<F, Fut>(
        name: &'static str,
        methods: &'static [Method],
        route: &'static str,
        run: F,
    ) -> Self
    where
        F: Fn(A, Request) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Reply, Failure>> + Send + 'static,
    {
        let auth_level = AuthLevel::Anonymous;
        Self {
            name,
            trigger: Trigger::Http { methods, route, auth_level },
            body_limit: HTTP_BODY,
            run: Run::Http(Box::new(move |app, request| Box::pin(run(app, request)))),
        }
    }

    /// Takes the messages of that queue, each at least once.
    pub fn queue<F, Fut>(name: &'static str, queue: &'static str, run: F) -> Self
    where
        F: Fn(A, QueueMessage) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        Self {
            name,
            trigger: Trigger::Queue { queue },
            body_limit: EVENT_BODY,
            run: Run::Queue(Box::new(move |app, message| Box::pin(run(app, message)))),
        }
    }

    /// Runs when that schedule says so, never beside itself.
    pub fn timer<F, Fut>(name: &'static str, schedule: &'static str, run: F) -> Self
    where
        F: Fn(A, Timer) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        Self {
            name,
            trigger: Trigger::Timer { schedule },
            body_limit: EVENT_BODY,
            run: Run::Timer(Box::new(move |app, timer| Box::pin(run(app, timer)))),
        }
    }

    /// The key that the host asks for; events have none.
    #[must_use]
    pub fn auth_level(mut self, level: AuthLevel) -> Self {
        if let Trigger::Http { auth_level, .. } = &mut self.trigger {
            *auth_level = level;
        }
        self
    }

    /// The largest body that is read, in bytes. More is drained within a bound and answered by a 413.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }
}

impl<A> Function<A> {
    /// The name on the host: folder, event path and log.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What brings it to run.
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// What an HTTP function answers, for the unit tests of a whole table. `None`: it takes events.
    pub async fn answer_for_test(
        &self,
        app: A,
        request: Request,
    ) -> Option<Result<Reply, Failure>> {
        match &self.run {
            Run::Http(run) => Some(run(app, request).await),
            Run::Queue(_) | Run::Timer(_) => None,
        }
    }

    pub(crate) fn largest_body(&self) -> usize {
        self.body_limit
    }
}

impl<A> std::fmt::Debug for Function<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name)
            .field("trigger", &self.trigger)
            .finish_non_exhaustive()
    }
}
