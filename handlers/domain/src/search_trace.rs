//! What a search leaves behind: not what was asked, but a keyed hash of it. Who has the controller's
//! key and a question ("was this number searched for?") can find the answer; nobody can read it off.

use jiff::civil::Date;

use crate::keyed_hash::keyed_hash;
use crate::nhs_number::NhsNumber;
use crate::ports::keys::SecretKey;
use crate::sha256_hex::Sha256Hex;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<'a> {
    /// A family name, as `letter_folding::search_key` folds it.
    FamilyName(&'a str),
    /// An NHS number.
    NhsNumber(&'a NhsNumber),
    /// A date of birth.
    DateOfBirth(Date),
}

impl Asked<'_> {
    /// By what it was asked, for the event.
    pub fn by(&self) -> &'static str {
        match self {
            Self::FamilyName(_) => "family-name",
            Self::NhsNumber(_) => "nhs-number",
            Self::DateOfBirth(_) => "date-of-birth",
        }
    }

    /// HMAC-SHA-256 under the controller's key. The words in front keep it apart from the id of a
    /// number's reservation, which hangs on the same key.
    pub fn trace(&self, key: &SecretKey) -> Sha256Hex {
        let by = self.by();
        match self {
            Self::FamilyName(folded) => keyed_hash(key, &format!("search {by} {folded}")),
            Self::NhsNumber(number) => keyed_hash(key, &format!("search {by} {}", number.digits())),
            Self::DateOfBirth(date) => keyed_hash(key, &format!("search {by} {date}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::deployment::Deployment;
    use crate::register::number::number_id;

    const KEY: SecretKey = SecretKey([7; 32]);

    #[test]
    fn a_trace_is_pinned_so_that_a_question_of_years_later_finds_it() {
        // Computed apart from this code with Python's hmac and hashlib.
        let bell = Asked::FamilyName("bell").trace(&KEY);
        assert_eq!(
            bell.as_str(),
            "bbec4884ea6dfe4845345162661c5c8da719e37dfd508bfee0f8a6bf54a139f5"
        );
        let born = Asked::DateOfBirth(date(1980, 2, 29)).trace(&KEY);
        assert_eq!(
            born.as_str(),
            "770f391bade226ec4a55f981c1296fda4844b41aedb477e5a0feb8e7984d85b2"
        );
    }

    #[test]
    fn a_trace_is_no_reservation_s_id_and_no_other_controller_s_trace() {
        let number = NhsNumber::parse("999 000 0018", Deployment::Trial).unwrap();
        let trace = Asked::NhsNumber(&number).trace(&KEY);
        assert!(!number_id(&KEY, &number).contains(trace.as_str()));
        assert_ne!(trace, Asked::NhsNumber(&number).trace(&SecretKey([8; 32])));
        assert_ne!(trace, Asked::FamilyName("9990000018").trace(&KEY));
    }
}
