//! The parts of an erasure, in the order they run: decide, fence, bytes, record, pointers.

pub mod decide;
pub mod item;
pub mod note;
pub mod patient;
pub mod pointers;
pub mod rows_ahead;
pub mod seen_day;
#[cfg(test)]
mod tests;
