//! What a file claims to be by its first bytes. Only decides which parser must agree, or which words a refusal has.

use crate::refusal::OtherKind;
use crate::{Kind, Limits, Refusal};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The kind whose parser decides. Checks the length first.
pub(crate) fn kind(bytes: &[u8], limits: &Limits) -> Result<Kind, Refusal> {
    let length = bytes.len() as u64;
    if length == 0 {
        return Err(Refusal::Empty);
    }
    if length > limits.max_bytes {
        return Err(Refusal::TooLarge { bytes: length, max: limits.max_bytes });
    }
    claimed(bytes)
}

/// The kind that a file claims to be by its first bytes, at least twelve of them where it has as many.
pub(crate) fn claimed(bytes: &[u8]) -> Result<Kind, Refusal> {
    if bytes.starts_with(&[0xFF, 0xD8]) {
        return Ok(Kind::Jpeg);
    }
    if bytes.starts_with(PNG) {
        return Ok(Kind::Png);
    }
    Err(not_taken(bytes))
}

fn not_taken(bytes: &[u8]) -> Refusal {
    if PNG.starts_with(bytes) || bytes == [0xFF] {
        return Refusal::Truncated;
    }
    match other_kind(bytes) {
        Some(kind) => Refusal::OtherKind(kind),
        None => Refusal::NotAPicture,
    }
}

fn other_kind(bytes: &[u8]) -> Option<OtherKind> {
    if let Some(b"ftyp") = bytes.get(4..8) {
        return Some(match bytes.get(8..12) {
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => {
                OtherKind::Heic
            }
            Some(b"avif" | b"avis") => OtherKind::Avif,
            _ => OtherKind::Video,
        });
    }
    // QuickTime files from before `ftyp` start with one of these boxes.
    if let Some(b"moov" | b"mdat" | b"wide") = bytes.get(4..8) {
        return Some(OtherKind::Video);
    }
    if bytes.starts_with(b"RIFF") {
        return match bytes.get(8..12) {
            Some(b"WEBP") => Some(OtherKind::Webp),
            Some(b"AVI ") => Some(OtherKind::Video),
            _ => None,
        };
    }
    // The last but one is EBML: WebM and Matroska.
    let starts: [(&[u8], OtherKind); 6] = [
        (b"GIF87a", OtherKind::Gif),
        (b"GIF89a", OtherKind::Gif),
        (b"II*\0", OtherKind::Tiff),
        (b"MM\0*", OtherKind::Tiff),
        (b"\x1A\x45\xDF\xA3", OtherKind::Video),
        (b"BM", OtherKind::Bmp),
    ];
    starts.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_is_named_for_what_it_is() {
        let other = Refusal::OtherKind;
        let cases: [(&[u8], Refusal); 13] = [
            (b"", Refusal::Empty),
            (b"\0\0\0\x18ftypheic\0\0\0\0", other(OtherKind::Heic)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", other(OtherKind::Heic)),
            (b"\0\0\0\x18ftypqt  \0\0\0\0", other(OtherKind::Video)),
            (b"\0\0\0\x18ftypavif\0\0\0\0", other(OtherKind::Avif)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", other(OtherKind::Webp)),
            (b"\x1A\x45\xDF\xA3", other(OtherKind::Video)),
            (b"GIF89a", other(OtherKind::Gif)),
            (b"II*\0\x08\0\0\0", other(OtherKind::Tiff)),
            (b"BM\x36\0\0\0", other(OtherKind::Bmp)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refusal::NotAPicture),
            (b"%PDF-1.7", Refusal::NotAPicture),
            (b"\x89PNG", Refusal::Truncated),
        ];
        for (bytes, refusal) in cases {
            assert_eq!(kind(bytes, &Limits::default()), Err(refusal), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_file_over_the_limit_is_refused_before_it_is_looked_at() {
        let limits = Limits { max_bytes: 3, ..Limits::default() };
        assert_eq!(
            kind(&[0xFF, 0xD8, 0xFF, 0], &limits),
            Err(Refusal::TooLarge { bytes: 4, max: 3 })
        );
    }
}
