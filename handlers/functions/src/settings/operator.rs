//! Who runs the service (R97) and whom to ask about data protection there (R12, R158).

use domain::deployment::Deployment;
use serde::Serialize;
use utoipa::ToSchema;

use super::SettingsRefused;

/// The operator's legal details, shown below every page and in the notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operator {
    /// Legal name.
    pub name: String,
    /// Postal address in one line.
    pub address: String,
    /// Number in the companies register; empty where the operator is no company.
    pub company_number: String,
    /// E-mail address for questions and requests.
    pub contact: String,
    /// For whoever holds a link that leads nowhere: no hospital's number is known then.
    pub phone: String,
    /// E-mail address of the data-protection officer.
    pub officer: String,
}

const COMPANY_NUMBER: &str = "OPERATOR_COMPANY_NUMBER";

/// Names of the settings, and who a trial is run by.
pub(super) const OPERATOR: [(&str, &str); 6] = [
    ("OPERATOR_NAME", "Aftersight Trial Operator Ltd"),
    ("OPERATOR_ADDRESS", "1 Example Street, Exampleton, EX1 1EX"),
    (COMPANY_NUMBER, "00000000"),
    ("OPERATOR_CONTACT", "hello@operator.example.org"),
    ("OPERATOR_PHONE", "020 7946 0000"),
    ("OPERATOR_OFFICER", "dpo@operator.example.org"),
];

impl Operator {
    /// In production nobody is invented: what is missing is named.
    pub(super) fn read(
        get: impl Fn(&str) -> Option<String>,
        deployment: Deployment,
    ) -> Result<Self, SettingsRefused> {
        let mut missing = Vec::new();
        let [name, address, company_number, contact, phone, officer] =
            OPERATOR.map(|(name, of_trial)| match (get(name), deployment) {
                (Some(value), _) => value,
                (None, Deployment::Trial) => of_trial.to_owned(),
                (None, Deployment::Production) => {
                    missing.extend((name != COMPANY_NUMBER).then_some(name));
                    String::new()
                }
            });
        if missing.is_empty() {
            Ok(Self { name, address, company_number, contact, phone, officer })
        } else {
            Err(SettingsRefused(format!("{} must be set in production.", missing.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // R97, R12.
    #[test]
    fn production_names_every_detail_of_its_operator_that_is_missing() {
        let refused = Operator::read(|_| None, Deployment::Production).unwrap_err().to_string();
        for (name, _) in OPERATOR {
            assert_eq!(refused.contains(name), name != COMPANY_NUMBER, "{name}");
        }
        let all = |name: &str| (name != COMPANY_NUMBER).then(|| format!("of {name}"));
        let operator = Operator::read(all, Deployment::Production).unwrap();
        assert_eq!((&*operator.name, &*operator.company_number), ("of OPERATOR_NAME", ""));
    }

    #[test]
    fn a_trial_may_name_its_operator() {
        let get = |name: &str| (name == "OPERATOR_NAME").then(|| "Sparrow Ltd".to_owned());
        assert_eq!(Operator::read(get, Deployment::Trial).unwrap().name, "Sparrow Ltd");
        assert!(Operator::read(|_| None, Deployment::Trial).is_ok());
    }
}
