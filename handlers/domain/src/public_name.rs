//! Names of organisations, teams and staff, as patients read them on pages and in texts.

use crate::free_text::{FreeText, NotFreeText};
use crate::shown_as_link::is_shown_as_link;

/// Characters of a public name.
const LONGEST: usize = 100;

/// Why a text is no public name; the words are for who applies the controllers' document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPublicName {
    /// Empty, too long, or with signs that nobody sees.
    #[error(transparent)]
    Text(#[from] NotFreeText),
    /// A patient's phone would make a link of it.
    #[error("A phone would show this as a link. Put a space behind each full stop")]
    ShownAsLink,
}

/// Checks one: a line of 1 to 100 characters that no phone shows as a link.
pub fn check_public_name(text: &str) -> Result<(), NotAPublicName> {
    let name = FreeText::line(text, LONGEST)?;
    if is_shown_as_link(name.as_str()) { Err(NotAPublicName::ShownAsLink) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_name_is_a_line_that_is_no_link() {
        for name in ["Riverside Hospital", "St. Mary's (Burns & Plastics)", "A&E"] {
            assert_eq!(check_public_name(name), Ok(()), "{name}");
        }
        assert_eq!(check_public_name("evil.example/pay"), Err(NotAPublicName::ShownAsLink));
        assert_eq!(check_public_name("Riverside\u{202e}"), Err(NotFreeText::HiddenSign.into()));
        assert_eq!(check_public_name(" "), Err(NotFreeText::Missing.into()));
    }
}
