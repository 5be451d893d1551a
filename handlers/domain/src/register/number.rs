//! The reservation of an NHS number: made before the patient, found by a keyed hash alone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::keyed_hash::keyed_hash;
use crate::nhs_number::NhsNumber;
use crate::ports::keys::SecretKey;

/// The `number-{hmac}` document of the register, create-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    /// Who has the number.
    pub patient: String,
    /// When it was reserved; one without a patient is taken over when older than functionTimeout.
    pub reserved_at: Timestamp,
}

/// Document id: from the HMAC-SHA-256 of the digits under the controller's key, so that the number stands
/// in no id.
pub fn number_id(key: &SecretKey, number: &NhsNumber) -> String {
    format!("{}{}", super::NUMBER, keyed_hash(key, number.digits()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::Deployment;

    #[test]
    fn an_id_is_pinned_because_every_stored_reservation_hangs_on_it() {
        // HMAC-SHA-256 and SHA-256, computed apart from this code with Python's hmac and hashlib.
        let number = NhsNumber::parse("999 000 0018", Deployment::Trial).unwrap();
        assert_eq!(
            number_id(&SecretKey([7; 32]), &number),
            "number-ef9380ae6ede439de3aa6a2fa3302e2790b4c058e9c75fb558a919e46156fb15"
        );
    }
}
