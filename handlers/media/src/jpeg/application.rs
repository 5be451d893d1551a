//! `APPn` and COM segments: the few that change how pixels look are understood, all the others are named and dropped.

use super::marker::{APP0, APP1, APP2, APP13, APP14, COM};
use super::profile_chunks::ProfileChunks;
use crate::exif::Exif;
use crate::orientation;
use crate::picture::Removed;

/// Marker and length.
const HEADER: usize = 4;

/// What the segments before the first scan said.
#[derive(Default)]
pub(super) struct Application<'a> {
    pub jfif: bool,
    pub adobe: Option<u8>,
    pub profile: ProfileChunks<'a>,
    /// Of the first EXIF segment, readable or not; viewers use no other.
    pub exif: Option<Exif>,
    pub removed: Removed,
}

impl<'a> Application<'a> {
    pub(super) fn take(&mut self, marker: u8, body: &'a [u8]) {
        if marker == APP0 && body.len() >= 14 && body.starts_with(b"JFIF\0") {
            self.jfif = true;
            if body.len() > 14 {
                self.removed.add("thumbnail", body.len() - 14);
            }
        } else if marker == APP14 && body.len() >= 12 && body.starts_with(b"Adobe") {
            self.adobe = body.get(11).copied();
        } else if marker == APP2
            && let Some([number, count, data @ ..]) = body.strip_prefix(b"ICC_PROFILE\0")
        {
            self.profile.add(*number, *count, data);
        } else {
            let tiff = exif(marker, body);
            if let Some(tiff) = tiff {
                self.read(Exif::read(tiff).unwrap_or_default());
            }
            if !tiff.is_some_and(orientation::is_alone_in) {
                self.drop_late(marker, body);
            }
        }
    }

    fn read(&mut self, exif: Exif) {
        for (found, name) in [
            (exif.has_gps, "gps"),
            (exif.has_maker_note, "maker-note"),
            (exif.has_thumbnail, "thumbnail"),
        ] {
            if found {
                self.removed.name(name);
            }
        }
        self.exif.get_or_insert(exif);
    }

    /// Drops a segment. Those behind the first scan are dropped whatever they say: decoders have made up their mind.
    pub(super) fn drop_late(&mut self, marker: u8, body: &[u8]) {
        self.removed.add(name(marker, body), body.len() + HEADER);
    }
}

fn exif(marker: u8, body: &[u8]) -> Option<&[u8]> {
    let behind_name = (marker == APP1).then(|| body.strip_prefix(b"Exif\0"))??;
    // The byte behind the name is there to fill up: some write 0xFF, and viewers do not look.
    behind_name.get(1..)
}

fn name(marker: u8, body: &[u8]) -> &'static str {
    let starts = |identifier: &[u8]| body.starts_with(identifier);
    match marker {
        COM => "comment",
        APP0 if starts(b"JFIF\0") => "jfif",
        APP0 if starts(b"JFXX\0") => "jfxx",
        APP1 if starts(b"Exif\0") => "exif",
        APP1 if starts(b"http://ns.adobe.com/xap/1.0/\0") => "xmp",
        APP1 if starts(b"http://ns.adobe.com/xmp/extension/\0") => "extended-xmp",
        APP1 if starts(b"FLIR\0") => "thermal",
        APP2 if starts(b"ICC_PROFILE\0") => "profile",
        APP2 if starts(b"MPF\0") => "mpf",
        APP13 => "iptc",
        _ => "application",
    }
}
