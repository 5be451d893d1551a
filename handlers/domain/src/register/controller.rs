//! A controller: the organisation that decides about its patients' data, and what it decided.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::notice::Notice;

use super::text_provider::{SubProcessor, TextProvider};

/// The `controller` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Controller {
    /// Id, also the partition.
    pub controller: String,
    /// Public name, shown to patients before identity.
    pub name: String,
    /// The number to ring and ask "is this really you?".
    pub phone: String,
    /// Data-protection officer (R12).
    pub officer: Officer,
    /// The agreement under which the service acts; none active, nothing runs (R10).
    pub instruction: Instruction,
    /// Active entries of the purpose register (R31).
    pub purposes: Vec<RegisteredPurpose>,
    /// Life of a link in days, 1 to 28.
    pub link_days: u32,
    /// True where links are also texted to numbers from abroad.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub texts_abroad: bool,
    /// Years to keep a visual record, if shorter than the cap (R60).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_years: Option<u8>,
    /// Day the contract ended, if it did (R65).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_ended: Option<Date>,
    /// When somebody looks at what was sent, in words: "within one working day".
    pub looked_at: String,
    /// What to do if it gets worse, in words.
    pub if_worse: String,
    /// Its own privacy notice, shown beside the platform's (R2).
    pub notice: Notice,
    /// Who sends its texts.
    #[serde(default)]
    pub texts: TextProvider,
    /// Who handles data for it besides the operator (R46).
    #[serde(default)]
    pub sub_processors: Vec<SubProcessor>,
    /// Its teams.
    pub teams: Vec<Team>,
    /// True only in the demo document; a clock set forward is refused where one is false.
    #[serde(default)]
    pub demo: bool,
}

/// Who answers for data protection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Officer {
    /// Name or office.
    pub name: String,
    /// E-mail or postal address.
    pub contact: String,
}

/// The recorded instruction (R10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Instruction {
    /// Reference of the agreement.
    pub id: String,
    /// False suspends everything.
    pub active: bool,
}

/// An entry of the purpose register (R31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisteredPurpose {
    /// `identify` or `manage-condition`.
    pub purpose: String,
    /// Legal basis in the controller's words (C3).
    pub basis: String,
    /// False refuses the purpose.
    pub active: bool,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Team {
    /// Id.
    pub team: String,
    /// Name.
    pub name: String,
    /// True where the public name gives nothing away, so that it may be shown before identity.
    #[serde(default)]
    pub public_name_tells_nothing: bool,
}

impl Controller {
    /// True where the register has this purpose and it is active.
    pub fn allows(&self, purpose: &str) -> bool {
        self.purposes.iter().any(|entry| entry.purpose == purpose && entry.active)
    }

    /// The team of this id.
    pub fn team(&self, id: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.team == id)
    }
}
