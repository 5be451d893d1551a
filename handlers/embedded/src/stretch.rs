//! A stretch of keys in an index: one end below, one end above, each alone in its term.
//!
//! `SQLite` seeks to an end that is a term of its own. An end inside an OR is looked at row by row, to
//! the end of the table; and of two lower ends it seeks to one and reads on to the other.

use rusqlite::ToSql;

/// Keys that start with a prefix, from where the last page ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    lower: Lower,
    /// Exclusive; `None` where no key can be behind it.
    upper: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Lower {
    From(String),
    Behind(String),
}

impl Stretch {
    /// Keys that start with `prefix`, behind `after` in ascending order, or in descending order
    /// where `descending`.
    pub(crate) fn of(prefix: &str, after: Option<&str>, descending: bool) -> Self {
        let end = behind_prefix(prefix);
        match after {
            Some(after) if descending => {
                let upper = end.map_or(after.to_owned(), |end| end.min(after.to_owned()));
                Self { lower: Lower::From(prefix.to_owned()), upper: Some(upper) }
            }
            Some(after) if after >= prefix => {
                Self { lower: Lower::Behind(after.to_owned()), upper: end }
            }
            _ => Self { lower: Lower::From(prefix.to_owned()), upper: end },
        }
    }

    /// ` AND key >= ? AND key < ?`, each mark for one of [`Self::values`].
    pub(crate) fn terms(&self, key: &str) -> String {
        let lower = match self.lower {
            Lower::From(_) => ">=",
            Lower::Behind(_) => ">",
        };
        let upper = if self.upper.is_some() { format!(" AND {key} < ?") } else { String::new() };
        format!(" AND {key} {lower} ?{upper}")
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &dyn ToSql> {
        let (Lower::From(lower) | Lower::Behind(lower)) = &self.lower;
        let ends = std::iter::once(lower).chain(&self.upper);
        ends.map(|end| -> &dyn ToSql { end })
    }
}

/// The least text behind everything that starts with `prefix`, in the order of bytes (which is the
/// order of characters); `None` where there is no such text.
fn behind_prefix(prefix: &str) -> Option<String> {
    let mut kept: Vec<char> = prefix.chars().collect();
    while let Some(last) = kept.pop() {
        // `RangeInclusive<char>` steps over the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            kept.push(next);
            return Some(kept.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(stretch: &Stretch, key: &str) -> bool {
        let is_above = match &stretch.lower {
            Lower::From(lower) => key >= lower.as_str(),
            Lower::Behind(lower) => key > lower.as_str(),
        };
        is_above && stretch.upper.as_deref().is_none_or(|upper| key < upper)
    }

    proptest! {
        #[test]
        fn the_end_of_a_prefix_is_behind_all_and_only_what_starts_with_it(
            prefix in ".{0,4}", other in ".{0,6}", tail in ".{0,3}",
        ) {
            let end = behind_prefix(&prefix);
            let inside = |text: &str| {
                text >= prefix.as_str() && end.as_deref().is_none_or(|end| text < end)
            };
            let (prefixed, starts) = (format!("{prefix}{tail}"), other.starts_with(&prefix));
            prop_assert!(inside(&prefixed));
            prop_assert_eq!(inside(&other), starts);
        }
    }

    #[test]
    fn the_highest_character_has_nothing_behind_it() {
        assert_eq!(behind_prefix("\u{10ffff}"), None);
        assert_eq!(behind_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(behind_prefix("\u{d7ff}").as_deref(), Some("\u{e000}"));
    }

    proptest! {
        #[test]
        fn a_stretch_holds_what_starts_with_the_prefix_and_comes_behind(
            prefix in "[ab]{0,2}", key in "[abc]{0,3}", after in proptest::option::of("[abc]{0,3}"),
            descending: bool,
        ) {
            let is_behind = after.as_ref().is_none_or(|after| {
                if descending { key < *after } else { key > *after }
            });
            let stretch = Stretch::of(&prefix, after.as_deref(), descending);
            prop_assert_eq!(holds(&stretch, &key), key.starts_with(&prefix) && is_behind);
            prop_assert_eq!(stretch.values().count(), stretch.terms("id").matches('?').count());
        }
    }
}
