//! The reservation of an NHS number: made before the patient, found by a keyed hash alone.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::nhs_number::NhsNumber;
use crate::ports::keys::SecretKey;
use crate::sha256_hex::Sha256Hex;

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
    // HMAC takes keys of any length; 32 bytes cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else { return String::new() };
    mac.update(number.digits().as_bytes());
    format!("{}{}", super::NUMBER, Sha256Hex::of(mac.finalize().into_bytes()))
}
