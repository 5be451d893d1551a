//! What is photographed: a published, closed list of body sites, and the side.

use serde::{Deserialize, Serialize};

/// A part of the body. On the wire in kebab-case: `upper-arm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each name is the whole explanation")]
pub enum BodySite {
    Scalp,
    Face,
    Eye,
    Ear,
    Nose,
    Mouth,
    Neck,
    Chest,
    Breast,
    Abdomen,
    Back,
    Sacrum,
    Buttock,
    Genitals,
    Groin,
    Shoulder,
    Armpit,
    UpperArm,
    Elbow,
    Forearm,
    Wrist,
    Hand,
    Finger,
    Hip,
    Thigh,
    Knee,
    LowerLeg,
    Ankle,
    Foot,
    Heel,
    Toe,
    SkinGeneral,
}

/// Which side. On the wire `left`, `right`, `both`, `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Laterality {
    /// The patient's own left.
    Left,
    /// The patient's own right.
    Right,
    /// One picture or more of each.
    Both,
    /// A site that has no sides.
    None,
}

/// A word that is not on the published list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose a part of the body from the list")]
pub struct NotABodySite;

/// A word that is no side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose left, right, both or none")]
pub struct NotASide;

/// A side that does not go with its site; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SideRefused {
    /// A knee without a side: the commonest way to operate on the wrong one.
    #[error("Choose left, right or both: this part of the body has two sides")]
    SideExpected,
    /// A left nose.
    #[error("Choose none: this part of the body has no left and right")]
    NoSideExpected,
}

impl BodySite {
    /// The published list, from head to foot.
    pub const ALL: [Self; 32] = [
        Self::Scalp,
        Self::Face,
        Self::Eye,
        Self::Ear,
        Self::Nose,
        Self::Mouth,
        Self::Neck,
        Self::Chest,
        Self::Breast,
        Self::Abdomen,
        Self::Back,
        Self::Sacrum,
        Self::Buttock,
        Self::Genitals,
        Self::Groin,
        Self::Shoulder,
        Self::Armpit,
        Self::UpperArm,
        Self::Elbow,
        Self::Forearm,
        Self::Wrist,
        Self::Hand,
        Self::Finger,
        Self::Hip,
        Self::Thigh,
        Self::Knee,
        Self::LowerLeg,
        Self::Ankle,
        Self::Foot,
        Self::Heel,
        Self::Toe,
        Self::SkinGeneral,
    ];

    /// Reads a wire name.
    pub fn parse(text: &str) -> Result<Self, NotABodySite> {
        Self::ALL.into_iter().find(|site| site.as_str() == text).ok_or(NotABodySite)
    }

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UpperArm => "upper-arm",
            Self::LowerLeg => "lower-leg",
            Self::SkinGeneral => "skin-general",
            one_word => one_word.words(),
        }
    }

    /// For people: `upper arm`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Scalp => "scalp",
            Self::Face => "face",
            Self::Eye => "eye",
            Self::Ear => "ear",
            Self::Nose => "nose",
            Self::Mouth => "mouth",
            Self::Neck => "neck",
            Self::Chest => "chest",
            Self::Breast => "breast",
            Self::Abdomen => "abdomen",
            Self::Back => "back",
            Self::Sacrum => "sacrum",
            Self::Buttock => "buttock",
            Self::Genitals => "genitals",
            Self::Groin => "groin",
            Self::Shoulder => "shoulder",
            Self::Armpit => "armpit",
            Self::UpperArm => "upper arm",
            Self::Elbow => "elbow",
            Self::Forearm => "forearm",
            Self::Wrist => "wrist",
            Self::Hand => "hand",
            Self::Finger => "finger",
            Self::Hip => "hip",
            Self::Thigh => "thigh",
            Self::Knee => "knee",
            Self::LowerLeg => "lower leg",
            Self::Ankle => "ankle",
            Self::Foot => "foot",
            Self::Heel => "heel",
            Self::Toe => "toe",
            Self::SkinGeneral => "skin",
        }
    }

    /// True where left and right must be told apart.
    pub fn has_side(self) -> bool {
        !matches!(
            self,
            Self::Scalp
                | Self::Face
                | Self::Nose
                | Self::Mouth
                | Self::Neck
                | Self::Chest
                | Self::Abdomen
                | Self::Back
                | Self::Sacrum
                | Self::Genitals
                | Self::SkinGeneral
        )
    }

    /// True where a picture needs more questions first and more care after (pages.md, Staff 3).
    pub fn is_intimate(self) -> bool {
        matches!(self, Self::Breast | Self::Sacrum | Self::Buttock | Self::Genitals | Self::Groin)
    }

    /// For people, with the side: `left knee`, `knee, both sides`, `scalp`.
    pub fn words_with(self, laterality: Laterality) -> String {
        let words = self.words();
        match laterality {
            Laterality::Left => format!("left {words}"),
            Laterality::Right => format!("right {words}"),
            Laterality::Both => format!("{words}, both sides"),
            Laterality::None => words.to_owned(),
        }
    }
}

impl Laterality {
    /// Reads a wire name.
    pub fn parse(text: &str) -> Result<Self, NotASide> {
        match text {
            "left" => Ok(Self::Left),
            "right" => Ok(Self::Right),
            "both" => Ok(Self::Both),
            "none" => Ok(Self::None),
            _ => Err(NotASide),
        }
    }

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Both => "both",
            Self::None => "none",
        }
    }
}

/// A site with two sides needs one of left, right, both; any other needs none.
pub fn check_side(site: BodySite, laterality: Laterality) -> Result<(), SideRefused> {
    match (site.has_side(), laterality) {
        (true, Laterality::None) => Err(SideRefused::SideExpected),
        (false, Laterality::Left | Laterality::Right | Laterality::Both) => {
            Err(SideRefused::NoSideExpected)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_site_has_one_wire_name_and_reads_back() {
        let mut names = HashSet::new();
        for site in BodySite::ALL {
            assert_eq!(serde_json::to_value(site).unwrap(), site.as_str());
            assert_eq!(BodySite::parse(site.as_str()), Ok(site));
            assert!(names.insert(site.as_str()), "{site:?} is listed twice");
        }
        assert_eq!(BodySite::parse("Knee"), Err(NotABodySite));
        assert_eq!(BodySite::parse("upper arm"), Err(NotABodySite));
    }

    #[test]
    fn every_side_reads_back() {
        for side in [Laterality::Left, Laterality::Right, Laterality::Both, Laterality::None] {
            assert_eq!(serde_json::to_value(side).unwrap(), side.as_str());
            assert_eq!(Laterality::parse(side.as_str()), Ok(side));
        }
        assert_eq!(Laterality::parse(""), Err(NotASide));
    }

    #[test]
    fn a_knee_needs_a_side_and_a_nose_has_none() {
        for side in [Laterality::Left, Laterality::Right, Laterality::Both] {
            assert_eq!(check_side(BodySite::Knee, side), Ok(()));
            assert_eq!(check_side(BodySite::Nose, side), Err(SideRefused::NoSideExpected));
        }
        assert_eq!(check_side(BodySite::Knee, Laterality::None), Err(SideRefused::SideExpected));
        assert_eq!(check_side(BodySite::Nose, Laterality::None), Ok(()));
    }

    #[test]
    fn sites_are_said_with_their_side() {
        assert_eq!(BodySite::UpperArm.words_with(Laterality::Left), "left upper arm");
        assert_eq!(BodySite::Knee.words_with(Laterality::Both), "knee, both sides");
        assert_eq!(BodySite::SkinGeneral.words_with(Laterality::None), "skin");
    }

    #[test]
    fn intimate_sites_are_known() {
        assert!(BodySite::Genitals.is_intimate() && BodySite::Breast.is_intimate());
        assert!(!BodySite::Knee.is_intimate());
    }
}
