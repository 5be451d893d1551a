//! Whether a scanner found an upload clean. Where scanning is required, no verdict means not clean.
//!
//! A verdict holds for the version it was given for: one that is overwritten afterwards has none.

use custom_handler::Failure;
use domain::ports::blobs::{BlobContainer, BlobFacts, ScanVerdict};
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};
use crate::arrived_blob::ArrivedBlob;
use crate::clean_picture::Refused;

/// A scan takes seconds; what has no verdict after this will have none.
const PATIENCE: SignedDuration = SignedDuration::from_hours(2);

/// What may be done with an upload now.
#[derive(Debug, PartialEq, Eq)]
pub enum Scanned {
    /// File it.
    Clean,
    /// Wait: the verdict's own message brings us back, or the reconciler.
    NotYet,
    /// Refuse it, and tell a person.
    Refused(Refused),
}

/// Asks the message that brought us, then the blob's own tag.
pub async fn scanned(
    app: &App,
    blob: &ArrivedBlob,
    head: &BlobFacts,
    now: Timestamp,
) -> Result<Scanned, Failure> {
    if !app.settings.scanning_required {
        return Ok(Scanned::Clean);
    }
    let verdict = match blob.verdict_on(&head.etag) {
        Some(verdict) => Some(verdict),
        None => stored(app.blobs.scan_verdict(BlobContainer::Incoming, &blob.name()).await)?,
    };
    Ok(decide(verdict, now.duration_since(head.written_at)))
}

fn decide(verdict: Option<ScanVerdict>, age: SignedDuration) -> Scanned {
    let refused = |code, words: &str| Scanned::Refused(Refused { code, words: words.to_owned() });
    let again = "This photo could not be checked. Take or choose it again.";
    match verdict {
        Some(ScanVerdict::Clean) => Scanned::Clean,
        Some(ScanVerdict::Malicious) => {
            refused("malware", "This file is not safe. Take the photo again in this page.")
        }
        None if age < PATIENCE => Scanned::NotYet,
        Some(ScanVerdict::NotScanned) | None => refused("not-scanned", again),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_verdict_is_not_clean_and_after_two_hours_a_refusal() {
        let after = |minutes| decide(None, SignedDuration::from_mins(minutes));
        assert_eq!(after(0), Scanned::NotYet);
        assert_eq!(after(119), Scanned::NotYet);
        let Scanned::Refused(refused) = after(120) else { panic!() };
        assert_eq!(refused.code, "not-scanned");
    }

    #[test]
    fn only_a_clean_verdict_files() {
        let young = SignedDuration::from_secs(5);
        assert_eq!(decide(Some(ScanVerdict::Clean), young), Scanned::Clean);
        for verdict in [ScanVerdict::Malicious, ScanVerdict::NotScanned] {
            assert!(matches!(decide(Some(verdict), young), Scanned::Refused(_)));
        }
    }
}
