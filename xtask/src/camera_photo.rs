//! A photo as a phone takes it, made here: with a position, a comment, a thumbnail, XMP and a
//! motion picture after its end.

use jpeg_encoder::{ColorType, Encoder};

use crate::machine::chance;
use crate::walk::Photo;

const WIDTH: u16 = 480;
const HEIGHT: u16 = 360;

/// A new photo; its noise is that of no other.
pub fn make() -> Photo {
    make_from(chance())
}

/// The photo of this seed, taken with the phone upright (orientation 6).
pub fn make_from(seed: u64) -> Photo {
    let plain = plain_jpeg(seed);
    let mut bytes = vec![0xff, 0xd8];
    bytes.extend(segment(0xe1, &[b"Exif\0\0".as_slice(), &exif(true)].concat()));
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>a made-up owner</x:xmpmeta>";
    bytes.extend(segment(0xe1, xmp));
    bytes.extend(segment(0xfe, b"NHS number 999 000 0018"));
    bytes.extend(plain.get(2..).unwrap_or_default());
    bytes.extend(b"\0\0\0\x18ftypmp42 a made-up motion picture behind the end marker");
    Photo { bytes, content_type: "image/jpeg" }
}

fn plain_jpeg(seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut pixels = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            // xorshift: enough noise that no two photos share a stretch of bytes.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let [noise, ..] = state.to_le_bytes();
            let shade =
                |of: u16, most: u16| (u32::from(of) * 160 / u32::from(most)).to_le_bytes()[0];
            pixels.extend([shade(x, WIDTH) + noise / 4, shade(y, HEIGHT) + noise / 4, 90]);
        }
    }
    let mut bytes = Vec::new();
    // Into memory, from a buffer of the right length: there is nothing to fail.
    let _ = Encoder::new(&mut bytes, 85).encode(&pixels, WIDTH, HEIGHT, ColorType::Rgb);
    bytes
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
    [&[0xff, marker], length.to_be_bytes().as_slice(), payload].concat()
}

/// Orientation 6; with `private` a maker, a position and a thumbnail as well. Big-endian.
fn exif(private: bool) -> Vec<u8> {
    const GPS_AT: u32 = 8 + 2 + 3 * 12 + 4;
    const THUMBNAIL_AT: u32 = GPS_AT + 2 + 12 + 4;
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    let orientation = entry(0x0112, 3, 1, [0, 6, 0, 0]);
    let head = b"MM\0*\0\0\0\x08";
    if !private {
        return [&head[..], &[0, 1], &orientation, &[0; 4]].concat();
    }
    let maker = entry(0x010f, 2, 4, *b"Rho\0");
    let gps = entry(0x8825, 4, 1, GPS_AT.to_be_bytes());
    let north = entry(0x0001, 2, 2, *b"N\0\0\0");
    let compression = entry(0x0103, 3, 1, [0, 6, 0, 0]);
    [
        &head[..],
        &[0, 3],
        &maker,
        &orientation,
        &gps,
        &THUMBNAIL_AT.to_be_bytes(),
        &[0, 1],
        &north,
        &[0; 4],
        &[0, 1],
        &compression,
        &[0; 4],
        b"\xff\xd8 a made-up thumbnail \xff\xd9",
    ]
    .concat()
}

/// What the service should make of `sent`.
#[cfg(test)]
pub fn cleaned(sent: &[u8]) -> Vec<u8> {
    let plain = without_metadata(sent);
    let exif = segment(0xe1, &[b"Exif\0\0".as_slice(), &exif(false)].concat());
    [&plain[..2], &exif, &plain[2..]].concat()
}

/// The same picture, its orientation lost too.
#[cfg(test)]
pub fn without_metadata(sent: &[u8]) -> Vec<u8> {
    let after_comment = b"999 000 0018";
    let at = sent.windows(after_comment.len()).position(|w| w == after_comment).unwrap();
    let end = sent.windows(2).rposition(|w| w == [0xff, 0xd9]).unwrap();
    [&[0xff, 0xd8], &sent[at + after_comment.len()..end + 2]].concat()
}
