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
pub mod operator_row;
pub mod record;
pub mod register;

pub mod ids;

// values and rules
pub mod attempts;
pub mod body_site;
pub mod capture_request;
pub mod capture_session;
pub mod consent_wording;
pub mod date_of_birth;
mod delivery_report;
pub mod deployment;
pub mod email;
pub mod event_chain;
pub mod gp_practice;
pub mod identity_check;
mod keyed_hash;
pub mod ledger_bucket;
pub mod letter_folding;
pub mod link_code;
pub mod link_life;
pub mod mobile;
pub mod nhs_number;
pub mod notice;
mod one_line;
pub mod person_name;
pub mod purpose;
pub mod retention;
pub mod search_limit;
pub mod search_trace;
pub mod seen_day;
pub mod sha256_hex;
pub mod text_message;
pub mod upload_bounds;
pub mod upload_state;
