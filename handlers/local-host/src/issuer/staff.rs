//! The demo staff, read from the controllers document that `handlers apply` takes.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// One person who may be signed in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoStaff {
    /// `sub` of their tokens.
    pub subject: String,
    pub name: String,
    pub email: String,
    /// Name of their controller.
    pub controller: String,
    /// Names of their teams.
    pub teams: Vec<String>,
    pub roles: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum StaffRefused {
    #[error("the staff document {path} cannot be read: {cause}")]
    Unreadable { path: PathBuf, cause: std::io::Error },
    #[error("the staff document {path} is not a controllers document: {cause}")]
    Malformed { path: PathBuf, cause: serde_json::Error },
    #[error("the staff document {path} lists no staff")]
    Nobody { path: PathBuf },
}

// Only the members that signing in needs; the handler owns the document's full form.
#[derive(Deserialize)]
struct Document {
    controllers: Vec<Controller>,
}

#[derive(Deserialize)]
struct Controller {
    name: String,
    #[serde(default)]
    teams: Vec<Team>,
    #[serde(default)]
    staff: Vec<Person>,
}

#[derive(Deserialize)]
struct Team {
    team: String,
    name: String,
}

#[derive(Deserialize)]
struct Person {
    subject: String,
    name: String,
    email: String,
    #[serde(default)]
    teams: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
}

/// The staff of all controllers of a document, in its order.
pub fn read_staff(path: &Path) -> Result<Vec<DemoStaff>, StaffRefused> {
    let text = std::fs::read(path)
        .map_err(|cause| StaffRefused::Unreadable { path: path.into(), cause })?;
    let document: Document = serde_json::from_slice(&text)
        .map_err(|cause| StaffRefused::Malformed { path: path.into(), cause })?;
    let staff: Vec<DemoStaff> = document.controllers.into_iter().flat_map(staff_of).collect();
    if staff.is_empty() {
        return Err(StaffRefused::Nobody { path: path.into() });
    }
    Ok(staff)
}

fn staff_of(controller: Controller) -> Vec<DemoStaff> {
    let Controller { name: controller, teams, staff } = controller;
    let team_name = |id: &String| {
        teams.iter().find(|team| team.team == *id).map_or_else(|| id.clone(), |t| t.name.clone())
    };
    staff
        .into_iter()
        .map(|person| DemoStaff {
            teams: person.teams.iter().map(team_name).collect(),
            subject: person.subject,
            name: person.name,
            email: person.email,
            controller: controller.clone(),
            roles: person.roles,
        })
        .collect()
}
