//! The patient's details, as the care team entered them (R22, R23, R25).

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::date_of_birth::DateOfBirth;
use crate::email::Email;
use crate::gp_practice::GpPractice;
use crate::identity_check::WhoItIs;
use crate::mobile::Mobile;
use crate::nhs_number::NhsNumber;
use crate::person_name::PersonName;
use crate::retention::DueBy;
use crate::shown_name::{masked_name, told_first_name, whole_name};

/// What staff may enter and correct; nothing of it ever comes from the patient's own typing (R23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// Given name; the only name that a text provider learns (R43). None of a person with one name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<PersonName>,
    /// Family name, or the only name; half of the identity check (R24).
    pub family_name: PersonName,
    /// Date of birth; the other half.
    pub date_of_birth: DateOfBirth,
    /// NHS number, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nhs_number: Option<NhsNumber>,
    /// Registered GP practice, if known (R25).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gp_practice: Option<GpPractice>,
    /// Where the link is texted; without one photos are taken in the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<Mobile>,
    /// E-mail address, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// UK Core verification status of the NHS number, `01` to `08`; what staff type is `02` (R26).
    pub nhs_number_status: String,
    /// Where the details come from, in the provider's words (R26).
    pub source: String,
}

impl Details {
    /// The given names; empty of a person with one name.
    pub fn given_names(&self) -> &str {
        self.given_name.as_ref().map(PersonName::as_str).unwrap_or_default()
    }

    /// `Ada Bell`.
    pub fn whole_name(&self) -> String {
        whole_name(self.given_name.as_ref(), &self.family_name)
    }

    /// `Ada B•••`: all that a page may show before identity is confirmed.
    pub fn masked_name(&self) -> String {
        masked_name(self.given_name.as_ref(), &self.family_name)
    }

    /// Whom a text greets; none where the name would be the answer.
    pub fn told_first_name(&self) -> Option<PersonName> {
        told_first_name(self.given_name.as_ref(), &self.family_name)
    }

    /// What the identity question is about.
    pub fn who_it_is(&self) -> WhoItIs<'_> {
        WhoItIs {
            given_name: self.given_name.as_ref(),
            family_name: &self.family_name,
            date_of_birth: &self.date_of_birth,
        }
    }
}

/// Where the record stands on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeping {
    /// Kept and readable.
    Kept,
    /// Fenced: being erased; nothing may be added, held or read any more.
    Erasing {
        /// What made it due, for the tombstone.
        rule: DueBy,
        /// The day it was due.
        due: Date,
    },
}

/// The one `patient` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// Id, also the partition.
    pub patient: String,
    /// The organisation that decides (R11). Exactly one, for good.
    pub controller: String,
    /// Counts corrections, from 1; a correction names the one it saw.
    pub version: u64,
    /// As staff entered them.
    #[serde(flatten)]
    pub details: Details,
    /// False once somebody said "this is not for me": not texted until staff confirm the number.
    pub mobile_confirmed: bool,
    /// True once staff checked this number with the patient: it is texted, whoever else declined
    /// it. Goes with the number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub number_checked: bool,
    /// Stored, not viewable, not shared, not erased (R82).
    pub restricted: bool,
    /// Last contact, the anchor of retention (R64).
    pub last_seen: Date,
    /// The day from which the record is due; the ledger has a row for it.
    pub due: Date,
    /// Fence.
    pub keeping: Keeping,
    /// An approved request to erase the whole record (R66).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure_approved: Option<Date>,
    /// When the record began.
    pub added_at: Timestamp,
    /// Subject of the member of staff who began it.
    pub added_by: String,
}
