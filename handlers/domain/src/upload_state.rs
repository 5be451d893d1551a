//! The life of an upload, from a granted place to a filed item or a visible refusal (R55, DESIGN
//! "An upload").

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long one signature for one blob holds.
pub const GRANT: SignedDuration = SignedDuration::from_mins(15);
/// The largest picture: 25 MiB (peers §4.3: people cannot shrink photos).
pub const LARGEST: u64 = 25 * 1024 * 1024;

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UploadState {
    /// A place and a signature; no bytes yet.
    Granted,
    /// The bytes are there, not looked at.
    Arrived,
    /// It is an item of the record.
    Filed,
    /// It could not be used; the patient and the team see why.
    Refused,
    /// The patient took it out.
    Removed,
}

impl UploadState {
    /// Filed, refused or removed: nothing that arrives later changes it.
    pub fn is_settled(self) -> bool {
        match self {
            Self::Granted | Self::Arrived => false,
            Self::Filed | Self::Refused | Self::Removed => true,
        }
    }
}

/// What a picture may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PictureType {
    /// `image/jpeg`.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// `image/png`.
    #[serde(rename = "image/png")]
    Png,
}

/// Why a picture is not granted a place; the words stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureRefused {
    /// Other than JPEG and PNG.
    #[error("The photo must be a JPG or a PNG")]
    Type,
    /// 0 bytes.
    #[error("The photo is empty. Choose it again or take another")]
    Empty,
    /// Over 25 MiB.
    #[error("The photo must be smaller than 25 MB. Take it with this page's camera instead")]
    TooLarge,
}

impl PictureType {
    /// Reads a content type; parameters are refused.
    pub fn parse(text: &str) -> Result<Self, PictureRefused> {
        match text.trim().to_ascii_lowercase().as_str() {
            "image/jpeg" => Ok(Self::Jpeg),
            "image/png" => Ok(Self::Png),
            _ => Err(PictureRefused::Type),
        }
    }

    /// The content type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Checks a declared length: 1 byte to 25 MiB.
pub fn parse_bytes(bytes: u64) -> Result<u64, PictureRefused> {
    match bytes {
        0 => Err(PictureRefused::Empty),
        1..=LARGEST => Ok(bytes),
        _ => Err(PictureRefused::TooLarge),
    }
}

/// What a grant gives for a picture (one SHA-256) that this request knows already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// The same upload and blob with a fresh signature: a lost reply burns no place.
    SameUploadNewSignature,
    /// 200 with the upload and its state, without a URL.
    AlreadyFiled,
    /// 409 with the reason it was refused for.
    RefusedBefore,
    /// A new upload under a new blob name.
    NewUpload,
}

/// Storage's clock is another: so long after its end a signature may still be taken.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// True while a signature that ends at `signed_until` may let bytes in, whatever became of the
/// upload.
pub fn may_still_be_sent(signed_until: Timestamp, now: Timestamp) -> bool {
    now.duration_since(signed_until) < SKEW
}

/// How an answer to `finish-upload` follows from the state and from asking the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishAnswer {
    /// The blob is there: the state becomes `arrived`, and the message that Event Grid would put
    /// is put (a repeat is harmless).
    Arrived,
    /// 409: the blob is not there. Send it, then finish again.
    NotThere,
    /// 200 with this state: there is nothing left to do.
    Already(UploadState),
    /// 409: the patient took it out.
    Removed,
}

/// A change that this state does not allow; the words are for the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRefused {
    /// It is an item already.
    #[error("This photo has arrived and is kept already")]
    Filed,
    /// It was refused.
    #[error("This photo could not be used. Take another")]
    Refused,
    /// It was removed.
    #[error("This photo was removed")]
    Removed,
}

/// Every change may be asked for twice (invariant 4): what is there already stays, and that is
/// success.
impl UploadState {
    /// What a second grant with the same SHA-256 gives; `signed_until` ends the last signature.
    pub fn again(self, signed_until: Timestamp, now: Timestamp) -> Again {
        match self {
            Self::Granted if signed_until <= now => Again::NewUpload,
            Self::Granted | Self::Arrived => Again::SameUploadNewSignature,
            Self::Filed => Again::AlreadyFiled,
            Self::Refused => Again::RefusedBefore,
            Self::Removed => Again::NewUpload,
        }
    }

    /// True where it takes one of the places asked for. An unused grant gives its place back when
    /// its signature has run out.
    pub fn counts_towards_limit(self, signed_until: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Granted => now < signed_until,
            Self::Arrived | Self::Filed => true,
            Self::Refused | Self::Removed => false,
        }
    }

    /// What finishing gives, once the store was asked for the blob.
    pub fn finish(self, blob_is_there: bool) -> FinishAnswer {
        match self {
            Self::Granted | Self::Arrived if blob_is_there => FinishAnswer::Arrived,
            Self::Granted => FinishAnswer::NotThere,
            // Filing deletes the incoming blob: it may be on its way out just now.
            Self::Arrived | Self::Filed | Self::Refused => FinishAnswer::Already(self),
            Self::Removed => FinishAnswer::Removed,
        }
    }

    /// The bytes are there.
    pub fn arrive(self) -> Result<Self, UploadRefused> {
        self.go_on(Self::Arrived)
    }

    /// The bytes were good and are an item now.
    pub fn file(self) -> Result<Self, UploadRefused> {
        self.go_on(Self::Filed)
    }

    /// The bytes cannot be used.
    pub fn refuse(self) -> Result<Self, UploadRefused> {
        self.go_on(Self::Refused)
    }

    /// The patient takes it out. One that was filed may go too, until the request is submitted;
    /// its item is erased.
    pub fn remove(self) -> Result<Self, UploadRefused> {
        match self {
            Self::Filed => Ok(Self::Removed),
            _ => self.go_on(Self::Removed),
        }
    }

    fn go_on(self, next: Self) -> Result<Self, UploadRefused> {
        match self {
            _ if self == next => Ok(next),
            Self::Granted | Self::Arrived => Ok(next),
            Self::Filed => Err(UploadRefused::Filed),
            Self::Refused => Err(UploadRefused::Refused),
            Self::Removed => Err(UploadRefused::Removed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use UploadState::{Arrived, Filed, Granted, Refused, Removed};

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);
    const STATES: [UploadState; 5] = [Granted, Arrived, Filed, Refused, Removed];

    fn signed_until() -> Timestamp {
        NOON + GRANT
    }

    #[test]
    fn only_jpeg_and_png_from_1_byte_to_25_mib_are_granted_a_place() {
        for (text, picture) in [
            ("image/jpeg", Ok(PictureType::Jpeg)),
            ("IMAGE/PNG ", Ok(PictureType::Png)),
            ("image/heic", Err(PictureRefused::Type)),
            ("image/jpeg; charset=x", Err(PictureRefused::Type)),
            ("text/html", Err(PictureRefused::Type)),
        ] {
            assert_eq!(PictureType::parse(text), picture);
        }
        assert_eq!(serde_json::to_value(PictureType::Jpeg).unwrap(), PictureType::Jpeg.as_str());
        assert_eq!(parse_bytes(0), Err(PictureRefused::Empty));
        assert_eq!(parse_bytes(1), Ok(1));
        assert_eq!(parse_bytes(26_214_400), Ok(26_214_400));
        assert_eq!(parse_bytes(26_214_401), Err(PictureRefused::TooLarge));
    }

    #[test]
    fn the_same_picture_again_gets_the_same_upload_only_while_that_can_still_arrive() {
        let until = signed_until();
        for (state, while_signed, after) in [
            (Granted, Again::SameUploadNewSignature, Again::NewUpload),
            (Arrived, Again::SameUploadNewSignature, Again::SameUploadNewSignature),
            (Filed, Again::AlreadyFiled, Again::AlreadyFiled),
            (Refused, Again::RefusedBefore, Again::RefusedBefore),
            (Removed, Again::NewUpload, Again::NewUpload),
        ] {
            assert_eq!(state.again(until, NOON), while_signed, "{state:?}");
            assert_eq!(state.again(until, until), after, "{state:?} after its signature");
        }
    }

    #[test]
    fn an_unused_grant_frees_its_place_when_its_signature_ends() {
        let until = signed_until();
        for (state, while_signed, after) in [
            (Granted, true, false),
            (Arrived, true, true),
            (Filed, true, true),
            (Refused, false, false),
            (Removed, false, false),
        ] {
            assert_eq!(state.counts_towards_limit(until, NOON), while_signed, "{state:?}");
            assert_eq!(state.counts_towards_limit(until, until), after, "{state:?} after");
        }
    }

    #[test]
    fn a_grant_that_is_given_again_counts_and_one_that_counts_not_is_not() {
        for state in [Granted, Arrived] {
            for now in [NOON, signed_until()] {
                let is_same = state.again(signed_until(), now) == Again::SameUploadNewSignature;
                assert_eq!(is_same, state.counts_towards_limit(signed_until(), now));
            }
        }
    }

    #[test]
    fn a_signature_is_over_a_minute_after_its_end() {
        let until = signed_until();
        assert!(may_still_be_sent(until, NOON));
        assert!(may_still_be_sent(until, until + SignedDuration::from_secs(59)));
        assert!(!may_still_be_sent(until, until + SignedDuration::from_mins(1)));
    }

    #[test]
    fn finishing_believes_the_store_and_not_the_browser() {
        assert_eq!(Granted.finish(false), FinishAnswer::NotThere);
        assert_eq!(Granted.finish(true), FinishAnswer::Arrived);
        assert_eq!(Arrived.finish(true), FinishAnswer::Arrived);
        assert_eq!(Arrived.finish(false), FinishAnswer::Already(Arrived));
        for state in [Filed, Refused] {
            for blob_is_there in [false, true] {
                assert_eq!(state.finish(blob_is_there), FinishAnswer::Already(state));
            }
        }
        assert_eq!(Removed.finish(true), FinishAnswer::Removed);
    }

    #[test]
    fn a_picture_is_filed_or_refused_or_removed_and_stays_so() {
        for from in [Granted, Arrived] {
            assert_eq!(from.arrive(), Ok(Arrived));
            assert_eq!(from.file(), Ok(Filed));
            assert_eq!(from.refuse(), Ok(Refused));
            assert_eq!(from.remove(), Ok(Removed));
        }
        assert_eq!(Filed.refuse(), Err(UploadRefused::Filed));
        assert_eq!(Refused.file(), Err(UploadRefused::Refused));
        assert_eq!(Removed.file(), Err(UploadRefused::Removed));
        assert_eq!(Removed.arrive(), Err(UploadRefused::Removed));
        assert_eq!(Filed.arrive(), Err(UploadRefused::Filed));
        assert_eq!(Filed.remove(), Ok(Removed));
    }

    #[test]
    fn every_change_may_be_asked_for_twice() {
        let changes: [fn(UploadState) -> Result<UploadState, UploadRefused>; 4] =
            [UploadState::arrive, UploadState::file, UploadState::refuse, UploadState::remove];
        for state in STATES {
            for change in changes {
                if let Ok(after) = change(state) {
                    assert_eq!(change(after), Ok(after), "{state:?} twice");
                }
            }
        }
    }
}
