//! Whether a patient's number may be texted now, and the words for staff where it may not.

use custom_handler::{Failure, Problem, StatusCode};
use domain::mobile::Mobile;
use domain::record::patient::Patient;
use domain::register::controller::Controller;

use crate::app::App;
use crate::declined_numbers::is_declined;
use crate::details_form::NOT_ABROAD;
use crate::problems;

/// 422 where there is no number that this controller texts, 409 while nobody has confirmed one that
/// somebody declined.
pub async fn must_take_texts(
    app: &App,
    controller: &Controller,
    patient: &Patient,
) -> Result<(), Failure> {
    let Some(mobile) = &patient.details.mobile else { return Err(no_mobile().into()) };
    if mobile.is_abroad() && !controller.texts_abroad {
        return Err(problems::wrong_fields(vec![("mobile".into(), NOT_ABROAD.into())]).into());
    }
    if is_confirmed(app, patient).await? { Ok(()) } else { Err(confirm_mobile_first().into()) }
}

/// The same, for whoever is not told why.
pub async fn takes_texts(
    app: &App,
    controller: &Controller,
    patient: &Patient,
) -> Result<bool, Failure> {
    let takes = |mobile: &Mobile| controller.texts_abroad || !mobile.is_abroad();
    Ok(patient.details.mobile.as_ref().is_some_and(takes) && is_confirmed(app, patient).await?)
}

/// False while somebody with this number has said that it is not the patient's, of whichever record
/// of the controller, and nobody has checked it with this one.
pub async fn is_confirmed(app: &App, patient: &Patient) -> Result<bool, Failure> {
    if patient.number_checked || !patient.mobile_confirmed {
        return Ok(patient.mobile_confirmed);
    }
    Ok(!is_declined(app, &patient.controller, &patient.details).await?)
}

fn no_mobile() -> Problem {
    let title = "There is no mobile number to text";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no-mobile", title).detail(
        "The record has no mobile number, so nothing can be texted. Add one to the details, or take \
         the photos now, in the room. Nothing was sent.",
    )
}

/// 409 while nobody has confirmed a number that somebody declined.
pub fn confirm_mobile_first() -> Problem {
    Problem::new(StatusCode::CONFLICT, "confirm-mobile", "Confirm the mobile number first").detail(
        "Somebody with this number said that the message was not for them. Ask the patient for \
         their number, correct or confirm it, then send again. Nothing was sent.",
    )
}
