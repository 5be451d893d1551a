//! One task per timer: it fires, waits for the run to end, and only then looks for the next.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::past_due;
use super::status::{Status, StatusFiles};
use crate::Outcome;
use crate::app::function::{FunctionSpec, TimerTrigger};
use crate::invoke::{Invoker, timer_event};

/// Asks a timer to fire now; answered with what came of it.
pub(crate) type FireNow = oneshot::Sender<Outcome>;

struct Listener {
    invoker: Arc<Invoker>,
    function: Arc<FunctionSpec>,
    trigger: TimerTrigger,
    /// `None`: the timer is not kept (useMonitor off, or more than one run a minute).
    files: Option<StatusFiles>,
    status: Option<Status>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Scheduled,
    PastDue,
    Startup,
}

/// Runs a timer until the task is dropped.
pub(crate) async fn listen(
    invoker: Arc<Invoker>,
    function: Arc<FunctionSpec>,
    trigger: TimerTrigger,
    files: StatusFiles,
    mut asked: mpsc::Receiver<FireNow>,
) {
    let now = invoker.clock.now();
    let kept = trigger.use_monitor && !trigger.schedule.is_below_a_minute(now);
    let files = kept.then_some(files);
    let mut listener = Listener { invoker, function, trigger, files, status: None };
    let mut next = listener.start(now).await;
    loop {
        let clock = listener.invoker.clock.clone();
        let moment = async {
            match next {
                Some(next) => clock.wait_until(next).await,
                None => std::future::pending().await,
            }
        };
        let answer = tokio::select! {
            () = moment => None,
            Some(answer) = asked.recv() => Some(answer),
        };
        let (outcome, after) = listener.fire(Why::Scheduled).await;
        next = after;
        if let Some(answer) = answer {
            let _gone = answer.send(outcome);
        }
    }
}

impl Listener {
    /// Catches up or runs at startup, and says when the timer comes next.
    async fn start(&mut self, now: Timestamp) -> Option<Timestamp> {
        let mut past_due = false;
        if let Some(files) = &self.files {
            let stored = files.load(&self.function.name);
            let start = past_due::check(stored, &self.trigger.schedule, now);
            if let Some(save) = &start.save {
                self.save(save);
            }
            past_due = start.past_due;
            self.status = start.status;
        }
        if past_due {
            self.fire(Why::PastDue).await.1
        } else if self.trigger.run_on_startup {
            self.fire(Why::Startup).await.1
        } else {
            match &self.status {
                Some(status) => Some(status.next),
                None => self.trigger.schedule.next(now),
            }
        }
    }

    /// One run. A failure is logged like any other and changes nothing in the schedule.
    async fn fire(&mut self, why: Why) -> (Outcome, Option<Timestamp>) {
        let began = self.invoker.clock.now();
        let event = timer_event(self.status.as_ref(), why == Why::PastDue);
        let outcome = self.invoker.run(&self.function, Ok(event)).await.outcome;
        let schedule = &self.trigger.schedule;
        let scheduled = why == Why::Scheduled;
        let after = past_due::after_run(self.status.as_ref(), schedule, began, scheduled);
        if let (Some(_), Some(after)) = (&self.files, &after) {
            self.save(after);
            self.status = Some(after.clone());
        }
        // Without a status the next run still counts from this one's start.
        (outcome, after.map(|after| after.next))
    }

    fn save(&self, status: &Status) {
        let Some(files) = &self.files else { return };
        if let Err(cause) = files.save(&self.function.name, status) {
            tracing::error!(%cause, timer = self.function.name, "the timer's status was not saved");
        }
    }
}
