//! Staff of a controller that a document does not name: it may not touch them.

use std::collections::BTreeSet;

use domain::ports::documents::{Container, ReadDocuments};
use domain::register::STAFF_DIRECTORY;
use domain::register::staff::{Staff, staff_id};

use super::ApplyRefused;

/// Refuses to take a member of staff away from an organisation that the document does not name: who
/// looks after that one would see them gone without having said so.
pub(super) async fn check_others(
    documents: &dyn ReadDocuments,
    named: &BTreeSet<String>,
    staff: &[Staff],
) -> Result<(), ApplyRefused> {
    for member in staff {
        let id = staff_id(&member.issuer, &member.subject).to_string();
        let found = documents.get(Container::Register, STAFF_DIRECTORY, &id).await?;
        let Some(before) = found.map(|found| found.read::<Staff>()).transpose()? else { continue };
        if !named.contains(&before.controller) {
            return Err(ApplyRefused::Wrong(
                member.controller.clone(),
                format!(
                    "`{}` is staff of controller `{}`, which this document does not name. Put both \
                     into one document, without them where they have left",
                    member.subject, before.controller
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::{Query, Stored, list_all};
    use serde_json::{Value, json};

    use super::*;
    use crate::apply::apply;
    use crate::testing::TestApp;

    fn demo() -> Value {
        serde_json::from_slice(include_bytes!("../../demo/controllers.json")).unwrap()
    }

    async fn rows(app: &TestApp) -> Vec<Stored> {
        let all = Query::prefix("");
        list_all(&app.store, Container::Register, STAFF_DIRECTORY, all).await.unwrap()
    }

    #[tokio::test]
    async fn nobody_is_taken_away_from_an_organisation_that_is_not_named() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut one = demo();
        let ben = one["controllers"][0]["staff"][1].clone();
        one["controllers"].as_array_mut().unwrap().remove(0);
        let teams = json!([one["controllers"][0]["teams"][0]["team"]]);
        let staff = one["controllers"][0]["staff"].as_array_mut().unwrap();
        staff.push(ben);
        staff.last_mut().unwrap()["teams"] = teams;
        let issuer = app.app.settings.staff_issuer.clone();
        let before = rows(&app).await;
        let refused = apply(&app.store, one.to_string().as_bytes(), &issuer, app.now()).await;
        let words = refused.unwrap_err().to_string();
        assert!(words.contains("`demo-ben` is staff of controller `riverside`"), "{words}");
        assert_eq!(rows(&app).await, before);

        // With both named it is said, and done.
        let mut both = demo();
        both["controllers"][0]["staff"].as_array_mut().unwrap().remove(1);
        both["controllers"][1] = one["controllers"][0].clone();
        let moved = apply(&app.store, both.to_string().as_bytes(), &issuer, app.now()).await;
        assert!(moved.is_ok());
    }
}
