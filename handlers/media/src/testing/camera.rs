//! Photos as phones send them, and photos with something hidden wherever a JPEG has room.

use super::jpeg_parts::{behind_jfif, insert, segment};
use super::{exif, profile, scene};

/// How a photo was taken.
#[derive(Debug, Clone, Copy)]
pub struct Shot {
    /// Columns as stored.
    pub width: u16,
    /// Rows as stored.
    pub height: u16,
    /// 1 to 8.
    pub orientation: u8,
    pub progressive: bool,
}

/// A camera JPEG of this size, held upright (orientation 6): position, maker note and thumbnail in EXIF, XMP, IPTC, a
/// comment, a colour profile, and a motion photo behind the end.
pub fn camera_jpeg(width: u16, height: u16) -> Vec<u8> {
    Shot { width, height, orientation: 6, progressive: false }.jpeg()
}

impl Shot {
    /// The photo, with what a phone puts around it.
    pub fn jpeg(self) -> Vec<u8> {
        let mut jpeg = self.bare();
        let tiff = exif::tiff(self.orientation);
        insert(&mut jpeg, 0xFE, b"sentinel-comment NHS number 999 000 0018");
        insert(&mut jpeg, 0xE2, &[b"MPF\0MM\0*\0\0\0\x08", &b"sentinel-mpf"[..]].concat());
        insert(
            &mut jpeg,
            0xED,
            b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02\x78\0\x0dsentinel-iptc",
        );
        insert(&mut jpeg, 0xE2, &[b"ICC_PROFILE\0\x01\x01", profile().as_slice()].concat());
        insert(
            &mut jpeg,
            0xE1,
            b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>sentinel-xmp</x:xmpmeta>",
        );
        insert(&mut jpeg, 0xE1, &[b"Exif\0\0", tiff.as_slice()].concat());
        jpeg.extend_from_slice(&motion_photo());
        jpeg
    }

    /// The photo with a sentinel in every other place too: thumbnails in JFIF and JFXX, extended XMP, segments of
    /// other makers, bytes between segments, tables that no scan uses, segments behind the scans.
    pub fn cluttered_jpeg(self) -> Vec<u8> {
        let mut jpeg = self.jpeg();
        let at = behind_jfif(&jpeg);
        let mut clutter = segment(0xE0, b"JFXX\0\x10sentinel-jfxx");
        clutter.extend(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0sentinel-extended-xmp"));
        for marker in 0xE3..=0xEF {
            clutter.extend(segment(marker, b"sentinel-application"));
        }
        clutter.extend_from_slice(b"sentinel-between");
        let mut table = b"\x03sentinel-unused-table".to_vec();
        table.resize(65, 1);
        clutter.extend(segment(0xDB, &table));
        jpeg.splice(at..at, clutter);
        // A thumbnail of 2 × 3 pixels in JFIF itself.
        let small = b"sentinel-thumbnai!";
        jpeg.splice(at..at, small.iter().copied());
        (jpeg[5], jpeg[18], jpeg[19]) = (16 + 18, 2, 3);

        let end = jpeg.len() - motion_photo().len() - 2;
        let late =
            [segment(0xFE, b"sentinel-late"), segment(0xE1, b"Exif\0\0sentinel-late")].concat();
        jpeg.splice(end..end, late);
        jpeg
    }

    fn bare(self) -> Vec<u8> {
        scene::encoded(self.width, self.height, |encoder| encoder.set_progressive(self.progressive))
    }
}

/// What a phone appends: an MP4 of the moment before.
fn motion_photo() -> Vec<u8> {
    [
        &b"\0\0\0\x18ftypmp42\0\0\0\0isommp42"[..],
        b"\0\0\0\x40mdat",
        b"sentinel-motion-photo +51.5074",
        &[0; 26],
    ]
    .concat()
}
