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
pub const WORDINGS: [ConsentWording; 1] = [ConsentWording {
    version: "2026-11",
    locale: "en-GB",
    text: TEXT_2026_11,
    scopes: &[ConsentScope::Capture, ConsentScope::Processing, ConsentScope::Sending],
}];

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
        let [current] = &WORDINGS;
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
