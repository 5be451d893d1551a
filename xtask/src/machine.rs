//! What commands ask of the machine they run on: the time and a little chance.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use jiff::Timestamp;

#[expect(clippy::disallowed_methods, reason = "this is the commands' clock adapter")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Chance enough to make people up; never for a secret.
pub fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// An even choice of one of `choices`.
pub fn one_of<T: Copy>(choices: &[T]) -> Option<T> {
    let count = u64::try_from(choices.len()).ok().filter(|count| *count > 0)?;
    choices.get(usize::try_from(chance() % count).ok()?).copied()
}
