//! What data are used for: the closed list of purposes, what each may touch, and why it may (R31).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::free_text::{FreeText, NotFreeText};

/// An entry of the purpose register, fixed by the function that runs. On the wire in kebab-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To know whose record it is (R32).
    Identify,
    /// To look after the patient's condition (R33).
    ManageCondition,
}

/// Why the law allows it: the default, which a controller may word otherwise in its register (C3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegalBasis {
    /// UK GDPR Art 6(1)(f).
    LegitimateInterest,
    /// UK GDPR Art 6(1)(a) and 9(2)(a).
    Consent,
}

/// A kind of data that a purpose may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each name is the whole explanation")]
pub enum DataField {
    Name,
    DateOfBirth,
    NhsNumber,
    GpPractice,
    Photos,
    Videos,
    Notes,
}

/// A word that is no purpose of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This purpose is not in the register of purposes")]
pub struct UnknownPurpose;

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::Identify, Self::ManageCondition];

    /// Reads a wire name; any other word is refused (R31).
    pub fn parse(text: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text).ok_or(UnknownPurpose)
    }

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::ManageCondition => "manage-condition",
        }
    }

    /// What the notice states as its ground.
    pub fn basis(self) -> LegalBasis {
        match self {
            Self::Identify => LegalBasis::LegitimateInterest,
            Self::ManageCondition => LegalBasis::Consent,
        }
    }

    /// All it may touch (R32, R33).
    pub fn fields(self) -> &'static [DataField] {
        match self {
            Self::Identify => {
                use DataField::{DateOfBirth, GpPractice, Name, NhsNumber};
                &[Name, DateOfBirth, NhsNumber, GpPractice]
            }
            Self::ManageCondition => &[DataField::Photos, DataField::Videos, DataField::Notes],
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why pictures are asked for, in the clinician's words: 1 to 200 characters on one line. Shown to
/// the patient, and only after identity.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestReason(FreeText);

/// Why a text is not a reason; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAReason {
    /// Empty, or only spaces.
    #[error("Say in a few words why you ask for photos. The patient will read it")]
    Missing,
    /// Over 200 characters.
    #[error("The reason must be 200 characters or fewer")]
    TooLong,
    /// A control or direction sign.
    #[error("The reason has a hidden sign. Type it again, do not paste")]
    CannotBeShown,
}

impl RequestReason {
    /// Reads a reason: trimmed, line ends and runs of spaces folded to one space.
    pub fn parse(text: &str) -> Result<Self, NotAReason> {
        match FreeText::line(text, 200) {
            Ok(reason) => Ok(Self(reason)),
            Err(NotFreeText::Missing) => Err(NotAReason::Missing),
            Err(NotFreeText::TooLong { .. }) => Err(NotAReason::TooLong),
            Err(NotFreeText::HiddenSign) => Err(NotAReason::CannotBeShown),
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for RequestReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Says nothing: it tells of a condition, and `Debug` ends in logs.
impl fmt::Debug for RequestReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestReason(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_outside_the_register_is_refused_r31() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.as_str()), Ok(purpose));
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.as_str());
        }
        for text in ["", "Identify", "marketing", "manage condition"] {
            assert_eq!(Purpose::parse(text), Err(UnknownPurpose));
            assert!(serde_json::from_value::<Purpose>(text.into()).is_err());
        }
    }

    #[test]
    fn to_identify_takes_four_fields_and_legitimate_interest_r32() {
        use DataField::{DateOfBirth, GpPractice, Name, NhsNumber};
        assert_eq!(Purpose::Identify.fields(), [Name, DateOfBirth, NhsNumber, GpPractice]);
        assert_eq!(Purpose::Identify.basis(), LegalBasis::LegitimateInterest);
    }

    #[test]
    fn to_manage_a_condition_takes_pictures_and_notes_and_consent_r33() {
        use DataField::{Notes, Photos, Videos};
        assert_eq!(Purpose::ManageCondition.fields(), [Photos, Videos, Notes]);
        assert_eq!(Purpose::ManageCondition.basis(), LegalBasis::Consent);
    }

    #[test]
    fn a_reason_is_a_line_of_1_to_200_characters() {
        let reason = RequestReason::parse(" The wound\non your knee ").unwrap();
        assert_eq!(reason.as_str(), "The wound on your knee");
        assert_eq!(RequestReason::parse(" \n "), Err(NotAReason::Missing));
        assert!(RequestReason::parse(&"é".repeat(200)).is_ok());
        assert_eq!(RequestReason::parse(&"é".repeat(201)), Err(NotAReason::TooLong));
        assert_eq!(RequestReason::parse("bell \u{7}"), Err(NotAReason::CannotBeShown));
        assert_eq!(format!("{reason:?}"), "RequestReason(..)");
    }
}
