//! `find-patients`: by names, NHS number or date of birth, inside the controller.
//!
//! Trigger: HTTP POST /api/patients/find (never in a URL: the host logs those). Touches: the caller's own
//! day, where the search is counted before it runs and told, without its words, before it is answered.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::letter_folding::search_key;
use domain::london::day_of;
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
use domain::sought::{NameStarts, Sought};
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

/// Rows that are read of one surname or birthday, to choose from.
const MOST_ROWS: usize = 400;

/// Words that are tried as a whole family name.
const MOST_WORDS: usize = 4;

const DOOR: StaffDoor = StaffDoor { function: "find-patients", purpose: Purpose::Identify };

pub fn function() -> Function<App> {
    Function::http("find-patients", &[Method::POST], "api/patients/find", find_patients)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// An NHS number, a date of birth as people write it, or names with a whole family name; with a
    /// birthday the starts of names are enough.
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
    (status = 200, body = FoundPatients), (status = 422, description = "Nothing to search for, or a number or a day that is none"),
    (status = 429, description = "Too many searches: `Retry-After`, `secondsLeft`"),
))]
pub async fn find_patients(app: App, request: Request) -> Result<Reply, Failure> {
    DOOR.open(app, request, find).await
}

async fn find(app: App, request: Request, signed_in: SignedIn) -> Result<Reply, Failure> {
    signed_in.must_be(Role::CareTeam)?;
    let operation = signed_in.operation(Purpose::Identify)?;
    let search: Search = request.json()?;
    let now = app.now();
    let sought = Sought::parse(&search.q, app.settings.deployment, day_of(now))
        .map_err(|why| problems::wrong_fields(vec![("q".into(), why.to_string())]))?;
    count_search(&app, &signed_in, &operation, now).await?;
    let folded = match &sought {
        Sought::Names(starts) => starts.folded(),
        Sought::Number(_) | Sought::Born(..) => Vec::new(),
    };
    let asked = match &sought {
        Sought::Born(date, _) => Asked::DateOfBirth(*date),
        Sought::Number(number) => Asked::NhsNumber(number),
        Sought::Names(_) => Asked::FamilyName(folded.first().map_or("", String::as_str)),
    };
    let mut is_cut = false;
    let ids = match &sought {
        Sought::Born(date, starts) => {
            let born = by_property(&app, &signed_in, "dateOfBirth", date.to_string()).await?;
            is_cut = born.len() >= MOST_ROWS;
            in_order(born, starts)
        }
        Sought::Number(number) => by_number(&app, &signed_in, number).await?,
        Sought::Names(starts) if starts.is_empty() => Vec::new(),
        Sought::Names(starts) => {
            let mut found = Vec::new();
            for name in folded.iter().take(MOST_WORDS) {
                let named = by_property(&app, &signed_in, "familyKey", name.clone()).await?;
                is_cut |= named.len() >= MOST_ROWS;
                found.extend(named);
            }
            in_order(found, starts)
        }
    };
    let more = ids.len() > MOST || is_cut;
    let mut patients = Vec::new();
    for id in ids.into_iter().take(MOST) {
        // A row is a pointer: the record decides whether there is somebody, and whether it is who
        // was looked for.
        let found = own(&app, &signed_in, &id).await?;
        if let Some(patient) = found.filter(|found| is_who(&sought, &found.details)) {
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
fn is_who(sought: &Sought, details: &Details) -> bool {
    let begin =
        |starts: &NameStarts| starts.begin(details.given_names(), details.family_name.as_str());
    match sought {
        Sought::Born(date, starts) => details.date_of_birth.date() == *date && begin(starts),
        Sought::Number(number) => details.nhs_number.as_ref() == Some(number),
        Sought::Names(starts) => begin(starts),
    }
}

/// Ids of those whose names begin so: by family name, given names and birthday.
fn in_order(mut rows: Vec<PatientRow>, starts: &NameStarts) -> Vec<String> {
    rows.retain(|row| starts.begin(&row.given_name, &row.family_name));
    rows.sort_by_cached_key(|row| {
        let given_names = search_key(&row.given_name);
        (row.family_key.clone(), given_names, row.date_of_birth.clone(), row.patient.clone())
    });
    rows.dedup_by(|one, other| one.patient == other.patient);
    rows.into_iter().map(|row| row.patient).collect()
}

async fn by_property(
    app: &App,
    signed_in: &SignedIn,
    property: &'static str,
    value: String,
) -> Result<Vec<PatientRow>, Failure> {
    let query = Query::prefix(register::PATIENT).with(property, value).limit(MOST_ROWS);
    let controller = &signed_in.controller.controller;
    let page = stored(app.documents.list(Container::Register, controller, &query).await)?;
    page.documents.iter().map(|row| stored(row.read::<PatientRow>())).collect()
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

#[cfg(test)]
mod tests {
    use domain::ports::documents::ReadDocuments as _;
    use domain::ports::keys::Keys as _;
    use domain::seen_day::{SEARCHES, SeenDay};
    use jiff::SignedDuration;
    use jiff::civil::Date;
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

    #[tokio::test]
    async fn starts_of_other_names_and_a_birthday_find_one_of_many() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut ids = Vec::new();
        for (given, family, born) in [
            ("Zoë", "Müller", "1980-02-29"),
            ("Amina", "Khan", "1980-02-29"),
            ("Bilal", "Khan", "1990-01-05"),
        ] {
            let form = json!({ "givenName": given, "familyName": family, "dateOfBirth": born });
            ids.push(test.add_patient_as(ASHA, &form).await.unwrap());
        }
        for (q, found) in [
            ("khan", vec![1, 2]),
            ("khan am", vec![1]),
            ("Bil, Khan", vec![2]),
            ("zoe muller", vec![0]),
            ("29 February 1980", vec![1, 0]),
            ("zo 29/2/80", vec![0]),
            ("mue 29.2.1980", vec![0]),
            ("khan 29/2/1980", vec![1]),
            ("bilal 29/2/1980", vec![]),
            ("%", vec![]),
        ] {
            let found: Vec<&String> = found.into_iter().map(|at: usize| &ids[at]).collect();
            assert_eq!(test.find(q).await.iter().collect::<Vec<_>>(), found, "{q}");
        }
    }

    #[tokio::test]
    async fn a_mistyped_number_or_an_impossible_day_is_named_and_not_searched() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for (q, words) in [
            ("999 000 0019", "a digit is wrong"),
            ("999 000 001", "10 digits"),
            ("QQ123456C", "National Insurance"),
            ("31/02/1980", "no such day"),
            ("03/31/1980", "no such day"),
        ] {
            let refused = find_patients(test.app.clone(), search(ASHA, q)).await.unwrap_err();
            let said = crate::patient_page::problem(&refused).to_string();
            assert_eq!(status(&refused), 422, "{q}");
            assert!(said.contains(words), "{q}: {said}");
        }
        let looks = test.looks(ASHA).await;
        assert!(!looks.iter().any(|look| look == "patients-sought"), "{looks:?}");
    }
}
