//! One small row a patient, for search inside the controller.

use serde::{Deserialize, Serialize};

/// The `patient-{id}` document of the register: what `find-patients` may answer with and no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientRow {
    /// Id.
    pub patient: String,
    /// Folded family name, as `letter_folding::search_key` folds it.
    pub family_key: String,
    /// `YYYY-MM-DD`.
    pub date_of_birth: String,
    /// Name as shown.
    pub given_name: String,
    /// Name as shown.
    pub family_name: String,
}
