//! A member of staff: found by what the token says, allowed what the register says (DESIGN).

use serde::{Deserialize, Serialize};

use crate::sha256_hex::Sha256Hex;

/// A row of the staff directory, id = [`staff_id`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Staff {
    /// Issuer of the token.
    pub issuer: String,
    /// Subject in that issuer.
    pub subject: String,
    /// Whose staff.
    pub controller: String,
    /// Name, shown beside notes.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Ids of their teams.
    pub teams: Vec<String>,
    /// What they may do (R5).
    pub roles: Vec<Role>,
}

/// Roles of R5. A patient is nobody here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Requests, captures, reviews.
    CareTeam,
    /// Sees what is passed to them.
    Specialist,
    /// Settings of the controller.
    ControllerAdmin,
    /// Rights, holds, breaches.
    DataProtectionOfficer,
}

/// Directory id of issuer and subject: a SHA-256 over both. It may stand in a log; they may not.
pub fn staff_id(issuer: &str, subject: &str) -> Sha256Hex {
    // The length in front keeps two pairs apart that read the same when joined.
    Sha256Hex::of(format!("{} {issuer} {subject}", issuer.len()))
}

impl Staff {
    /// Their directory id: a hash, which may stand where their name may not.
    pub fn row(&self) -> String {
        staff_id(&self.issuer, &self.subject).to_string()
    }

    /// True where they are in `team`.
    pub fn is_in(&self, team: &str) -> bool {
        self.teams.iter().any(|own| own == team)
    }

    /// True for one who works here no longer: kept by name, for what they wrote, and for nothing else.
    pub fn has_left(&self) -> bool {
        self.teams.is_empty() && self.roles.is_empty()
    }

    /// The row of one who leaves: the name stays.
    #[must_use]
    pub fn leave(self) -> Self {
        Self { email: String::new(), teams: Vec::new(), roles: Vec::new(), ..self }
    }

    /// True where they have `role`.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
