//! `find-patients`: by surname, NHS number or date of birth, inside the controller.
//!
//! Trigger: HTTP POST /api/patients/find (never in a URL: the host logs those). Touches: nothing.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::letter_folding::search_key;
use domain::nhs_number::NhsNumber;
use domain::ports::documents::{Container, Query};
use domain::record::PATIENT;
use domain::record::patient::{Keeping, Patient};
use domain::register;
use domain::register::number::{Reservation, number_id};
use domain::register::patient_row::PatientRow;
use domain::register::staff::Role;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{App, stored};
use crate::problems;
use crate::record::versioned;
use crate::sign_in::staff::{SignedIn, sign_in};

/// More than this helps nobody: the answer says that there are more.
const MOST: usize = 50;

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
    pub given_name: String,
    pub family_name: String,
    pub date_of_birth: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nhs_number: Option<String>,
}

#[utoipa::path(post, path = "/api/patients/find", tag = "staff", request_body = Search, responses(
    (status = 200, body = FoundPatients), (status = 422, description = "Nothing to search for"),
))]
pub async fn find_patients(app: App, request: Request) -> Result<Reply, Failure> {
    let signed_in = sign_in(&app, &request).await?;
    signed_in.must_be(Role::CareTeam)?;
    signed_in.operation(domain::purpose::Purpose::Identify)?;
    let search: Search = request.json()?;
    let q = search.q.trim();
    if q.is_empty() || q.chars().count() > 100 {
        let line = ("q".into(), "Enter a surname, an NHS number or a date of birth".into());
        return Err(problems::wrong_fields(vec![line]).into());
    }
    let rows = match (date_typed(q), NhsNumber::parse(q, app.settings.deployment)) {
        (Some(date), _) => by_property(&app, &signed_in, "dateOfBirth", date.to_string()).await?,
        (None, Ok(number)) => by_number(&app, &signed_in, &number).await?,
        (None, Err(_)) => by_property(&app, &signed_in, "familyKey", search_key(q)).await?,
    };
    let more = rows.len() > MOST;
    let mut patients = Vec::new();
    for row in rows.into_iter().take(MOST) {
        // A row is a pointer: the record decides whether there is somebody.
        if let Some(patient) = own(&app, &signed_in, &row).await? {
            patients.push(FoundPatient {
                patient: patient.patient,
                given_name: patient.details.given_name.as_str().to_owned(),
                family_name: patient.details.family_name.as_str().to_owned(),
                date_of_birth: patient.details.date_of_birth.date().to_string(),
                nhs_number: patient.details.nhs_number.map(|number| number.to_string()),
            });
        }
    }
    Ok(Reply::ok(&FoundPatients { patients, more }))
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
    use super::*;

    #[test]
    fn a_date_is_understood_as_people_type_it() {
        let date = Date::new(1980, 2, 29).ok();
        assert_eq!(date_typed("1980-02-29"), date);
        assert_eq!(date_typed("29/02/1980"), date);
        assert_eq!(date_typed("29/02/1981"), None);
        assert_eq!(date_typed("Bell"), None);
    }
}
