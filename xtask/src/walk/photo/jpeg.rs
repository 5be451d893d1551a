//! JPEG (ITU-T T.81 Annex B): segments, scans, and what follows the end marker.

use super::contents::Contents;
use super::tiff;

const EXIF: &[u8] = b"Exif\0\0";

pub fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xd8, 0xff])
}

/// The decoded samples, behind their dimensions. `None`: it cannot be decoded.
pub fn pixels(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let samples = decoder.decode().ok()?;
    let shape = decoder.info()?;
    let mut pixels = [shape.width.to_be_bytes(), shape.height.to_be_bytes()].concat();
    pixels.extend(samples);
    Some(pixels)
}

/// Adds to `contents` what the file tells.
pub fn look_through(bytes: &[u8], contents: &mut Contents) {
    let mut at = 2;
    loop {
        match next_part(bytes, at) {
            Part::Segment { marker, payload, end } => {
                name_segment(marker, payload, contents);
                at = end;
            }
            Part::End { at } => {
                if at < bytes.len() {
                    contents.private.insert("after the end");
                }
                return;
            }
            Part::Cut => {
                contents.private.insert("no end marker");
                return;
            }
        }
    }
}

enum Part<'a> {
    Segment { marker: u8, payload: &'a [u8], end: usize },
    End { at: usize },
    Cut,
}

/// The marker at or after `at`. Entropy-coded bytes before it are passed over: in them 0xff is
/// followed by 0 or by a restart marker.
fn next_part(bytes: &[u8], mut at: usize) -> Part<'_> {
    loop {
        let Some([first, marker]) = bytes.get(at..at + 2) else { return Part::Cut };
        match (*first, *marker) {
            (0xff, 0x00 | 0x01 | 0xd0..=0xd7) => at += 2,
            (0xff, 0xd9) => return Part::End { at: at + 2 },
            (0xff, marker) if marker != 0xff => {
                let length = bytes
                    .get(at + 2..at + 4)
                    .map(|two| usize::from(two[0]) << 8 | usize::from(two[1]));
                let Some(end) = length.map(|length| at + 2 + length) else { return Part::Cut };
                let Some(payload) = bytes.get(at + 4..end) else { return Part::Cut };
                return Part::Segment { marker, payload, end };
            }
            _ => at += 1,
        }
    }
}

fn name_segment(marker: u8, payload: &[u8], contents: &mut Contents) {
    let name = match marker {
        0xfe => "comment",
        0xe1 if payload.starts_with(EXIF) => {
            tiff::look_through(payload.get(EXIF.len()..).unwrap_or_default(), contents);
            return;
        }
        0xe1 if payload.starts_with(b"http://ns.adobe.com/") => "xmp",
        0xe2 if payload.starts_with(b"ICC_PROFILE\0") => return,
        0xe2 if payload.starts_with(b"MPF\0") => "further pictures",
        0xed => "iptc",
        // What decoders need: JFIF, and Adobe's colour transform.
        0xe0 if payload.starts_with(b"JFIF\0") && payload.get(12..14) == Some(&[0, 0]) => return,
        0xe0 if payload.starts_with(b"JF") => "thumbnail",
        0xee if payload.starts_with(b"Adobe") => return,
        0xe0..=0xef => "maker's data",
        _ => return,
    };
    contents.private.insert(name);
}
