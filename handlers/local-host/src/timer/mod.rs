//! Timer triggers: schedules, their status, and the task that fires them.

mod cron;
mod listener;
mod past_due;
pub(crate) mod schedule;
pub(crate) mod status;

pub(crate) use listener::{FireNow, listen};
