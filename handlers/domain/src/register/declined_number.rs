//! A mobile number that somebody said is not the patient's: declined for every record of the
//! controller, as long as a record is there that it was declined for.

use serde::{Deserialize, Serialize};

use crate::keyed_hash::keyed_hash;
use crate::mobile::Mobile;
use crate::ports::keys::SecretKey;

/// The `declined-{hmac}-{patient}` document of the register: one for each record, so that it goes
/// with its record and the others stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeclinedNumber {
    /// Whose record had the number when it was declined.
    pub patient: String,
}

/// How the ids of this number's rows begin: from the HMAC-SHA-256 of its E.164 under the
/// controller's key, so that the number stands in no id.
pub fn declined_prefix(key: &SecretKey, mobile: &Mobile) -> String {
    format!("{}{}-", super::DECLINED, keyed_hash(key, mobile.e164()))
}

/// Document id for one record.
pub fn declined_id(key: &SecretKey, mobile: &Mobile, patient: &str) -> String {
    format!("{}{patient}", declined_prefix(key, mobile))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::Deployment;

    #[test]
    fn a_number_is_the_same_however_it_was_written_and_stands_in_no_id() {
        let key = SecretKey([7; 32]);
        let id = |text| declined_id(&key, &Mobile::parse(text, Deployment::Trial).unwrap(), "p1");
        assert_eq!(id("07700 900123"), id("+44 (0)7700 900123"));
        assert_ne!(id("07700 900123"), id("07700 900124"));
        assert!(id("07700 900123").starts_with("declined-"));
        assert!(!id("07700 900123").contains("900123"));
    }
}
