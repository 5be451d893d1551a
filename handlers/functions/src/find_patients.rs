//! `find-patients`: by surname, NHS number or date of birth, inside the controller.
//!
//! Trigger: HTTP POST /api/patients/find (never in a URL: the host logs those). Touches: the caller's own
//! day, where the search is counted before it runs and told, without its words, before it is answered.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::letter_folding::search_key;
use domain::nhs_number::NhsNumber;
use domain::ports::documents::{Container, Query};
use domain::purpose::Purpose;
use domain::record::PATIENT;
use domain::record::patient::{Details, Keeping, Patient};
use domain::register;
use domain::register::number::{Reservation, number_id};
use domain::register::patient_row::PatientRow;
use domain::register::staff::Role;
use domain::search_trace::Asked;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::as_staff::StaffDoor;
use crate::looks::{Looks, look_of};
use crate::problems;
use crate::record::{NewEvent, versioned};
use crate::search_count::count_search;
use crate::sign_in::staff::SignedIn;

/// More than this helps nobody: the answer says that there are more.
const MOST: usize = 50;

const DOOR: StaffDoor = StaffDoor { function: "find-patients", purpose: Purpose::Identify };

pub fn function() -> Function<App> {
    Function::http("find-patients", &[Method::POST], "api/patients/find", find_patients)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Surname, NHS number, or date of birth (`YYYY-MM-DD` or `DD/MM/YYYY`).
    pub q: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundPatients {
    pub patients: Vec<FoundPatient>,
    /// True where there are more than fit.
    pub more: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundPatient {
    pub patient: String,
    /// Empty: a person with one name, which is the family name.
    pub given_name: String,
    pub family_name: String,
    pub date_of_birth: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nhs_number: Option<String>,
}

#[utoipa::path(post, path = "/api/patients/find", tag = "staff", request_body = Search, responses(
    (status = 200, body = FoundPatients), (status = 422, description = "Nothing to search for"),
    (status = 429, description = "Too many searches: `Retry-After`, `secondsLeft`"),
))]
pub async fn find_patients(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, find).await
}

async fn find(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(Purpose::Identify)?;
    let search: Search = request.json()?;
    let q = search.q.trim();
    if q.is_empty() || q.chars().count() > 100 {
        let line = ("q".into(), "Enter a surname, an NHS number or a date of birth".into());
        return Err(problems::wrong_fields(vec![line]).into());
    }
    let now = app.now();
    count_search(&app, &signed_in, &operation, now).await?;
    let (folded, number) = (search_key(q), NhsNumber::parse(q, app.settings.deployment));
    let asked = match (date_typed(q), &number) {
        (Some(date), _) => Asked::DateOfBirth(date),
        (None, Ok(number)) => Asked::NhsNumber(number),
        (None, Err(_)) => Asked::FamilyName(&folded),
    };
    let rows = match asked {
        Asked::DateOfBirth(date) => {
            by_property(&app, &signed_in, "dateOfBirth", date.to_string()).await?
        }
        Asked::NhsNumber(number) => by_number(&app, &signed_in, number).await?,
        Asked::FamilyName(folded) => {
            by_property(&app, &signed_in, "familyKey", folded.to_owned()).await?
        }
    };
    let more = rows.len() > MOST;
    let mut patients = Vec::new();
    for row in rows.into_iter().take(MOST) {
        // A row is a pointer: the record decides whether there is somebody, and whether it is who
        // was looked for.
        let found = own(&app, &signed_in, &row).await?;
        if let Some(patient) = found.filter(|found| is_who(&asked, &found.details)) {
            patients.push(FoundPatient {
                patient: patient.patient,
                given_name: patient.details.given_names().to_owned(),
                family_name: patient.details.family_name.as_str().to_owned(),
                date_of_birth: patient.details.date_of_birth.date().to_string(),
                nhs_number: patient.details.nhs_number.map(|number| number.to_string()),
            });
        }
    }
    let key = stored(app.keys.number_key(&signed_in.controller.controller).await)?;
    let (trace, found) = (asked.trace(&key), patients.len().to_string());
    let about = [("asked", trace.as_str()), ("by", asked.by()), ("found", found.as_str())];
    let event = NewEvent { operation: &operation, what: "patients-sought", about: &about };
    Looks::of(&app, &signed_in, now).tell(event, &look_of(&request.invocation)).await?;
    Ok(Reply::ok(&FoundPatients { patients, more }))
}

/// True where the record says what was asked for.
fn is_who(asked: &Asked<'_>, details: &Details) -> bool {
    match asked {
        Asked::DateOfBirth(date) => details.date_of_birth.date() == *date,
        Asked::NhsNumber(number) => details.nhs_number.as_ref() == Some(number),
        Asked::FamilyName(folded) => search_key(details.family_name.as_str()) == *folded,
    }
}

async fn by_property(
    app: &App,
    signed_in: &SignedIn,
    property: &'static str,
    value: String,
) -> Result<Vec<String>, Failure> {
    let query = Query::prefix(register::PATIENT).with(property, value).limit(MOST + 1);
    let controller = &signed_in.controller.controller;
    let page = stored(app.documents.list(Container::Register, controller, &query).await)?;
    page.documents.iter().map(|row| Ok(stored(row.read::<PatientRow>())?.patient)).collect()
}

async fn by_number(
    app: &App,
    signed_in: &SignedIn,
    number: &NhsNumber,
) -> Result<Vec<String>, Failure> {
    let controller = &signed_in.controller.controller;
    let id = number_id(&stored(app.keys.number_key(controller).await)?, number);
    let found = stored(app.documents.get(Container::Register, controller, &id).await)?;
    found.map(|row| Ok(stored(row.read::<Reservation>())?.patient)).into_iter().collect()
}

async fn own(app: &App, signed_in: &SignedIn, patient: &str) -> Result<Option<Patient>, Failure> {
    let found = stored(app.documents.get(Container::Patients, patient, PATIENT).await)?;
    let patient = found.map(versioned::<Patient>).transpose()?.map(|patient| patient.value);
    Ok(patient.filter(|patient| {
        patient.controller == signed_in.controller.controller && patient.keeping == Keeping::Kept
    }))
}

/// `1980-02-29` or `29/02/1980`.
fn date_typed(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let mut parts = text.split('/').map(|part| part.trim().parse::<i16>().ok());
    let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use domain::ports::documents::ReadDocuments as _;
    use domain::ports::keys::Keys as _;
    use domain::seen_day::{SEARCHES, SeenDay};
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{ASHA, BEN, TestApp, status};

    fn search(who: &str, q: &str) -> Request {
        TestApp::staff(who, Method::POST, "/api/patients/find", &json!({ "q": q }))
    }

    async fn code(test: &TestApp, who: &str) -> u16 {
        let answer = find_patients(test.app.clone(), search(who, "Bell")).await;
        answer.map_or_else(|refused| status(&refused), |reply| reply.status().as_u16())
    }

    #[tokio::test]
    async fn a_search_leaves_how_many_it_found_and_no_word_of_what_was_asked() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let number = json!({ "nhsNumber": "999 000 0018" });
        test.add_patient_as(ASHA, &number).await.unwrap();
        let key = test.store.number_key("riverside").await.unwrap();
        let deployment = test.app.settings.deployment;
        let number = NhsNumber::parse("9990000018", deployment).unwrap();
        for (q, asked, found) in [
            ("BÉLL", Asked::FamilyName("bell"), "1"),
            ("Bellow", Asked::FamilyName("bellow"), "0"),
            ("29/02/1980", Asked::DateOfBirth(Date::constant(1980, 2, 29)), "1"),
            ("999 000 0018", Asked::NhsNumber(&number), "1"),
        ] {
            find_patients(test.app.clone(), search(ASHA, q)).await.unwrap();
            let look = test.look_events(ASHA).await.last().unwrap().clone();
            assert_eq!(look["name"], "patients-sought", "{q}");
            let told = json!({ "asked": asked.trace(&key), "by": asked.by(), "found": found });
            let mut details = look["details"].clone();
            details.as_object_mut().unwrap().remove("dayBefore");
            assert_eq!(details, told, "{q}");
            assert!(!look.to_string().to_lowercase().contains("bell"), "{look}");
        }
    }

    #[tokio::test]
    async fn above_its_limits_nothing_is_searched_and_one_event_a_window_says_so() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for _ in 0..60 {
            assert_eq!(code(&test, ASHA).await, 200);
        }
        test.pass(SignedDuration::from_secs(20));
        for _ in 0..5 {
            let refused = find_patients(test.app.clone(), search(ASHA, "Bell")).await.unwrap_err();
            let reply = Reply::from(refused.as_problem());
            assert_eq!((status(&refused), reply.header_value("retry-after")), (429, Some("40")));
            let words = crate::patient_page::problem(&refused);
            assert!(words["detail"].as_str().unwrap().contains("Wait 40 seconds"), "{words}");
        }
        assert_eq!(code(&test, BEN).await, 200, "another person's searches are theirs");
        let told = |looks: &[String], name: &str| looks.iter().filter(|look| *look == name).count();
        let looks = test.looks(ASHA).await;
        assert_eq!((told(&looks, "patients-sought"), told(&looks, "searches-limited")), (60, 1));
        test.set("2026-11-22T10:01:00Z");
        assert_eq!(code(&test, ASHA).await, 200);
    }

    #[tokio::test]
    async fn an_hour_has_its_own_limit_which_is_said_in_minutes() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut codes = Vec::new();
        for minute in 0..12 {
            test.set(&format!("2026-11-22T10:{minute:02}:00Z"));
            for _ in 0..51 {
                codes.push(code(&test, ASHA).await);
            }
        }
        assert_eq!(codes.iter().filter(|code| **code == 200).count(), 600);
        let refused = find_patients(test.app.clone(), search(ASHA, "Bell")).await.unwrap_err();
        let words = crate::patient_page::problem(&refused);
        assert!(words["detail"].as_str().unwrap().contains("Wait 49 minutes"), "{words}");
        test.set("2026-11-22T11:00:00Z");
        assert_eq!(code(&test, ASHA).await, 200);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn searches_at_once_do_not_slip_past_the_count() {
        let mut test = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut settings = (*test.app.settings).clone();
        settings.searches.a_minute = 5;
        test.app.settings = std::sync::Arc::new(settings);
        let searches: Vec<_> = (0..12)
            .map(|_| tokio::spawn(find_patients(test.app.clone(), search(ASHA, "Bell"))))
            .collect();
        let mut answered = 0;
        for search in searches {
            answered += usize::from(search.await.unwrap().is_ok());
        }
        assert!((1..=5).contains(&answered), "{answered}");
        let looks = test.look_events(ASHA).await;
        let sought = looks.iter().filter(|look| look["name"] == "patients-sought").count();
        assert!(sought >= answered, "nobody is shown whose search is not told");
        let row = domain::register::staff::staff_id(&test.app.settings.staff_issuer, ASHA);
        let day = crate::ledger::day(test.now());
        let partition = SeenDay { controller: "riverside".into(), day, staff: row }.partition();
        let counted = test.store.get(Container::Register, &partition, SEARCHES).await.unwrap();
        assert_eq!(counted.unwrap().body["minute"]["counted"], Value::from(5));
    }

    // The 409 of a known number says that it is known, and whose: it is a search by another door.
    #[tokio::test]
    async fn asking_by_adding_is_counted_as_a_search() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let number = json!({ "nhsNumber": "999 000 0018" });
        test.add_patient_as(BEN, &number).await.unwrap();
        for _ in 0..60 {
            assert_eq!(status(&test.add_patient_as(ASHA, &number).await.unwrap_err()), 409);
        }
        let refused = test.add_patient_as(ASHA, &number).await.unwrap_err();
        assert_eq!(status(&refused), 429);
        assert_eq!(refused.as_problem().extension_of("patient"), None);
        assert_eq!(code(&test, ASHA).await, 429);
    }

    #[test]
    fn a_date_is_understood_as_people_type_it() {
        let date = Date::new(1980, 2, 29).ok();
        assert_eq!(date_typed("1980-02-29"), date);
        assert_eq!(date_typed("29/02/1980"), date);
        assert_eq!(date_typed("29/02/1981"), None);
        assert_eq!(date_typed("Bell"), None);
    }
}
