//! An EXIF structure as a phone writes it: make, artist, date, maker note, position, thumbnail.

use super::scene::encoded;

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;

/// Tag, type, count, value in big-endian bytes.
type Field = (u16, u16, u32, Vec<u8>);

/// The date that [`tiff`] says the picture was taken.
pub(super) const TAKEN_AT: &str = "2026:03:14 09:26:53";

/// A TIFF structure, big-endian.
pub(super) fn tiff(orientation: u8) -> Vec<u8> {
    let camera =
        vec![text(0x9003, TAKEN_AT), undefined(0x927C, b"sentinel-maker-note serial 12345678")];
    let position = vec![
        text(1, "N"),
        (2, RATIONAL, 3, rationals(&[51, 30, 26])),
        text(3, "W"),
        (4, RATIONAL, 3, rationals(&[0, 7, 39])),
        undefined(0x1C, b"ASCII\0\0\0sentinel-gps-area +51.5074"),
    ];
    let mut small = encoded(32, 24, |_| ());
    super::jpeg_parts::insert(&mut small, 0xFE, b"sentinel-thumbnail");

    // The places depend on lengths only, so a first round with any pointers finds them.
    let (mut camera_at, mut position_at, mut small_at, mut thumbnail_at) = (0, 0, 0, 0);
    let mut bytes = Vec::new();
    for _ in 0..2 {
        let first = vec![
            text(0x010F, "Example"),
            text(0x0110, "Camera One"),
            (0x0112, SHORT, 1, vec![0, orientation, 0, 0]),
            text(0x013B, "sentinel-artist"),
            long(0x8769, camera_at),
            long(0x8825, position_at),
        ];
        let thumbnail = vec![long(0x0201, small_at), long(0x0202, small.len())];
        bytes = b"MM\0*\0\0\0\x08".to_vec();
        directory(&mut bytes, &first, thumbnail_at);
        camera_at = bytes.len();
        directory(&mut bytes, &camera, 0);
        position_at = bytes.len();
        directory(&mut bytes, &position, 0);
        thumbnail_at = bytes.len();
        directory(&mut bytes, &thumbnail, 0);
        small_at = bytes.len();
        bytes.extend_from_slice(&small);
    }
    bytes
}

/// A structure whose directories point at themselves and announce 65,535 entries.
pub(super) fn circular_tiff() -> Vec<u8> {
    let mut bytes = b"MM\0*\0\0\0\x08\xFF\xFF".to_vec();
    for _ in 0..5000 {
        bytes.extend_from_slice(b"\x87\x69\0\x04\0\0\0\x01\0\0\0\x08");
    }
    bytes
}

fn text(tag: u16, value: &str) -> Field {
    (tag, ASCII, as_u32(value.len() + 1), [value.as_bytes(), b"\0"].concat())
}

fn undefined(tag: u16, value: &[u8]) -> Field {
    (tag, UNDEFINED, as_u32(value.len()), value.to_vec())
}

fn long(tag: u16, value: usize) -> Field {
    (tag, LONG, 1, as_u32(value).to_be_bytes().to_vec())
}

fn rationals(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| [value.to_be_bytes(), 1_u32.to_be_bytes()].concat()).collect()
}

/// Appends a directory, then the values that do not fit into its entries.
fn directory(bytes: &mut Vec<u8>, fields: &[Field], next: usize) {
    bytes.extend_from_slice(&as_u32(fields.len()).to_be_bytes()[2..]);
    let mut values_at = bytes.len() + fields.len() * 12 + 4;
    let mut values = Vec::new();
    for (tag, kind, count, value) in fields {
        bytes.extend_from_slice(&tag.to_be_bytes());
        bytes.extend_from_slice(&kind.to_be_bytes());
        bytes.extend_from_slice(&count.to_be_bytes());
        if value.len() <= 4 {
            let mut inline = value.clone();
            inline.resize(4, 0);
            bytes.extend_from_slice(&inline);
        } else {
            bytes.extend_from_slice(&as_u32(values_at).to_be_bytes());
            values_at += value.len();
            values.extend_from_slice(value);
        }
    }
    bytes.extend_from_slice(&as_u32(next).to_be_bytes());
    bytes.extend_from_slice(&values);
}

fn as_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
