//! What no single function can show: proofs over the whole table, the whole store, whole nights.

mod stored_field;
mod table;
pub mod watched;
mod whole_life;

mod data_inventory;
mod identity;
mod nights;
mod roles;
