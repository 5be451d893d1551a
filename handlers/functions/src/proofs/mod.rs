//! What no single function can show: proofs over the whole table, the whole store, whole nights.

mod stored_field;
mod table;
pub mod watched;
mod whole_life;

mod crashes;
mod crowd;
mod data_inventory;
mod identity;
mod large_blob;
mod looks;
mod names;
mod nights;
mod recipients;
mod roles;
mod texts;
mod typed_words;
mod who_may_end;
