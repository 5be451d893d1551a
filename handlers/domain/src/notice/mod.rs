//! Notices: what a patient is told about the use of their data, in versions that can be told apart
//! for ever (R1 to R3, R17).

mod platform;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::sha256_hex::Sha256Hex;

pub use platform::{OperatorNamed, PLATFORM, platform_notice};

/// A notice, as it is shown. Another text is another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notice {
    /// Of the owner's choosing: `2026-11`.
    pub version: String,
    /// First day.
    pub effective_from: Date,
    /// Who answers for the text (R16).
    pub owner: String,
    /// When the owner looks at it again (R16).
    pub review_by: Date,
    /// In reading order.
    pub sections: Vec<NoticeSection>,
}

/// A part of a notice under its heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoticeSection {
    /// One line.
    pub heading: String,
    /// Paragraphs with a blank line between them; a line that opens with `- ` is an entry of a list.
    pub text: String,
}

/// What of a notice is kept with a consent (R2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoticeShown {
    /// `platform`, or the controller's id.
    pub notice: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its text, lower-case hex.
    pub hash: String,
}

/// Why a notice is not published, in words for its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefused {
    /// Nobody could say later which one was shown.
    #[error("the notice has no version or no owner")]
    NoVersion,
    /// A heading without words, or words without a heading.
    #[error("the notice has no sections, or an empty one")]
    EmptySection,
    /// A review before the first day.
    #[error("the notice's review comes before its first day")]
    ReviewTooEarly,
}

impl Notice {
    /// The whole text: what is hashed and what `?as=text` shows.
    pub fn text(&self) -> String {
        let sections = self.sections.iter().map(|section| {
            let (heading, text) = (section.heading.trim(), section.text.trim());
            format!("# {heading}\n\n{text}\n")
        });
        let head = format!("Version {}, from {}\n", self.version, self.effective_from);
        std::iter::once(head).chain(sections).collect::<Vec<_>>().join("\n")
    }

    /// SHA-256 of [`Self::text`], lower-case hex.
    pub fn hash(&self) -> String {
        Sha256Hex::of(self.text()).to_string()
    }

    /// What a consent keeps of it, under the name that it goes by.
    pub fn shown_as(&self, notice: &str) -> NoticeShown {
        NoticeShown { notice: notice.to_owned(), version: self.version.clone(), hash: self.hash() }
    }

    /// Refuses what nobody could publish.
    pub fn check(&self) -> Result<(), NoticeRefused> {
        let is_empty = |text: &str| text.trim().is_empty();
        if is_empty(&self.version) || is_empty(&self.owner) {
            return Err(NoticeRefused::NoVersion);
        }
        let has_gap =
            |section: &NoticeSection| is_empty(&section.heading) || is_empty(&section.text);
        if self.sections.is_empty() || self.sections.iter().any(has_gap) {
            return Err(NoticeRefused::EmptySection);
        }
        if self.review_by < self.effective_from {
            return Err(NoticeRefused::ReviewTooEarly);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn notice() -> Notice {
        let section =
            |heading: &str| NoticeSection { heading: heading.into(), text: "Words.".into() };
        Notice {
            version: "1".into(),
            effective_from: date(2026, 11, 22),
            owner: "The officer".into(),
            review_by: date(2027, 11, 22),
            sections: vec![section("Who we are"), section("Your rights")],
        }
    }

    #[test]
    fn every_change_of_the_text_is_another_hash_r17() {
        let first = notice();
        let changes: [fn(&mut Notice); 5] = [
            |notice| notice.version.push('b'),
            |notice| notice.effective_from = date(2026, 11, 23),
            |notice| notice.sections[0].text.push_str(" More."),
            |notice| notice.sections[1].heading.push('!'),
            |notice| notice.sections.reverse(),
        ];
        let mut seen = vec![first.hash()];
        for change in changes {
            let mut changed = first.clone();
            change(&mut changed);
            assert!(!seen.contains(&changed.hash()));
            seen.push(changed.hash());
        }
        assert_eq!(first.shown_as("riverside").hash, Sha256Hex::of(first.text()).to_string());
    }

    #[test]
    fn what_nobody_could_publish_is_refused_r3() {
        assert_eq!(notice().check(), Ok(()));
        let with = |change: fn(&mut Notice)| {
            let mut notice = notice();
            change(&mut notice);
            notice.check()
        };
        assert_eq!(with(|n| n.version = " ".into()), Err(NoticeRefused::NoVersion));
        assert_eq!(with(|n| n.owner.clear()), Err(NoticeRefused::NoVersion));
        assert_eq!(with(|n| n.sections.clear()), Err(NoticeRefused::EmptySection));
        assert_eq!(with(|n| n.sections[1].text.clear()), Err(NoticeRefused::EmptySection));
        assert_eq!(with(|n| n.review_by = date(2026, 1, 1)), Err(NoticeRefused::ReviewTooEarly));
    }
}
