//! The form with a patient's details, as staff type it; used to add and to correct.

use custom_handler::Failure;
use domain::date_of_birth::DateOfBirth;
use domain::deployment::Deployment;
use domain::email::Email;
use domain::free_text::FreeText;
use domain::gp_practice::GpPractice;
use domain::mobile::Mobile;
use domain::nhs_number::NhsNumber;
use domain::person_name::{NotAName, PersonName};
use domain::record::patient::Details;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problems;

/// UK Core verification statuses of an NHS number (R26).
const NUMBER_STATUSES: [&str; 8] = ["01", "02", "03", "04", "05", "06", "07", "08"];

/// Beside a number from abroad, where the controller's links stay in the country.
pub const NOT_ABROAD: &str = "Your organisation does not text numbers from abroad. Enter a UK \
                              mobile, or leave it empty and take the photos in the room";

/// Details as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetailsForm {
    /// Empty for a person with one name.
    #[serde(default)]
    #[schema(example = "Ada")]
    pub given_name: String,
    /// Or the only name.
    #[serde(default)]
    #[schema(example = "Bell")]
    pub family_name: String,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    #[schema(example = "1980-02-29")]
    pub date_of_birth: String,
    /// Ten digits, spaces allowed.
    #[serde(default)]
    #[schema(example = "999 000 0018")]
    pub nhs_number: Option<String>,
    /// ODS code of the registered practice.
    #[serde(default)]
    #[schema(example = "A81001")]
    pub gp_practice: Option<String>,
    /// As people write it, from abroad with `+` or `00`; empty where nothing is to be texted.
    #[serde(default)]
    #[schema(example = "07700 900123")]
    pub mobile: Option<String>,
    #[serde(default)]
    #[schema(example = "ada@example.org")]
    pub email: Option<String>,
    /// `01` to `08` as UK Core numbers them; `02` (present, not traced) where left out.
    #[serde(default)]
    #[schema(example = "02")]
    pub nhs_number_status: Option<String>,
    /// Where the details come from; `staff` where left out.
    #[serde(default)]
    #[schema(example = "staff")]
    pub source: Option<String>,
}

impl DetailsForm {
    /// The details, or one 422 that names every wrong field (R22, R25).
    pub fn parse(
        &self,
        deployment: Deployment,
        texts_abroad: bool,
        today: Date,
    ) -> Result<Details, Failure> {
        let mut wrong = Vec::new();
        let names = names(&mut wrong, &self.given_name, &self.family_name);
        let born = DateOfBirth::parse(&self.date_of_birth, today);
        let date_of_birth = field(&mut wrong, "dateOfBirth", born);
        let mobile = given(self.mobile.as_deref())
            .and_then(|text| field(&mut wrong, "mobile", Mobile::parse(text, deployment)));
        if mobile.as_ref().is_some_and(Mobile::is_abroad) && !texts_abroad {
            wrong.push(("mobile".into(), NOT_ABROAD.into()));
        }
        let nhs_number = given(self.nhs_number.as_deref())
            .and_then(|text| field(&mut wrong, "nhsNumber", NhsNumber::parse(text, deployment)));
        let gp_practice = given(self.gp_practice.as_deref())
            .and_then(|text| field(&mut wrong, "gpPractice", GpPractice::parse(text)));
        let email = given(self.email.as_deref())
            .and_then(|text| field(&mut wrong, "email", Email::parse(text)));
        let status = given(self.nhs_number_status.as_deref()).unwrap_or("02").to_owned();
        if !NUMBER_STATUSES.contains(&status.as_str()) {
            wrong.push(("nhsNumberStatus".into(), "Choose a status from 01 to 08".into()));
        }
        let source = given(self.source.as_deref()).unwrap_or("staff");
        let source = field(&mut wrong, "source", FreeText::line(source, 100));
        match (names, date_of_birth, source) {
            (Some((given_name, family_name)), Some(date_of_birth), Some(source))
                if wrong.is_empty() =>
            {
                Ok(Details {
                    given_name,
                    family_name,
                    date_of_birth,
                    nhs_number,
                    gp_practice,
                    mobile,
                    email,
                    nhs_number_status: status,
                    source: source.into(),
                })
            }
            _ => Err(problems::wrong_fields(wrong).into()),
        }
    }
}

/// Given and family name. An only name is kept as the family name, whichever box it was typed in.
fn names(
    wrong: &mut Vec<(String, String)>,
    given_name: &str,
    family_name: &str,
) -> Option<(Option<PersonName>, PersonName)> {
    match (PersonName::parse(given_name), PersonName::parse(family_name)) {
        (Err(NotAName::Missing), Err(NotAName::Missing)) => {
            let line = "Enter a family name, or the only name of a person with one name";
            wrong.push(("familyName".into(), line.into()));
            None
        }
        (Err(NotAName::Missing), only_name) => {
            field(wrong, "familyName", only_name).map(|only_name| (None, only_name))
        }
        (only_name, Err(NotAName::Missing)) => {
            field(wrong, "givenName", only_name).map(|only_name| (None, only_name))
        }
        (given_name, family_name) => {
            let given_name = field(wrong, "givenName", given_name);
            let family_name = field(wrong, "familyName", family_name);
            given_name.zip(family_name).map(|(given, family)| (Some(given), family))
        }
    }
}

/// The value, or a line about the field.
pub fn field<T, E: ToString>(
    wrong: &mut Vec<(String, String)>,
    name: &str,
    parsed: Result<T, E>,
) -> Option<T> {
    parsed.map_err(|error| wrong.push((name.to_owned(), error.to_string()))).ok()
}

/// What was left empty was not given.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
