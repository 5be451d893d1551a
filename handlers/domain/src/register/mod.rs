//! The register: what the operator and a controller decided, and one small row a patient for search.

pub mod controller;
pub mod declined_number;
pub mod directory_entry;
pub mod number;
pub mod patient_row;
pub mod staff;
pub mod text_provider;

/// The one document of a controller.
pub const CONTROLLER: &str = "controller";
/// Prefix of search rows.
pub const PATIENT: &str = "patient-";
/// Prefix of NHS number reservations.
pub const NUMBER: &str = "number-";
/// Prefix of declined mobile numbers.
pub const DECLINED: &str = "declined-";
/// Prefix of the keys under which patients were added (see [`crate::press`]).
pub const KEY: &str = "key-";
/// Partition that leads from a token's issuer and subject to a member of staff.
pub const STAFF_DIRECTORY: &str = "staff-directory";
/// Partition that lists the controllers.
pub const CONTROLLER_DIRECTORY: &str = "controller-directory";
