//! Calls that staff and patients make in the middle of a night, from a small stock of names and
//! numbers: so that people want the same ones.

use custom_handler::{Method, Request};
use serde_json::{Value, json};

use super::dice::Dice;
use crate::testing::ASHA;

const NAMES: [&str; 3] = ["Bell", "Bellow", "Ball"];
const NUMBERS: [&str; 4] = ["9990000018", "9990000026", "9990000034", "9990000042"];

fn details(dice: &mut Dice) -> Value {
    let mut details = json!({
        "givenName": "Ada", "familyName": dice.one_of(&NAMES), "dateOfBirth": "1980-02-29",
        "mobile": "07700 900123",
    });
    if !dice.once_in(3) {
        details["nhsNumber"] = json!(dice.one_of(&NUMBERS));
    }
    details
}

/// A new patient. The key is of the schedule, so that the same seed is the same night.
pub fn add(dice: &mut Dice) -> Request {
    let key = format!("{:x}", dice.number());
    Request::for_test(Method::POST, "/api/patients")
        .header("authorization", &format!("Bearer {ASHA}"))
        .header("idempotency-key", &key)
        .json(&details(dice))
        .build()
}

/// A correction of what was `seen`.
pub fn correct(dice: &mut Dice, patient: &str, seen: &Value) -> Request {
    let mut correction = details(dice);
    correction["version"] = seen["version"].clone();
    correction["reason"] = json!("Typed wrong");
    Request::for_test(Method::PUT, "/")
        .header("authorization", &format!("Bearer {ASHA}"))
        .param("patient", patient)
        .json(&correction)
        .build()
}

/// The answer that Ada Bell would give, which is wrong once she was corrected.
pub fn answer(code: &str) -> Request {
    let answer = json!({ "code": code, "familyName": "Bell", "dateOfBirth": "1980-02-29" });
    Request::for_test(Method::POST, "/api/links/identity").json(&answer).build()
}

/// "This is not for me."
pub fn decline(code: &str) -> Request {
    Request::for_test(Method::POST, "/api/links/decline").json(&json!({ "code": code })).build()
}
