//! What goes wrong on the patient's pages, in words for a reading age of 9 to 11: what happened,
//! what was and was not kept, what to do. Nothing here says why pictures were asked for.

use custom_handler::{Problem, StatusCode};
use domain::capture_session::seconds_left;
use domain::link_life::{DeadReason, RenewRefused};
use domain::register::controller::Controller;
use jiff::Timestamp;
use serde_json::json;

/// "Or phone Riverside Hospital on 020 …", at the end of everything that a page cannot put right.
fn or_phone(controller: &Controller) -> String {
    format!("phone {} on {}", controller.name, controller.phone)
}

/// Every page that stops somebody shows whom to ring.
fn with_phone(problem: Problem, controller: &Controller) -> Problem {
    problem
        .extension("controller", json!(controller.name))
        .extension("phone", json!(controller.phone))
}

/// 410: the link's time is over.
pub fn link_expired(controller: &Controller, renewable: bool) -> Problem {
    let next =
        if renewable { "You can get a new link by text message" } else { "To get a new link" };
    let phone = or_phone(controller);
    let problem = Problem::new(StatusCode::GONE, "link-expired", "This link is too old")
        .detail(format!(
            "It no longer opens. Nothing that you sent is lost. {next}{} {phone}.",
            if renewable { ", or" } else { "," }
        ))
        .extension("renewable", json!(renewable));
    with_phone(problem, controller)
}

/// 410: the link will never open again.
pub fn link_dead(controller: &Controller, reason: DeadReason) -> Problem {
    let (word, renewable) = match reason {
        DeadReason::Replaced { renewable } => ("replaced", renewable),
        DeadReason::TooManyWrongAnswers => ("wrong-answers", false),
        DeadReason::Submitted => ("submitted", false),
        DeadReason::Declined => ("declined", false),
        DeadReason::Withdrawn => ("withdrawn", false),
        DeadReason::Cancelled => ("cancelled", false),
    };
    let words = match reason {
        // The same state stands for both, and a link tells nobody which it was.
        DeadReason::Declined => {
            "This request was closed. Somebody chose \"This is not for me\" or \
                                 \"I don't agree\". No photos were kept"
                .to_owned()
        }
        DeadReason::Withdrawn => "This request was closed because somebody took their yes back. \
                                  Photos that were still on their way were deleted"
            .to_owned(),
        reason => reason.to_string(),
    };
    let problem = Problem::new(StatusCode::GONE, "link-closed", "This link no longer works")
        .detail(format!("{words}. If this is not what you expected, {}.", or_phone(controller)))
        .extension("reason", json!(word))
        .extension("renewable", json!(renewable));
    with_phone(problem, controller)
}

/// 409, or 410 where the request is closed: no new link.
pub fn no_new_link(controller: &Controller, refused: RenewRefused, now: Timestamp) -> Problem {
    let (status, kind) = match refused {
        RenewRefused::Dead | RenewRefused::Closed => (StatusCode::GONE, "link-closed"),
        RenewRefused::StillOpens => (StatusCode::CONFLICT, "link-still-works"),
        RenewRefused::TooSoon { .. } | RenewRefused::TooOften => {
            (StatusCode::CONFLICT, "renewed-already")
        }
        RenewRefused::NumberNotConfirmed => (StatusCode::CONFLICT, "number-not-confirmed"),
    };
    let mut problem = Problem::new(status, kind, "No new link was sent")
        .detail(format!("{refused}. If you need help, {}.", or_phone(controller)));
    if let RenewRefused::TooSoon { again_at } = refused {
        problem = problem.extension("secondsLeft", json!(seconds_left(again_at, now)));
    }
    with_phone(problem, controller)
}

/// 401: name and date of birth do not go together with the record. Never says which (R24, C4).
pub fn wrong_answer(controller: &Controller, tries_left: u32) -> Problem {
    let tries = if tries_left == 1 { "1 try".to_owned() } else { format!("{tries_left} tries") };
    wrong(controller, &format!("Check both and try again. {tries} left."))
        .extension("triesLeft", json!(tries_left))
}

/// 401 of the fifth wrong answer.
pub fn wrong_answer_then_pause(
    controller: &Controller,
    until: Timestamp,
    now: Timestamp,
) -> Problem {
    let words = format!("{} You can also {}.", wait_words(until, now), or_phone(controller));
    with_pause(wrong(controller, &words).extension("triesLeft", json!(0)), until, now)
}

/// 401 of the tenth wrong answer.
pub fn wrong_answer_then_dead(controller: &Controller) -> Problem {
    let words = format!(
        "That was one try too many, so this link no longer works. The team has been told. Please {}.",
        or_phone(controller)
    );
    wrong(controller, &words).extension("triesLeft", json!(0))
}

fn wrong(controller: &Controller, next: &str) -> Problem {
    let words = format!("That does not match what {} has. {next}", controller.name);
    let title = "That does not match";
    with_phone(
        Problem::new(StatusCode::UNAUTHORIZED, "wrong-answer", title).detail(words),
        controller,
    )
}

/// 429: nothing is compared or counted for a while.
pub fn paused(controller: &Controller, until: Timestamp, now: Timestamp) -> Problem {
    let title = "There were too many wrong answers";
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "paused", title)
        .detail(format!(
            "We did not look at this answer. {} You can also {}.",
            wait_words(until, now),
            or_phone(controller)
        ))
        .header("Retry-After", seconds_left(until, now).max(1).to_string());
    with_phone(with_pause(problem, until, now), controller)
}

fn with_pause(problem: Problem, until: Timestamp, now: Timestamp) -> Problem {
    problem
        .extension("until", json!(until))
        .extension("secondsLeft", json!(seconds_left(until, now)))
}

fn wait_words(until: Timestamp, now: Timestamp) -> String {
    match seconds_left(until, now).div_ceil(60) {
        0 | 1 => "Wait a minute, then try again.".to_owned(),
        minutes => format!("Wait {minutes} minutes, then try again."),
    }
}

/// 403: the organisation's agreement or its purpose is switched off (R10, R31). Staff get the
/// reason; a patient can do nothing with it.
pub fn service_paused(controller: &Controller) -> Problem {
    let title = "This is not possible at the moment";
    let problem = Problem::new(StatusCode::FORBIDDEN, "service-paused", title).detail(format!(
        "{} has paused this service. Nothing was changed. Please {}.",
        controller.name,
        or_phone(controller)
    ));
    with_phone(problem, controller)
}

/// 409: the words that were shown are not the ones that are asked now.
pub fn wording_changed() -> Problem {
    let title = "The text has changed";
    Problem::new(StatusCode::CONFLICT, "wording-changed", title).detail(
        "Your choice was not kept, because the text you read is not the newest one. Please read \
         the new text, then choose.",
    )
}

/// 409: nobody said yes, so there is nothing to take back.
pub fn no_consent_to_withdraw() -> Problem {
    let title = "You have not agreed yet";
    Problem::new(StatusCode::CONFLICT, "no-consent", title).detail(
        "There is nothing to take back, and no photos are kept. If you do not want to send photos, \
         choose \"No, I don't agree\".",
    )
}

/// 409: the request takes no more pictures.
pub fn request_closed(words: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::CONFLICT, "request-closed", "This request is closed")
        .detail(format!("{words}. Nothing was changed."))
}

/// 409: there is nothing to send.
pub fn nothing_to_send(words: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::CONFLICT, "no-photo", "No photo has arrived yet")
        .detail(format!("{words}. Nothing was sent."))
}

/// 409: as many as were asked for are there.
pub fn no_place_left(places: u32) -> Problem {
    let photos = if places == 1 { "1 photo".to_owned() } else { format!("{places} photos") };
    let title = "You have added all the photos";
    Problem::new(StatusCode::CONFLICT, "no-place-left", title)
        .detail(format!(
            "You were asked for {photos}. This one was not kept. To use it, take another one out \
             first."
        ))
        .extension("photos", json!(places))
}

/// 429: as many addresses as may live at once do.
pub fn too_many_at_once(controller: &Controller, again_at: Timestamp, now: Timestamp) -> Problem {
    let title = "You have added a lot of photos in a short time";
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-uploads", title)
        .detail(format!(
            "This one was not kept. Photos that have arrived are safe. {} You can also {}.",
            wait_words(again_at, now),
            or_phone(controller)
        ))
        .extension("secondsLeft", json!(seconds_left(again_at, now)))
        .header("Retry-After", seconds_left(again_at, now).max(1).to_string());
    with_phone(problem, controller)
}

/// 429: this request had all the addresses that it gets.
pub fn too_many_ever(controller: &Controller, ends: Timestamp, now: Timestamp) -> Problem {
    let title = "This request takes no more photos";
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-uploads", title)
        .detail(format!(
            "Too many photos were added and taken out again. This one was not kept. Photos that have \
             arrived are safe. Send those, or {}.",
            or_phone(controller)
        ))
        .header("Retry-After", seconds_left(ends, now).max(1).to_string());
    with_phone(problem, controller)
}

/// 507: the disk is kept free for what matters more.
pub fn no_room(controller: &Controller) -> Problem {
    let title = "We cannot take photos at the moment";
    let problem = Problem::new(StatusCode::INSUFFICIENT_STORAGE, "no-room", title).detail(format!(
        "There is no room for them now. This one was not kept. Photos that have arrived are safe. Try \
         again later, or {}.",
        or_phone(controller)
    ));
    with_phone(problem, controller)
}

/// 415: other than JPEG and PNG.
pub fn not_a_picture_type(words: impl std::fmt::Display) -> Problem {
    let title = "This kind of file cannot be used";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "picture-type", title)
        .detail(format!("{words}. This file was not kept."))
}

/// 413: over the limit.
pub fn picture_too_large(words: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "picture-too-large", "This photo is too large")
        .detail(format!("{words}. This file was not kept."))
}

/// 409: this very picture could not be used before.
pub fn refused_before(reason: Option<&str>, words: Option<&str>) -> Problem {
    let words = words.unwrap_or("It could not be used.");
    Problem::new(StatusCode::CONFLICT, "refused-before", "This photo could not be used")
        .detail(format!("We tried this photo before. {words} Please take another one."))
        .extension("reason", json!(reason))
}

/// 409: the store has no such bytes.
pub fn not_arrived() -> Problem {
    let title = "This photo has not arrived yet";
    Problem::new(StatusCode::CONFLICT, "not-arrived", title)
        .detail("Keep this page open and send it again. Your other photos are safe.")
}

/// 409: it was taken out.
pub fn removed() -> Problem {
    Problem::new(StatusCode::CONFLICT, "removed", "You took this photo out")
        .detail("It was not kept. To send it after all, add it again.")
}

/// 409: the team has it.
pub fn with_the_team(controller: &Controller) -> Problem {
    let title = "The team has this photo already";
    let problem = Problem::new(StatusCode::CONFLICT, "filed", title).detail(format!(
        "It is in your record now, so this page cannot take it out. To ask for that, {}.",
        or_phone(controller)
    ));
    with_phone(problem, controller)
}
