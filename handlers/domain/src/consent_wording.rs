//! The exact words a patient agrees to, and which consent stands when (R29, R30, R34).

use jiff::Timestamp;

use crate::record::consent::Consent;
use crate::sha256_hex::Sha256Hex;

/// What one "yes" covers (R29). On the wire in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsentScope {
    /// Taking the pictures.
    Capture,
    /// Keeping them and looking at them.
    Processing,
    /// Sending them to the team, and on to an expert.
    Sending,
}

impl ConsentScope {
    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Processing => "processing",
            Self::Sending => "sending",
        }
    }
}

/// A wording as it was shown. A published one is never changed: another text is another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentWording {
    /// Month of publication, `2026-11`.
    pub version: &'static str,
    /// Language, BCP 47.
    pub locale: &'static str,
    /// Paragraphs of plain text, a blank line between them; each but the first opens with its
    /// heading and a full stop.
    pub text: &'static str,
    /// What it covers.
    pub scopes: &'static [ConsentScope],
}

/// Every wording that may still be asked about, newest first.
pub const WORDINGS: [ConsentWording; 2] =
    [in_english("2026-12", TEXT_2026_12), in_english("2026-11", TEXT_2026_11)];

const fn in_english(version: &'static str, text: &'static str) -> ConsentWording {
    ConsentWording {
        version,
        locale: "en-GB",
        text,
        scopes: &[ConsentScope::Capture, ConsentScope::Processing, ConsentScope::Sending],
    }
}

const TEXT_2026_12: &str = "\
We ask you to say yes or no to three things: to take photos, to keep and use them, and to send them.

Take photos. You, or a person who helps you, take photos of the part of your body that your care \
team asked to see.

Keep and use photos. We keep the photos, and what you write with them, in your record. Your care \
team use them to look after you. We first take out hidden facts, such as where you were.

Send photos. The photos go from this phone to your care team in a safe way. Nothing stays on this \
phone if you take them on this page. Your care team may pass some of them to an expert who helps \
to treat you.

Who can see them. Only the team that asked you, and an expert they choose by name. We write down \
each time someone looks.

How long we keep them. At most 8 years from the day you were last seen, and less if your hospital \
says so. Then we delete them. We delete a child's photos only once the hospital has its own copy. It \
keeps that until age 25 or 26. We may have to keep photos for longer by law, such as when there is a \
complaint.

You can change your mind. It is your choice. You will still get care if you say no. You can take \
back your yes on this page, or phone your care team on any day. Then we take no more photos from \
you, and we tell the team. You can ask them to delete the photos that they have.

This is not for emergencies. No one looks at the photos straight away. If you feel very ill, phone \
999. If you need help soon, phone 111.";

const TEXT_2026_11: &str = "\
We ask you to say yes or no to three things: to take photos, to keep and use them, and to send them.

Take photos. You, or a person who helps you, take photos of the part of your body that your care \
team asked to see.

Keep and use photos. We keep the photos, and what you write with them, in your record. Your care \
team use them to look after you. We first take out hidden facts, such as where you were.

Send photos. The photos go from this phone to your care team in a safe way. Nothing stays on this \
phone if you take them on this page. Your care team may pass some of them to an expert who helps \
to treat you.

Who can see them. Only the team that asked you, and an expert they choose by name. We write down \
each time someone looks.

How long we keep them. At most 8 years from the day you were last seen, and less if your hospital \
says so. Then we delete them. We may have to keep them for longer by law, such as when there is a \
complaint.

You can change your mind. It is your choice. You will still get care if you say no. You can take \
back your yes on this page, or phone your care team on any day. Then we take no more photos from \
you, and we tell the team. You can ask them to delete the photos that they have.

This is not for emergencies. No one looks at the photos straight away. If you feel very ill, phone \
999. If you need help soon, phone 111.";

impl ConsentWording {
    /// The wording that is asked now.
    pub fn current() -> &'static Self {
        let [current, ..] = &WORDINGS;
        current
    }

    /// A wording by its version.
    pub fn of_version(version: &str) -> Option<&'static Self> {
        WORDINGS.iter().find(|wording| wording.version == version)
    }

    /// SHA-256 of the text, lower-case hex; kept with each consent.
    pub fn hash(&self) -> String {
        Sha256Hex::of(self.text).to_string()
    }

    /// The wire names of what it covers.
    pub fn scope_names(&self) -> Vec<String> {
        self.scopes.iter().map(|scope| scope.as_str().to_owned()).collect()
    }
}

/// The consent that stands at an instant among those of one request: the last that was said by
/// then, if it was a yes and is not taken back.
pub fn in_force(consents: &[Consent], at: Timestamp) -> Option<&Consent> {
    let said = consents.iter().filter(|consent| consent.at <= at);
    said.max_by_key(|consent| consent.at).filter(|consent| consent.stands_at(at))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::record::consent::ConsentBy;
    use crate::retention::{RecordClass, RetentionRule};

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);

    fn at(minute: i64) -> Timestamp {
        NOON + SignedDuration::from_mins(minute)
    }

    fn said(consent: &str, given: bool, minute: i64) -> Consent {
        let wording = ConsentWording::current();
        Consent {
            consent: consent.to_owned(),
            request: "r1".to_owned(),
            version: wording.version.to_owned(),
            wording_hash: wording.hash(),
            wording: wording.text.to_owned(),
            notices: Vec::new(),
            locale: wording.locale.to_owned(),
            scopes: wording.scope_names(),
            given,
            at: at(minute),
            method: "patient-page".to_owned(),
            by: ConsentBy::Patient,
            withdrawn_at: None,
        }
    }

    fn in_force_at(consents: &[Consent], minute: i64) -> Option<&str> {
        in_force(consents, at(minute)).map(|consent| consent.consent.as_str())
    }

    #[test]
    fn a_published_wording_never_changes_r29() {
        // Another text is another version: patients agreed to this one.
        let hash = ConsentWording::of_version("2026-11").unwrap().hash();
        assert_eq!(hash, "8923a4c8cac82b85c3173b69a0b891d7ffb20d4eb63e691ff54b3901e7689ff1");
        let hash = ConsentWording::of_version("2026-12").unwrap().hash();
        assert_eq!(hash, "0eba86d8238520ebe65dcd215a80fb94a99ed29d4d2ee93c013acf52c5d7a1e1");
        assert_eq!(ConsentWording::of_version("2026-10"), None);
    }

    #[test]
    fn the_wording_says_the_years_of_the_rule_r60() {
        let cap = RetentionRule::of(RecordClass::VisualRecord).cap_years;
        let said = format!("At most {cap} years from the day you were last seen");
        assert!(ConsentWording::current().text.contains(&said));
        assert!(ConsentWording::current().text.contains("a child's photos"));
    }

    #[test]
    fn the_wording_covers_taking_keeping_and_sending_r29() {
        let wording = ConsentWording::current();
        assert_eq!(wording.scope_names(), ["capture", "processing", "sending"]);
        for heading in [
            "Take photos.",
            "Keep and use photos.",
            "Send photos.",
            "Who can see them.",
            "How long we keep them.",
            "You can change your mind.",
        ] {
            assert!(wording.text.contains(&format!("\n\n{heading} ")), "{heading}");
        }
    }

    /// Groups of vowels, a silent e at the end aside: near enough for plain English.
    fn syllables(word: &str) -> u32 {
        let word = word.to_lowercase();
        let is_vowel = |c: char| "aeiouy".contains(c);
        let (mut groups, mut before) = (0, false);
        for c in word.chars() {
            groups += u32::from(is_vowel(c) && !before);
            before = is_vowel(c);
        }
        let is_silent = word.ends_with('e') && !word.ends_with("le");
        groups.saturating_sub(u32::from(is_silent)).max(1)
    }

    #[test]
    fn an_eleven_year_old_can_read_it_r29() {
        let text = ConsentWording::current().text;
        let words: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let sentences = text.matches(['.', ':']).count();
        let count = |number: usize| f64::from(u32::try_from(number).unwrap());
        let all_syllables: u32 = words.iter().map(|word| syllables(word)).sum();
        // Flesch and Kincaid's school grade; grade 6 is eleven years old.
        let grade = 0.39 * count(words.len()) / count(sentences)
            + 11.8 * f64::from(all_syllables) / count(words.len())
            - 15.59;
        assert!(grade <= 6.0, "grade {grade:.1}");
        let longest = text.split(['.', ':']).map(|s| s.split_whitespace().count()).max();
        assert!(longest <= Some(25), "a sentence of {longest:?} words");
    }

    #[test]
    fn a_consent_stands_from_its_yes_to_its_withdrawal_r34() {
        let mut yes = said("c1", true, 10);
        yes.withdrawn_at = Some(at(20));
        let consents = [yes];
        assert_eq!(in_force_at(&consents, 9), None);
        assert_eq!(in_force_at(&consents, 10), Some("c1"));
        assert_eq!(in_force_at(&consents, 19), Some("c1"));
        assert_eq!(in_force_at(&consents, 20), None);
    }

    #[test]
    fn the_last_word_counts_in_whatever_order_they_are_read_r34() {
        let consents = [said("c2", false, 20), said("c1", true, 10), said("c3", true, 30)];
        assert_eq!(in_force_at(&consents, 15), Some("c1"));
        assert_eq!(in_force_at(&consents, 25), None, "a no takes the yes before it back");
        assert_eq!(in_force_at(&consents, 35), Some("c3"));
        assert_eq!(in_force_at(&[], 35), None);
    }
}
