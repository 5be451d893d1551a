//! `handlers apply FILE`: puts the operator's controllers, teams and staff into the register.
//! `--check` only says what it would change. Idempotent: the same document twice changes nothing.

mod difference;
mod hand_over;
mod no_effect;
mod other_controllers;
mod plan;
mod words;

use std::collections::BTreeSet;

use domain::link_life::LinkLife;
use domain::ports::documents::{Container, Documents, Query, ReadDocuments, list_all};
use domain::ports::error::StoreError;
use domain::purpose::Purpose;
use domain::register::controller::Controller;
use domain::register::staff::{Role, Staff};
use domain::register::text_provider::unregistered;
use domain::register::{CONTROLLER, CONTROLLER_DIRECTORY};
use jiff::Timestamp;
use serde::Deserialize;

use self::hand_over::{HandOver, Has, leaving, what_it_has};
use self::no_effect::has_no_effect;
use self::other_controllers::check_others;
pub use plan::Plan;
use words::{check_names, check_texts};

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

/// Checks the whole document and compares it with the register; nothing is written.
pub async fn plan(
    documents: &dyn ReadDocuments,
    document: &[u8],
    own_issuer: &str,
) -> Result<Plan, ApplyRefused> {
    let document: ControllersDocument = serde_json::from_slice(document)?;
    let (mut ids, mut people) = (BTreeSet::new(), BTreeSet::new());
    let (mut controllers, mut staff) = (Vec::new(), Vec::new());
    let mut hand_overs = Vec::new();
    for mut entry in document.controllers {
        let leaving = leaving(&mut entry.controller);
        let texts = check_texts("", &entry.controller);
        let controller: Controller = serde_json::from_value(entry.controller)?;
        let wrong = |words| ApplyRefused::Wrong(controller.controller.clone(), words);
        texts.map_err(wrong)?;
        check_names(&controller, entry.staff.iter().map(|member| member.name.as_str()))
            .map_err(wrong)?;
        check(&controller, &entry.staff)?;
        if !ids.insert(controller.controller.clone()) {
            return Err(wrong("it is there twice".to_owned()));
        }
        for member in entry.staff {
            let member = member.of(&controller.controller, own_issuer);
            if !people.insert((member.issuer.clone(), member.subject.clone())) {
                return Err(wrong(format!("`{}` is there twice", member.subject)));
            }
            staff.push(member);
        }
        check_retention(documents, &controller).await?;
        hand_overs.extend(teams_that_go(documents, &controller, &leaving).await?);
        controllers.push(controller);
    }
    check_others(documents, &ids, &staff).await?;
    Ok(Plan::compare(documents, controllers, staff).await?.with(hand_overs))
}

/// Refuses what would have no effect on the records that are there (R60, R65).
async fn check_retention(
    documents: &dyn ReadDocuments,
    controller: &Controller,
) -> Result<(), ApplyRefused> {
    let Some(before) = stored_controller(documents, &controller.controller).await? else {
        return Ok(());
    };
    match has_no_effect(documents, &before, controller).await? {
        Some(words) => Err(ApplyRefused::Wrong(controller.controller.clone(), words)),
        None => Ok(()),
    }
}

/// The teams that the document takes away, with who takes over what they have. One that has
/// something may not go without.
async fn teams_that_go(
    documents: &dyn ReadDocuments,
    controller: &Controller,
    leaving: &[(String, String)],
) -> Result<Vec<(HandOver, Has)>, ApplyRefused> {
    let wrong = |words| ApplyRefused::Wrong(controller.controller.clone(), words);
    let mut hand_overs = Vec::new();
    for (from, to) in leaving {
        if controller.team(to).is_none() || controller.team(from).is_some() {
            let words =
                format!("team `{from}` can be handed over to a team that stays, not `{to}`");
            return Err(wrong(words));
        }
        let has = what_it_has(documents, &controller.controller, from).await?;
        if !has.is_nothing() {
            hand_overs.push((HandOver::of(controller, from, to), has));
        }
    }
    let before = stored_controller(documents, &controller.controller).await?;
    for team in before.iter().flat_map(|before| &before.teams) {
        let is_named = leaving.iter().any(|(from, _)| *from == team.team);
        if is_named || controller.team(&team.team).is_some() {
            continue;
        }
        let has = what_it_has(documents, &controller.controller, &team.team).await?;
        if has.keeps_it() {
            return Err(wrong(format!(
                "team `{}` still has {has}. Leave it in the document with \"handOverTo\": TEAM \
                 beside it, and they are moved to that team",
                team.team
            )));
        }
    }
    Ok(hand_overs)
}

async fn stored_controller(
    documents: &dyn ReadDocuments,
    controller: &str,
) -> Result<Option<Controller>, StoreError> {
    let found = documents.get(Container::Register, controller, CONTROLLER).await?;
    found.map(|found| found.read()).transpose()
}

/// Writes what differs; the plan says what that was. Nothing is written where anything is wrong.
pub async fn apply(
    documents: &dyn Documents,
    document: &[u8],
    own_issuer: &str,
    now: Timestamp,
) -> Result<Plan, ApplyRefused> {
    let plan = plan(documents, document, own_issuer).await?;
    plan.carry_out(documents, now).await?;
    Ok(plan)
}

/// True where the document has a controller that is not a demo one.
pub fn brings_real_people(document: &[u8]) -> Result<bool, ApplyRefused> {
    let document: ControllersDocument = serde_json::from_slice(document)?;
    let is_demo =
        |entry: &ControllerEntry| entry.controller["demo"] == serde_json::Value::Bool(true);
    Ok(!document.controllers.iter().all(is_demo))
}

/// True where every controller in the store is a demo one: only then may a clock be set forward.
pub async fn demo_only(documents: &dyn ReadDocuments) -> Result<bool, StoreError> {
    let rows =
        list_all(documents, Container::Register, CONTROLLER_DIRECTORY, Query::prefix("")).await?;
    Ok(rows.iter().all(|row| row.body["demo"] == serde_json::Value::Bool(true)))
}

impl StaffEntry {
    fn of(self, controller: &str, own_issuer: &str) -> Staff {
        Staff {
            issuer: self.issuer.unwrap_or_else(|| own_issuer.to_owned()),
            subject: self.subject,
            controller: controller.to_owned(),
            name: self.name,
            email: self.email,
            teams: self.teams,
            roles: self.roles,
        }
    }
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
    use custom_handler::Method;
    use domain::inbox_row::{InboxKind, InboxRow};
    use domain::ports::documents::{Container, Query, Stored, list_all};
    use domain::register::STAFF_DIRECTORY;
    use serde_json::{Value, json};

    use crate::testing::{BEN, TestApp, body, status};

    fn document(pointer: &str, value: Value) -> Vec<u8> {
        let mut document = demo();
        *document.pointer_mut(pointer).unwrap() = value;
        serde_json::to_vec(&document).unwrap()
    }

    fn demo() -> Value {
        serde_json::from_slice(include_bytes!("../demo/controllers.json")).unwrap()
    }

    async fn differences(app: &TestApp, document: &[u8]) -> Vec<String> {
        let issuer = &app.app.settings.staff_issuer;
        let plan = super::plan(&app.store, document, issuer).await.unwrap();
        plan.differences().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn the_same_document_twice_changes_nothing_and_says_nothing() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let same = demo().to_string();
        assert_eq!(differences(&app, same.as_bytes()).await, Vec::<String>::new());
        let before = rows(&app).await;
        let issuer = &app.app.settings.staff_issuer;
        super::apply(&app.store, same.as_bytes(), issuer, app.now()).await.unwrap();
        assert_eq!(rows(&app).await, before, "not an etag is another");
    }

    async fn rows(app: &TestApp) -> Vec<Stored> {
        list_all(&app.store, Container::Register, STAFF_DIRECTORY, Query::prefix("")).await.unwrap()
    }

    #[tokio::test]
    async fn what_a_document_would_change_is_said_and_only_that_is_written() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut next = demo();
        let riverside = &mut next["controllers"][0];
        riverside["linkDays"] = json!(14);
        let teams = json!([{ "team": "wound-care", "name": "Wound Care Team" },
                           { "team": "plastics", "name": "Plastic Surgery Team" },
                           { "team": "burns", "name": "Burns Team" }]);
        riverside["teams"] = teams;
        let staff = riverside["staff"].as_array_mut().unwrap();
        staff[0]["teams"] = json!(["wound-care", "burns"]);
        staff.remove(1);
        staff.push(json!({ "subject": "demo-finn", "name": "Finn Hale", "teams": ["burns"],
                           "email": "finn.hale@riverside.example.net", "roles": ["care-team"] }));
        let next = next.to_string();
        let expected = [
            "~ controller riverside: linkDays 10 -> 14",
            "~ controller riverside: teams/2 added: name \"Burns Team\", publicNameTellsNothing false, team \"burns\"",
            "~ staff asha.rowan@riverside.example.net (riverside): teams/1 added: \"burns\"",
            "+ staff finn.hale@riverside.example.net (riverside): Finn Hale; teams burns; roles care-team",
            "- staff ben.marlow@riverside.example.net (riverside): may do nothing from now on",
        ];
        assert_eq!(differences(&app, next.as_bytes()).await, expected);
        assert_eq!(differences(&app, next.as_bytes()).await, expected, "a look writes nothing");
        let issuer = app.app.settings.staff_issuer.clone();
        super::apply(&app.store, next.as_bytes(), &issuer, app.now()).await.unwrap();
        assert!(differences(&app, next.as_bytes()).await.is_empty());
        let me = TestApp::staff("demo-ben", Method::GET, "/api/me", &json!({}));
        let refused = crate::show_me::show_me(app.app.clone(), me).await.unwrap_err();
        assert_eq!(status(&refused), 403, "whom the document no longer names does nothing here");
        let back = differences(&app, demo().to_string().as_bytes()).await;
        assert!(back.contains(
            &"~ staff ben.marlow@riverside.example.net (riverside): is back; teams plastics; roles care-team".to_owned()
        ), "{back:?}");
    }

    #[tokio::test]
    async fn a_controller_that_a_document_does_not_name_is_left_alone() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut one = demo();
        one["controllers"].as_array_mut().unwrap().truncate(1);
        assert!(differences(&app, one.to_string().as_bytes()).await.is_empty());
    }

    #[tokio::test]
    async fn nobody_is_there_twice() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let first = demo()["controllers"][0].clone();
        let member = first["staff"][0].clone();
        for (pointer, doubled) in [("/controllers/1", first), ("/controllers/0/staff/1", member)] {
            let refused = super::plan(&app.store, &document(pointer, doubled), "issuer").await;
            assert!(refused.unwrap_err().to_string().contains("there twice"), "{pointer}");
        }
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
            ("/controllers/1/name", json!("evil.example/pay")),
            ("/controllers/1/teams/0/name", json!("Burns www.example.org")),
            ("/controllers/1/staff/0/name", json!("Dev\u{202e} Rao")),
            ("/controllers/1/ifWorse", json!("Call\u{2066} 999")),
            ("/controllers/1/notice/sections/0/heading", json!("Why\u{7}")),
        ] {
            let refused =
                super::apply(&app.store, &document(pointer, value), "issuer", app.now()).await;
            assert!(refused.is_err(), "{pointer}");
        }
    }

    /// The demo document, where plastics goes; to whom, if to anybody.
    fn without_plastics(to: Option<&str>) -> Vec<u8> {
        let mut document = demo();
        let riverside = &mut document["controllers"][0];
        let teams = riverside["teams"].as_array_mut().unwrap();
        let place = teams.iter().position(|team| team["team"] == "plastics").unwrap();
        match to {
            Some(to) => teams[place]["handOverTo"] = json!(to),
            None => drop(teams.remove(place)),
        }
        for member in riverside["staff"].as_array_mut().unwrap() {
            member["teams"].as_array_mut().unwrap().retain(|team| team != "plastics");
            if member["teams"] == json!([]) {
                member["teams"] = json!(["wound-care"]);
            }
        }
        serde_json::to_vec(&document).unwrap()
    }

    #[tokio::test]
    async fn a_team_that_has_something_goes_only_when_another_takes_it_over() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let issuer = test.app.settings.staff_issuer.clone();
        let patient = test.add_patient().await;
        let new = json!({ "purpose": "To see how your knee heals", "bodySite": "knee",
            "laterality": "left", "photos": 1 });
        let call = TestApp::staff_at(BEN, &[("patient", &patient)], &new);
        let asked = crate::request_capture::request_capture(test.app.clone(), call).await.unwrap();
        let request = body(&asked)["request"].as_str().unwrap().to_owned();
        let row = InboxRow {
            kind: InboxKind::Poisoned,
            at: test.now(),
            controller: "riverside".into(),
            patient: Some(patient.clone()),
            request: Some(request.clone()),
            item: None,
            detail: None,
        };
        crate::inbox::tell_team(&test.app, "plastics", "x", &row).await.unwrap();

        let refused = super::plan(&test.store, &without_plastics(None), &issuer).await.unwrap_err();
        let said = refused.to_string();
        assert!(said.contains("1 open requests, 1 rows in its inbox and 0 pictures"), "{said}");
        let nobody = super::plan(&test.store, &without_plastics(Some("burns")), &issuer).await;
        assert!(nobody.is_err(), "nobody takes over");

        let takes_over = without_plastics(Some("wound-care"));
        for _ in 0..2 {
            super::apply(&test.store, &takes_over, &issuer, test.now()).await.unwrap();
        }
        let moved = test.document(&patient, &format!("request-{request}")).await.unwrap();
        assert_eq!(moved["team"], "wound-care");
        assert_eq!(test.inbox("riverside", "wound-care").await, ["poisoned"]);
        assert!(test.inbox("riverside", "plastics").await.is_empty());
        let told = test.events(&patient).await;
        assert_eq!(told.iter().filter(|name| *name == "team-handed-over").count(), 1, "{told:?}");
        assert!(differences(&test, &takes_over).await.is_empty());
    }

    #[tokio::test]
    async fn an_earlier_end_of_records_that_are_there_is_refused_in_words() {
        // R60, R65.
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let changed = |field: &str, value: Value| {
            let mut document = demo();
            document["controllers"][0][field] = value;
            serde_json::to_vec(&document).unwrap()
        };
        let ended = changed("contractEnded", json!("2026-11-01"));
        let shorter = changed("keepYears", json!(5));
        super::plan(&test.store, &ended, "issuer").await.expect("nobody is there yet");
        test.add_patient().await;
        for document in [ended, shorter] {
            let refused = super::plan(&test.store, &document, "issuer").await.unwrap_err();
            assert!(refused.to_string().contains("has no effect yet"), "{refused}");
        }
        let longest = changed("keepYears", json!(8));
        super::plan(&test.store, &longest, "issuer").await.expect("the same as none");
    }

    #[tokio::test]
    async fn a_controller_that_is_not_a_demo_one_is_seen() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        assert!(super::demo_only(&app.store).await.unwrap());
        let real = document("/controllers/0/demo", json!(false));
        super::apply(&app.store, &real, "issuer", app.now()).await.unwrap();
        assert!(!super::demo_only(&app.store).await.unwrap());
    }
}
