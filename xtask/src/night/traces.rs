//! What to look for after a night: every form in which the patient or the picture may be written.

use super::search::Needles;
use crate::walk::Traces;

/// Length of a stretch of picture that is looked for, in bytes.
const STRETCH: usize = 24;
/// One stretch is looked for in every so many bytes.
const EVERY: usize = 256;

/// Traces that stand in the files before the night.
pub const KINDS_STORED: &[&str] =
    &["family name", "date of birth", "mobile", "picture", "thumbnail"];

/// The name, numbers and date, plain and in base64, and stretches of picture and thumbnail.
pub fn needles(traces: &Traces) -> Needles {
    let person = &traces.person;
    let mut needles = Needles::default();
    needles.add_text("given name", &person.given_name);
    needles.add_text("family name", &person.family_name);
    needles.add_text("date of birth", &person.date_of_birth);
    needles.add_text("mobile", person.mobile_e164.trim_start_matches("+44"));
    needles.add_text("mobile", &person.mobile_as_written());
    needles.add_text("NHS number", &person.nhs_number);
    for (what, bytes) in
        [("picture", &traces.sent), ("picture", &traces.served), ("thumbnail", &traces.thumbnail)]
    {
        for stretch in bytes.windows(STRETCH).step_by(EVERY).filter(|s| is_telling(s)) {
            needles.add_bytes(what, stretch);
        }
    }
    needles
}

/// True for bytes that no other file has by chance: padding and tables are not.
fn is_telling(stretch: &[u8]) -> bool {
    let mut seen = stretch.to_vec();
    seen.sort_unstable();
    seen.dedup();
    seen.len() * 2 > STRETCH
}
