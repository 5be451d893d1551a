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
pub mod look_again;
pub mod operator_row;
pub mod press;
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
pub mod free_text;
pub mod gp_practice;
pub mod guessed_codes;
pub mod identity_check;
pub mod keyed_hash;
pub mod ledger_bucket;
pub mod letter_folding;
pub mod link_code;
pub mod link_life;
pub mod london;
pub mod mobile;
mod name_dress;
pub mod name_parts;
pub mod nhs_number;
pub mod notice;
mod one_line;
mod pasted_signs;
pub mod person_name;
pub mod public_name;
pub mod purpose;
pub mod retention;
pub mod search_limit;
pub mod search_trace;
pub mod seen_day;
pub mod sha256_hex;
mod shown_as_link;
pub mod shown_name;
pub mod sought;
pub mod text_message;
mod typed_link;
pub mod upload_bounds;
pub mod upload_state;
pub mod waiting_text;
pub mod who_may_end;
