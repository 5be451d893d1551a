//! What goes wrong, in words that a nurse or a patient understands: what happened, what was and was
//! not saved, what to do. One function a problem, so that two functions never word it differently.

use custom_handler::{Problem, StatusCode};
use domain::capture_session::seconds_left;
use jiff::Timestamp;
use serde_json::json;

/// 404. The same for what does not exist and for what belongs to another team or controller.
pub fn no_such(thing: &'static str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found")
        .detail(format!("There is no such {thing}, or it is not yours to see."))
}

/// 401.
pub fn sign_in_first() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign-in", "Sign in first")
        .detail("You are not signed in, or your sign-in has ended. Sign in and try again.")
        .header("WWW-Authenticate", "Bearer")
}

/// 403: the token is good, but nobody registered its owner.
pub fn not_registered() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not-registered", "You are not registered here").detail(
        "You are signed in, but no organisation has registered you. Ask your administrator.",
    )
}

/// 403: the role does not allow it.
pub fn not_your_role() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "role", "Your role does not allow this")
        .detail("Nothing was changed. Ask your administrator if you need to do this.")
}

/// 429: nothing was looked up.
pub fn too_many_searches(until: Timestamp, now: Timestamp) -> Problem {
    let (seconds, wait) = wait(until, now);
    let title = "You have searched very often";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-searches", title)
        .detail(format!(
            "There is a limit to how often one person may search for patients. Nothing was looked up \
             this time. Wait {wait}, then search again."
        ))
        .header("Retry-After", seconds.to_string())
        .extension("secondsLeft", json!(seconds))
}

/// 429: nothing was looked at.
pub fn too_many_refused(until: Timestamp, now: Timestamp) -> Problem {
    let (seconds, wait) = wait(until, now);
    let title = "You were refused very often";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-refused", title)
        .detail(format!(
            "You asked very often for something that is not there for you, so nothing was looked at \
             this time. Wait {wait}, then find the patient again."
        ))
        .header("Retry-After", seconds.to_string())
        .extension("secondsLeft", json!(seconds))
}

/// Seconds from now on, and in words.
fn wait(until: Timestamp, now: Timestamp) -> (u64, String) {
    let seconds = seconds_left(until, now).max(1);
    let words = match seconds {
        1..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    (seconds, words)
}

/// 403 (R10).
pub fn no_instruction() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "no-instruction", "The agreement is not active").detail(
        "Your organisation's agreement for this service is not active. Nothing was changed.",
    )
}

/// 403 (R31).
pub fn purpose_not_registered(purpose: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "purpose", "This purpose is not registered").detail(
        format!(
            "Your organisation has not registered the purpose `{purpose}`, or has switched it off. \
             Nothing was changed."
        ),
    )
}

/// 403 (R65): what is added now would be due at once.
pub fn nothing_is_kept() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "nothing-is-kept", "Nothing new is kept any longer").detail(
        "Your organisation's time with this service is over: a new record would be erased tonight. \
         Nothing was saved. Ask your administrator.",
    )
}

/// 422 with a line beside each wrong field.
pub fn wrong_fields(errors: Vec<(String, String)>) -> Problem {
    let start =
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-fields", "Check what you entered")
            .detail("Nothing was saved. Correct the fields named here and send it again.");
    errors.into_iter().fold(start, |problem, (field, detail)| problem.error(field, detail))
}

/// 409: somebody changed it since it was shown.
pub fn changed_meanwhile(what: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "changed", "Somebody changed this meanwhile").detail(
        format!(
            "The {what} changed after you opened it. Nothing was saved. Look again, then decide."
        ),
    )
}

/// 409: where the request stands does not allow it.
pub fn not_in_this_state(words: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, "state", "That is not possible now").detail(words)
}

/// 404 for a code that no link has.
pub fn unknown_link() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown-link", "This link does not work").detail(
        "Check that you opened the whole link. If it still does not work, phone the team that asked \
         you.",
    )
}

/// 401: the patient's session is over or never was.
pub fn session_ended() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "session-ended", "Confirm who you are again").detail(
        "For your safety we ask again after a while. Pictures that have arrived are safe. Open the \
         link again to go on.",
    )
}

/// 409: this page belongs to another request than the cookie (two tabs, one phone).
pub fn other_request() -> Problem {
    Problem::new(StatusCode::CONFLICT, "other-request", "Another request is open on this phone")
        .detail("Nothing was changed. Open the link of this request again to go on here.")
}

/// 403: a cookie call from a page that is not ours.
pub fn foreign_page() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "foreign-page", "This call did not come from our pages")
        .detail("Nothing was changed.")
}

/// 409: no consent stands (R28, R30).
pub fn consent_first() -> Problem {
    Problem::new(StatusCode::CONFLICT, "consent", "Your choice comes first")
        .detail("Pictures can be sent after you have agreed to it. Nothing was stored.")
}

/// 403: stored, but nobody may look while a right is being decided (R82).
pub fn restricted() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "restricted", "This record is restricted")
        .detail("It is kept, but nobody may see it for now. Ask your data-protection officer.")
}
