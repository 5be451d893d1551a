//! PNG files put together chunk by chunk.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::{exif, profile, scene};

/// One chunk with its length and checksum.
pub(super) fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], &kind, data, &crc.sum().to_be_bytes()].concat()
}

/// Signature and IHDR of 8-bit rows; `colour` is the colour type.
pub(super) fn start(width: u32, height: u32, colour: u8) -> Vec<u8> {
    start_of(width, height, [8, colour, 0])
}

/// Signature and IHDR; `kind` is bit depth, colour type, and 1 where the picture is interlaced.
pub(super) fn start_of(width: u32, height: u32, [depth, colour, interlaced]: [u8; 3]) -> Vec<u8> {
    let kind = [depth, colour, 0, 0, interlaced];
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &kind].concat();
    [b"\x89PNG\r\n\x1a\n", chunk(*b"IHDR", &header).as_slice()].concat()
}

#[expect(clippy::expect_used, reason = "a maker of test files: writing to memory does not fail")]
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).expect("memory");
    packer.finish().expect("memory")
}

/// The scene as a PNG with a sentinel in every chunk that has room for one, and an orientation in eXIf.
pub fn cluttered_png(width: u16, height: u16, orientation: u8) -> Vec<u8> {
    let stride = usize::from(width) * 3;
    let mut rows = Vec::new();
    for row in scene(width, height).chunks(stride) {
        rows.push(0);
        rows.extend_from_slice(row);
    }
    let rows = packed(&rows);
    let rows = [rows.as_slice(), b"sentinel-behind-rows"].concat();
    let (one, two) = rows.split_at(rows.len() / 2);
    let named = |name: &[u8], rest: &[u8]| [name, b"\0", rest].concat();
    let text = packed(b"sentinel-text");
    [
        start(width.into(), height.into(), 2),
        chunk(*b"gAMA", &45_455_u32.to_be_bytes()),
        chunk(*b"iCCP", &[named(b"sentinel-profile-name", b"\0"), packed(&profile())].concat()),
        chunk(*b"pHYs", b"\0\0\x0b\x13\0\0\x0b\x13\x01"),
        // Of the wrong length: not what it says it is.
        chunk(*b"bKGD", b"sentinel-text"),
        chunk(*b"eXIf", &exif::tiff(orientation)),
        chunk(*b"tEXt", &named(b"Comment", b"sentinel-text")),
        chunk(*b"zTXt", &[named(b"Comment", b"\0"), text.clone()].concat()),
        chunk(*b"iTXt", &named(b"XML:com.adobe.xmp", b"\0\0\0\0sentinel-xmp")),
        chunk(*b"tIME", b"\x07\xEA\x03\x0E\x09\x1A\x35"),
        chunk(*b"prVt", b"sentinel-text"),
        chunk(*b"IDAT", one),
        chunk(*b"IDAT", two),
        chunk(*b"tEXt", &named(b"Late", b"sentinel-late")),
        chunk(*b"IEND", b""),
        b"sentinel-motion-photo".to_vec(),
    ]
    .concat()
}
