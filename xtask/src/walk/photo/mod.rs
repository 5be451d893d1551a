//! The picture that is sent, and how the served one compares with it.
//!
//! Read with code of its own: the proof must not share a mistake with what it proves.

mod contents;
mod jpeg;
mod png;
mod tiff;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use contents::Contents;

/// A picture to send.
pub struct Photo {
    pub bytes: Vec<u8>,
    pub content_type: &'static str,
}

/// What became of a picture on its way.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    pub pixels_identical: bool,
    /// EXIF orientation of the served picture; 1 is upright.
    pub orientation: u8,
    /// What was in the sent picture and is not in the served one.
    pub removed: BTreeSet<&'static str>,
    /// What still is and should not be.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub left: BTreeSet<&'static str>,
    #[serde(skip)]
    sent_orientation: u8,
}

impl Photo {
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::new(bytes).ok_or_else(|| format!("{} is neither JPEG nor PNG", path.display()))
    }

    /// `None`: neither JPEG nor PNG.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let content_type = if jpeg::is_jpeg(&bytes) {
            "image/jpeg"
        } else if png::is_png(&bytes) {
            "image/png"
        } else {
            return None;
        };
        Some(Self { bytes, content_type })
    }
}

impl Comparison {
    pub fn of(sent: &[u8], served: &[u8]) -> Self {
        let (before, after) = (Contents::of(sent), Contents::of(served));
        Self {
            pixels_identical: have_same_pixels(sent, served),
            orientation: after.orientation,
            removed: before.private.difference(&after.private).copied().collect(),
            left: after.private,
            sent_orientation: before.orientation,
        }
    }

    /// Says what is wrong with the served picture.
    pub fn check(&self) -> Result<(), String> {
        if !self.pixels_identical {
            return Err("the served picture has other pixels".to_owned());
        }
        if self.orientation != self.sent_orientation {
            return Err(format!(
                "the served picture has orientation {}, the sent one {}",
                self.orientation, self.sent_orientation
            ));
        }
        if !self.left.is_empty() {
            let left: Vec<&str> = self.left.iter().copied().collect();
            return Err(format!("the served picture still has: {}", left.join(", ")));
        }
        Ok(())
    }
}

fn have_same_pixels(sent: &[u8], served: &[u8]) -> bool {
    let same = |one: Option<Vec<u8>>, other: Option<Vec<u8>>| one.is_some() && one == other;
    if jpeg::is_jpeg(sent) {
        same(jpeg::pixels(sent), jpeg::pixels(served))
    } else {
        same(png::pixel_chunks(sent), png::pixel_chunks(served))
    }
}

/// Lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camera_photo;

    #[test]
    fn a_cleaned_copy_passes_and_says_what_went() {
        let sent = camera_photo::make();
        let comparison = Comparison::of(&sent.bytes, &camera_photo::cleaned(&sent.bytes));
        assert_eq!(comparison.check(), Ok(()));
        let removed: Vec<&str> = comparison.removed.iter().copied().collect();
        assert_eq!(removed, ["after the end", "camera", "comment", "gps", "thumbnail", "xmp"]);
        assert_eq!(comparison.orientation, 6);
    }

    #[test]
    fn a_copy_that_kept_something_or_turned_is_refused() {
        let sent = camera_photo::make().bytes;
        assert!(Comparison::of(&sent, &sent).check().unwrap_err().contains("gps"));

        let mut trailing = camera_photo::cleaned(&sent);
        trailing.push(0);
        assert!(Comparison::of(&sent, &trailing).check().unwrap_err().contains("after the end"));

        let turned = camera_photo::without_metadata(&sent);
        assert!(Comparison::of(&sent, &turned).check().unwrap_err().contains("orientation"));
    }

    #[test]
    fn another_picture_is_not_the_same_picture() {
        let sent = camera_photo::make().bytes;
        let other = camera_photo::cleaned(&camera_photo::make_from(1).bytes);
        assert!(Comparison::of(&sent, &other).check().unwrap_err().contains("pixels"));
        assert!(Comparison::of(&sent, b"").check().is_err());
    }
}
