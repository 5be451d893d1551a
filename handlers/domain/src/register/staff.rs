//! A member of staff: found by what the token says, allowed what the register says (DESIGN).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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

/// Directory id of issuer and subject: lower-case hex SHA-256 over both with their lengths.
pub fn staff_id(issuer: &str, subject: &str) -> String {
    let mut hash = Sha256::new();
    for part in [issuer, subject] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Staff {
    /// True where they are in `team`.
    pub fn is_in(&self, team: &str) -> bool {
        self.teams.iter().any(|own| own == team)
    }

    /// True where they have `role`.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
