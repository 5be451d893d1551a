//! One small row a patient, for search inside the controller.

use serde::{Deserialize, Serialize};

use crate::letter_folding::search_key;
use crate::record::patient::Patient;

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
    /// Name as shown; empty of a person with one name.
    #[serde(default)]
    pub given_name: String,
    /// Name as shown.
    pub family_name: String,
}

impl PatientRow {
    /// What the record says.
    pub fn of(patient: &Patient) -> Self {
        let details = &patient.details;
        Self {
            patient: patient.patient.clone(),
            family_key: search_key(details.family_name.as_str()),
            date_of_birth: details.date_of_birth.date().to_string(),
            given_name: details.given_names().to_owned(),
            family_name: details.family_name.as_str().to_owned(),
        }
    }
}
