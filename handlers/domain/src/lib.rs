//! Rules and ports. Rules are values deciding from values: they take `now`, never a clock.
//! Ports say what we ask of the world; the crates `embedded` and `azure` answer them.
//!
//! Read in this order: a value (`nhs_number`), a rule (`attempts`), a stored document
//! (`record::capture`), a port (`ports::documents`).

#![warn(missing_docs)]

// what we ask of the world
pub mod ports;

// what stands in the store, container by container
pub mod inbox_row;
pub mod ledger_row;
pub mod link_row;
pub mod record;
pub mod register;

pub mod ids;

// values and rules
