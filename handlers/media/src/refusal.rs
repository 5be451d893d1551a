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
    #[error("{0:?} is not taken")]
    OtherKind(OtherKind),
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

/// A kind of picture or film that browsers may show and this service does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherKind {
    Heic,
    Webp,
    Avif,
    Gif,
    Tiff,
    Bmp,
    Video,
}

impl OtherKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Heic, Self::Webp, Self::Avif, Self::Gif, Self::Tiff, Self::Bmp, Self::Video];

    /// What it is and the one way out for a photo that exists already: whatever can be shown can be a screenshot.
    fn for_people(self) -> &'static str {
        match self {
            Self::Heic => {
                "The photo is a HEIC file, which we cannot take. Open it, take a screenshot of it, and choose the screenshot. Or take a new photo in the page."
            }
            Self::Webp => {
                "The photo is a WebP file, which we cannot take. Open it, take a screenshot of it, and choose the screenshot. Or take a new photo in the page."
            }
            Self::Avif => {
                "The photo is an AVIF file, which we cannot take. Open it, take a screenshot of it, and choose the screenshot. Or take a new photo in the page."
            }
            Self::Gif => {
                "The photo is a GIF file, which we cannot take. Open it, take a screenshot of it, and choose the screenshot. Or take a new photo in the page."
            }
            Self::Tiff => {
                "The photo is a TIFF file, which we cannot take. Open it, take a screenshot of it, and choose the screenshot. Or take a new photo in the page."
            }
            Self::Bmp => {
                "The photo is a BMP file, which we cannot take. Open it, take a screenshot of it, and choose the screenshot. Or take a new photo in the page."
            }
            Self::Video => {
                "The file is a video, which we cannot take. Stop it where it shows best, take a screenshot, and choose the screenshot. Or take a new photo in the page."
            }
        }
    }
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
            Self::OtherKind(kind) => kind.for_people(),
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
    fn people_are_told_what_it_is_and_the_way_out_and_never_a_technical_word() {
        assert!(Refusal::NotAPicture.for_people().contains("JPG or PNG"));
        for kind in OtherKind::ALL {
            let words = Refusal::OtherKind(kind).for_people().to_lowercase();
            assert!(words.contains(&format!("{kind:?}").to_lowercase()), "{kind:?}");
            assert!(words.contains("screenshot"), "{kind:?}");
        }
        let technical = Refusal::Damaged("a Huffman table").for_people();
        assert!(!technical.contains("Huffman"));
    }
}
