//! `handlers apply FILE`: puts the operator's controllers, teams and staff into the register.
//! Idempotent: the same document twice changes nothing.

use domain::link_life::LinkLife;
use domain::ports::documents::{Change, Container, Documents, Query, list_all};
use domain::ports::error::StoreError;
use domain::purpose::Purpose;
use domain::register::controller::Controller;
use domain::register::directory_entry::DirectoryEntry;
use domain::register::staff::{Role, Staff, staff_id};
use domain::register::text_provider::unregistered;
use domain::register::{CONTROLLER, CONTROLLER_DIRECTORY, STAFF_DIRECTORY};
use serde::Deserialize;

/// The document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllersDocument {
    controllers: Vec<ControllerEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ControllerEntry {
    staff: Vec<StaffEntry>,
    #[serde(flatten)]
    controller: serde_json::Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StaffEntry {
    /// The service's own issuer where left out.
    #[serde(default)]
    issuer: Option<String>,
    subject: String,
    name: String,
    email: String,
    teams: Vec<String>,
    roles: Vec<Role>,
}

/// Why nothing was applied, in words for an administrator.
#[derive(Debug, thiserror::Error)]
pub enum ApplyRefused {
    #[error("the controllers document does not parse: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("controller `{0}`: {1}")]
    Wrong(String, String),
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Checks the whole document, then writes it; nothing is written where anything is wrong.
pub async fn apply(
    documents: &dyn Documents,
    document: &[u8],
    own_issuer: &str,
) -> Result<usize, ApplyRefused> {
    let document: ControllersDocument = serde_json::from_slice(document)?;
    let mut checked = Vec::new();
    for entry in document.controllers {
        let controller: Controller = serde_json::from_value(entry.controller)?;
        check(&controller, &entry.staff)?;
        checked.push((controller, entry.staff));
    }
    let count = checked.len();
    for (controller, staff) in checked {
        let id = controller.controller.clone();
        put(documents, &id, CONTROLLER, &controller).await?;
        let entry = DirectoryEntry {
            controller: id.clone(),
            name: controller.name,
            phone: controller.phone,
            demo: controller.demo,
        };
        put(documents, CONTROLLER_DIRECTORY, &id, &entry).await?;
        for member in staff {
            let issuer = member.issuer.unwrap_or_else(|| own_issuer.to_owned());
            let row = Staff {
                subject: member.subject,
                controller: id.clone(),
                name: member.name,
                email: member.email,
                teams: member.teams,
                roles: member.roles,
                issuer,
            };
            let row_id = staff_id(&row.issuer, &row.subject);
            put(documents, STAFF_DIRECTORY, &row_id, &row).await?;
        }
    }
    Ok(count)
}

/// True where every controller in the store is a demo one: only then may a clock be set forward.
pub async fn demo_only(documents: &dyn Documents) -> Result<bool, StoreError> {
    let rows =
        list_all(documents, Container::Register, CONTROLLER_DIRECTORY, Query::prefix("")).await?;
    Ok(rows.iter().all(|row| row.body["demo"] == serde_json::Value::Bool(true)))
}

async fn put(
    documents: &dyn Documents,
    partition: &str,
    id: &str,
    value: &impl serde::Serialize,
) -> Result<(), StoreError> {
    let change = Change::put(id, value)?;
    documents.commit(Container::Register, partition, vec![change]).await.map(drop)
}

fn check(controller: &Controller, staff: &[StaffEntry]) -> Result<(), ApplyRefused> {
    let wrong = |words: String| Err(ApplyRefused::Wrong(controller.controller.clone(), words));
    if !domain::ids::is_id(&controller.controller) {
        return wrong("its id must be letters, digits and hyphens".into());
    }
    // R12: nobody runs without somebody to turn to.
    if controller.officer.name.trim().is_empty() || controller.officer.contact.trim().is_empty() {
        return wrong("the data-protection officer's name and contact are required".into());
    }
    if controller.phone.trim().is_empty() || controller.name.trim().is_empty() {
        return wrong("a public name and a phone number are required".into());
    }
    if let Err(refused) = controller.notice.check() {
        return wrong(refused.to_string());
    }
    // R46.
    if let Err(words) = unregistered(&controller.texts, &controller.sub_processors) {
        return wrong(words);
    }
    if LinkLife::parse(controller.link_days).is_err() {
        return wrong("linkDays must be 1 to 28".into());
    }
    let anchor = jiff::civil::date(2026, 1, 1);
    if let Err(refused) = domain::retention::due(
        domain::retention::RecordClass::VisualRecord,
        anchor,
        controller.keep_years,
        None,
        None,
    ) {
        return wrong(refused.to_string());
    }
    if let Some(unknown) =
        controller.purposes.iter().find(|entry| Purpose::parse(&entry.purpose).is_err())
    {
        return wrong(format!("purpose `{}` is not known", unknown.purpose));
    }
    for team in &controller.teams {
        if !domain::ids::is_id(&team.team) {
            return wrong(format!("team `{}`: letters, digits and hyphens", team.team));
        }
    }
    for member in staff {
        if let Some(team) = member.teams.iter().find(|team| controller.team(team).is_none()) {
            return wrong(format!("`{}` is in no team `{team}`", member.subject));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;

    fn document(pointer: &str, value: Value) -> Vec<u8> {
        let mut document: Value =
            serde_json::from_slice(include_bytes!("../demo/controllers.json")).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        serde_json::to_vec(&document).unwrap()
    }

    #[tokio::test]
    async fn a_document_with_a_mistake_is_refused_whole() {
        // R12, R46, R60, R2.
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        for (pointer, value) in [
            ("/controllers/1/officer/contact", json!(" ")),
            ("/controllers/1/linkDays", json!(29)),
            ("/controllers/1/texts", json!({ "provider": "azure-communication-services" })),
            ("/controllers/1/texts", json!({ "provider": "whoever-is-cheapest" })),
            ("/controllers/1/officer/name", json!("")),
            ("/controllers/1/notice/sections", json!([])),
            ("/controllers/1/purposes/0/purpose", json!("marketing")),
            ("/controllers/1/staff/0/teams", json!(["nobody"])),
        ] {
            let refused = super::apply(&app.store, &document(pointer, value), "issuer").await;
            assert!(refused.is_err(), "{pointer}");
        }
    }

    #[tokio::test]
    async fn a_controller_that_is_not_a_demo_one_is_seen() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        assert!(super::demo_only(&app.store).await.unwrap());
        let real = document("/controllers/0/demo", json!(false));
        super::apply(&app.store, &real, "issuer").await.unwrap();
        assert!(!super::demo_only(&app.store).await.unwrap());
    }
}
