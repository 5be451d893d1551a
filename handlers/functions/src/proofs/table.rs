//! Who each HTTP function of the table is for. A function that is in no list here fails
//! `every_http_function_is_for_somebody`: give it a line, and think about who may call it.

use custom_handler::{Failure, Function, Reply, Request, Trigger};
use domain::purpose::Purpose;
use domain::register::staff::Role;

use super::roles::{ALL_ROLES, CARE_TEAM};
use crate::app::App;
use crate::functions;

/// A staff function: its name, the roles that may call it, and the purpose it runs under.
pub type Line = (&'static str, &'static [Role], Option<Purpose>);

const IDENTIFY: Option<Purpose> = Some(Purpose::Identify);
const MANAGE: Option<Purpose> = Some(Purpose::ManageCondition);

/// The matrix of R5. Whoever is in no line may not.
pub const STAFF: [Line; 12] = [
    ("show-me", &ALL_ROLES, None),
    ("add-patient", CARE_TEAM, IDENTIFY),
    ("find-patients", CARE_TEAM, IDENTIFY),
    ("show-patient", CARE_TEAM, IDENTIFY),
    ("correct-patient", CARE_TEAM, IDENTIFY),
    ("add-note", CARE_TEAM, MANAGE),
    ("request-capture", CARE_TEAM, MANAGE),
    ("resend-link", CARE_TEAM, MANAGE),
    ("cancel-request", CARE_TEAM, MANAGE),
    ("list-inbox", CARE_TEAM, MANAGE),
    ("finish-task", CARE_TEAM, MANAGE),
    ("view-item", CARE_TEAM, MANAGE),
];

/// What the patient, or whoever holds the link, may call.
pub const PATIENT: [&str; 13] = [
    "open-link",
    "decline-link",
    "renew-link",
    "verify-identity",
    "show-consent",
    "record-consent",
    "withdraw-consent",
    "show-capture",
    "extend-session",
    "grant-upload",
    "remove-upload",
    "finish-upload",
    "submit-capture",
];

/// What a provider calls, with a token of its own.
const PROVIDER: [&str; 1] = ["record-delivery"];

/// What anybody may read.
const OPEN: [&str; 5] =
    ["describe-api", "show-controller-notice", "show-notice", "show-settings", "www-pages"];

#[test]
fn every_http_function_is_for_somebody() {
    let is_http = |trigger: &Trigger| matches!(trigger, Trigger::Http { .. });
    let functions = functions();
    let mut there: Vec<&str> =
        functions.iter().filter(|f| is_http(f.trigger())).map(Function::name).collect();
    let staff = STAFF.iter().map(|(name, ..)| *name);
    let mut listed: Vec<&str> = staff.chain(PATIENT).chain(PROVIDER).chain(OPEN).collect();
    there.sort_unstable();
    listed.sort_unstable();
    assert_eq!(there, listed, "the table, and the lists of proofs/table.rs");
}

/// What the function of this name answers.
pub async fn call(name: &str, app: &App, request: Request) -> Result<Reply, Failure> {
    let functions = functions();
    let function = functions.iter().find(|function| function.name() == name).unwrap();
    function.answer_for_test(app.clone(), request).await.unwrap()
}
