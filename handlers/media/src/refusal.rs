//! Why a file is not taken, once for the log and once for the person who sent it.

use thiserror::Error;

/// A decision not to take a file. `Display` is for the log: it holds numbers and fixed words, never bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    #[error("empty")]
    Empty,
    #[error("{bytes} bytes, more than {max}")]
    TooLarge { bytes: u64, max: u64 },
    #[error("not a picture")]
    NotAPicture,
    #[error("HEIC is not taken yet")]
    HeicNotYet,
    #[error("WebP is not taken yet")]
    WebpNotYet,
    #[error("video is not taken yet")]
    VideoNotYet,
    /// A picture of a kind that will not be taken: GIF, TIFF, BMP, AVIF.
    #[error("a picture of another kind")]
    OtherPicture,
    #[error("ends too early")]
    Truncated,
    #[error("{width} × {height} pixels are too many")]
    TooManyPixels { width: u32, height: u32 },
    /// Small on the wire, large to work on: passes without end, floods of segments, bombs.
    #[error("asks for more work than a picture needs")]
    TooMuchWork,
    /// A whole file of a variant that browsers and this service cannot show.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl Refusal {
    /// What to tell the sender, in the words of the NHS service manual: what is wrong and what to do.
    pub fn for_people(&self) -> &'static str {
        match self {
            Self::Empty => "The file is empty. Take or choose the photo again.",
            Self::TooLarge { .. } => {
                "The photo is too big. Choose a smaller one, or take it in the page."
            }
            Self::NotAPicture => "The file is not a photo. It must be a JPG or PNG.",
            Self::HeicNotYet => {
                "The photo is a HEIC file, which we cannot take yet. It must be a JPG or PNG. Take it in the page instead."
            }
            Self::WebpNotYet => {
                "The photo is a WebP file, which we cannot take yet. It must be a JPG or PNG."
            }
            Self::VideoNotYet => {
                "The file is a video, which we cannot take yet. Send a photo, as a JPG or PNG."
            }
            Self::OtherPicture => "The photo must be a JPG or PNG.",
            Self::Truncated => "Part of the photo is missing. Send it again, or take a new one.",
            Self::TooManyPixels { .. } => {
                "The photo has too many pixels. Take it in the page, or choose a smaller one."
            }
            Self::TooMuchWork | Self::Unsupported(_) => {
                "The photo was saved in a way we cannot show. Take it in the page, or choose another."
            }
            Self::Damaged(_) => "The photo is damaged. Choose another, or take a new one.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_which_kinds_are_taken_and_never_a_technical_word() {
        for refusal in
            [Refusal::NotAPicture, Refusal::HeicNotYet, Refusal::WebpNotYet, Refusal::OtherPicture]
        {
            assert!(refusal.for_people().contains("JPG or PNG"), "{refusal:?}");
        }
        let technical = Refusal::Damaged("a Huffman table").for_people();
        assert!(!technical.contains("Huffman"));
    }
}
