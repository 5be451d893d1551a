//! An entry of the directory of controllers: what is said about each in public.

use serde::{Deserialize, Serialize};

/// Found without knowing any controller's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectoryEntry {
    /// Id.
    pub controller: String,
    /// Public name.
    pub name: String,
    /// The number to ring and ask.
    pub phone: String,
    /// True only for the demo ones: a clock set forward is refused where one is false.
    pub demo: bool,
}
