//! From the bytes a browser sent to a clean picture and its thumbnail, or a refusal in words.

use bytes::Bytes;
use custom_handler::Failure;
use domain::record::upload::Upload;
use domain::sha256_hex::Sha256Hex;
use media::{Clean, Limits, Refusal};

/// Clean bytes with what is known of them.
pub struct CleanPicture {
    pub clean: Clean,
    pub thumbnail: Vec<u8>,
    /// SHA-256 of the clean bytes, lower-case hex.
    pub sha256: String,
}

/// Why a file was refused: one word for the record, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    pub words: String,
}

/// Checks what came against what was declared, then cleans it. The work is bounded by the header
/// checks of `media` and runs beside the async threads.
pub async fn clean_picture(
    upload: &Upload,
    bytes: Bytes,
) -> Result<Result<CleanPicture, Refused>, Failure> {
    let declared = (upload.sha256.clone(), upload.content_type.clone());
    tokio::task::spawn_blocking(move || work(&declared.0, &declared.1, &bytes))
        .await
        .map_err(|_| Failure::broken("cleaning a picture panicked"))
}

fn work(sha256: &str, content_type: &str, bytes: &[u8]) -> Result<CleanPicture, Refused> {
    let limits = Limits::default();
    // What the file is comes before what it was said to be: an empty file is told so.
    let (clean, thumbnail) = media::clean_and_thumbnail(bytes, &limits).map_err(refused_as)?;
    if Sha256Hex::of(bytes).as_str() != sha256 {
        return Err(Refused {
            code: "wrong-hash",
            words: "The photo changed on its way. Send it again.".into(),
        });
    }
    if clean.inspected.kind.content_type() != content_type {
        return Err(Refused {
            code: "wrong-type",
            words: "The file is not what its name says. Choose the photo again.".into(),
        });
    }
    let sha256 = Sha256Hex::of(&clean.bytes).to_string();
    Ok(CleanPicture { clean, thumbnail, sha256 })
}

/// A refusal of `media` as it is written down.
pub fn refused_as(refusal: Refusal) -> Refused {
    let code = match refusal {
        Refusal::Empty => "empty",
        Refusal::TooLarge { .. } => "too-large",
        Refusal::Truncated => "truncated",
        Refusal::TooManyPixels { .. } => "too-many-pixels",
        Refusal::TooMuchWork => "too-much-work",
        Refusal::Damaged(_) => "damaged",
        Refusal::Unsupported(_) => "unsupported",
        _ => "not-a-photo",
    };
    Refused { code, words: refusal.for_people().to_owned() }
}
