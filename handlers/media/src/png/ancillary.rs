//! The chunks a picture can do without (PNG 11.3): those that change how it looks stay, if they are what they say.
//!
//! All that stay but the profile and a palette's transparency have a fixed length of at most 32 bytes. Text, time
//! stamps, EXIF and whatever else exists are dropped; of EXIF the orientation is written again.

use super::chunks::{self, Chunk};
use super::header::{Colour, Header};
use super::profile;
use crate::exif::Exif;
use crate::picture::Removed;
use crate::{Refusal, orientation};

/// Chunks of fixed length that stand before PLTE and IDAT.
const BEFORE_PALETTE: [&[u8; 4]; 5] = [b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"cICP"];
/// Those that may depend on PLTE and stand before IDAT.
const AFTER_PALETTE: [&[u8; 4]; 3] = [b"tRNS", b"bKGD", b"pHYs"];

/// What stays, each kind once.
#[derive(Default)]
pub(super) struct Ancillary<'a> {
    kept: Vec<([u8; 4], &'a [u8])>,
    /// The compressed profile, without what stood behind its end.
    profile: Option<&'a [u8]>,
    /// What the eXIf chunk said.
    pub exif: Exif,
}

impl<'a> Ancillary<'a> {
    /// Keeps a chunk, or gives the name under which it is dropped.
    ///
    /// # Errors
    /// A chunk that would stay has the wrong checksum, or holds a profile that is a bomb.
    pub(super) fn take(
        &mut self,
        chunk: &Chunk<'a>,
        header: &Header,
        before_rows: bool,
    ) -> Result<Option<&'static str>, Refusal> {
        let name = match &chunk.kind {
            b"iCCP" => {
                if before_rows && self.profile.is_none() {
                    chunk.check()?;
                    self.profile = profile::read(chunk.data)?;
                }
                if self.profile.is_some() {
                    return Ok(None);
                }
                "broken-profile"
            }
            b"eXIf" => {
                if let Some(exif) = Exif::read(chunk.data)
                    && chunk.check().is_ok()
                {
                    self.exif = exif;
                }
                if orientation::is_alone_in(chunk.data) {
                    return Ok(None);
                }
                "exif"
            }
            b"tEXt" | b"zTXt" if chunk.data.starts_with(b"Raw profile type") => "raw-profile",
            b"iTXt" if chunk.data.starts_with(b"XML:com.adobe.xmp\0") => "xmp",
            b"tEXt" | b"zTXt" | b"iTXt" => "text",
            b"tIME" => "time",
            kind if before_rows && fits(*kind, chunk.data, header) => {
                chunk.check()?;
                if self.kept.iter().all(|(other, _)| other != kind) {
                    self.kept.push((*kind, chunk.data));
                    return Ok(None);
                }
                "chunk"
            }
            _ => "chunk",
        };
        Ok(Some(name))
    }

    pub(super) fn name_what_exif_held(&self, removed: &mut Removed) {
        for (found, name) in [
            (self.exif.has_gps, "gps"),
            (self.exif.has_maker_note, "maker-note"),
            (self.exif.has_thumbnail, "thumbnail"),
        ] {
            if found {
                removed.name(name);
            }
        }
    }

    /// Bytes of what stays, roughly.
    pub(super) fn length(&self) -> usize {
        self.profile.map_or(0, <[u8]>::len)
            + self.kept.iter().map(|(_, data)| data.len()).sum::<usize>()
    }

    pub(super) fn write_before_palette(&self, file: &mut Vec<u8>) {
        if let Some(compressed) = self.profile {
            // The name is free text of whoever wrote the file, and means nothing to viewers.
            chunks::write(file, *b"iCCP", &[b"ICC profile\0\0", compressed]);
        }
        self.write(&BEFORE_PALETTE, file);
    }

    pub(super) fn write_after_palette(&self, file: &mut Vec<u8>) {
        self.write(&AFTER_PALETTE, file);
    }

    fn write(&self, kinds: &[&[u8; 4]], file: &mut Vec<u8>) {
        for (kind, data) in &self.kept {
            if kinds.contains(&kind) {
                chunks::write(file, *kind, &[data]);
            }
        }
    }
}

/// Whether this is a kind that stays, with the only length it can have.
fn fits(kind: [u8; 4], data: &[u8], header: &Header) -> bool {
    let grey = matches!(header.colour, Colour::Grey | Colour::GreyAlpha);
    let indexed = header.colour == Colour::Indexed;
    match &kind {
        b"gAMA" | b"cICP" => data.len() == 4,
        b"cHRM" => data.len() == 32,
        b"sRGB" => data.len() == 1,
        b"sBIT" => data.len() == if indexed { 3 } else { usize::from(header.colour.channels()) },
        b"pHYs" => data.len() == 9,
        b"bKGD" if indexed => data.len() == 1,
        b"bKGD" => data.len() == if grey { 2 } else { 6 },
        b"tRNS" => match header.colour {
            Colour::Grey => data.len() == 2,
            Colour::Rgb => data.len() == 6,
            Colour::Indexed => (1..=256).contains(&data.len()),
            Colour::GreyAlpha | Colour::Rgba => false,
        },
        _ => false,
    }
}
