//! The chunks a picture can do without (PNG 11.3): those that change how it looks stay, if they are what they say.
//!
//! All that stay but the profile and a palette's transparency have a fixed length of at most 32 bytes. Text, time
//! stamps, EXIF and whatever else exists are dropped; the profile is written anew, and of EXIF the orientation. A chunk
//! with a wrong checksum is dropped too: viewers do without it.

use super::chunks::{self, Chunk};
use super::header::{Colour, Header};
use super::profile;
use crate::colour::{Colours, srgb_curve};
use crate::exif::Exif;
use crate::icc::{self, Curve};
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
    /// The profile, unpacked and written anew.
    profile: Option<Vec<u8>>,
    /// What the first eXIf chunk before the rows said; viewers look at no other.
    pub exif: Exif,
    has_exif: bool,
}

impl<'a> Ancillary<'a> {
    /// Keeps a chunk, or gives the name under which it is dropped.
    ///
    /// # Errors
    /// A chunk holds a profile that is a bomb.
    pub(super) fn take(
        &mut self,
        chunk: &Chunk<'a>,
        header: &Header,
        before_rows: bool,
    ) -> Result<Option<&'static str>, Refusal> {
        let name = match &chunk.kind {
            b"iCCP" => {
                if !before_rows || self.profile.is_some() || chunk.check().is_err() {
                    return Ok(Some("broken-profile"));
                }
                let came = profile::read(chunk.data)?;
                self.profile = came.as_deref().and_then(icc::rewritten);
                match &self.profile {
                    None => "broken-profile",
                    Some(ours) if Some(ours) == came.as_ref() => return Ok(None),
                    Some(_) => "profile",
                }
            }
            b"eXIf" => {
                let exif = Exif::read(chunk.data).filter(|_| before_rows && !self.has_exif);
                let counts = exif.is_some() && chunk.check().is_ok();
                if counts {
                    self.exif = exif.unwrap_or_default();
                    self.has_exif = true;
                }
                if counts && orientation::is_alone_in(chunk.data) {
                    return Ok(None);
                }
                "exif"
            }
            b"tEXt" | b"zTXt" if chunk.data.starts_with(b"Raw profile type") => "raw-profile",
            b"iTXt" if chunk.data.starts_with(b"XML:com.adobe.xmp\0") => "xmp",
            b"tEXt" | b"zTXt" | b"iTXt" => "text",
            b"tIME" => "time",
            kind if before_rows && fits(*kind, chunk.data, header) => {
                if chunk.check().is_ok() && self.find(*kind).is_none() {
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

    /// The data of a kept chunk.
    pub(super) fn find(&self, kind: [u8; 4]) -> Option<&'a [u8]> {
        self.kept.iter().find(|(other, _)| *other == kind).map(|(_, data)| *data)
    }

    /// What the samples mean: the first of these chunks that says it decides (PNG 4.3).
    pub(super) fn colours(&self) -> Colours {
        // Viewers pass over one of narrow range.
        if let Some(&[primaries, transfer, 0, 1]) = self.find(*b"cICP")
            && let (Some(points), Some(curve)) = (points_of(primaries), curve_of(transfer))
        {
            return Colours::of_chromaticities(curve, Some(points));
        }
        if let Some(profile) = &self.profile {
            return Colours::of_profile(profile);
        }
        let gamma = self.find(*b"gAMA").and_then(|data| thousandths(data).next());
        match gamma {
            Some(gamma) if gamma > 0.0 && self.find(*b"sRGB").is_none() => {
                let points = self.find(*b"cHRM").and_then(|data| {
                    let values: Vec<f32> = thousandths(data).collect();
                    values.as_chunks::<2>().0.try_into().ok()
                });
                Colours::of_chromaticities(Curve::Gamma(1.0 / gamma), points)
            }
            _ => Colours::Srgb,
        }
    }

    /// Bytes of what stays, roughly.
    pub(super) fn length(&self) -> usize {
        self.profile.as_ref().map_or(0, Vec::len)
            + self.kept.iter().map(|(_, data)| data.len()).sum::<usize>()
    }

    pub(super) fn write_before_palette(&self, file: &mut Vec<u8>) {
        if let Some(profile) = &self.profile {
            // The name is free text of whoever wrote the file, and means nothing to viewers.
            chunks::write(file, *b"iCCP", &[b"ICC profile\0\0", &profile::packed(profile)]);
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

/// Numbers of four bytes, in hundred-thousandths.
fn thousandths(data: &[u8]) -> impl Iterator<Item = f32> {
    #[expect(clippy::cast_precision_loss, reason = "24 bits are more than colours need")]
    data.as_chunks::<4>().0.iter().map(|raw| u32::from_be_bytes(*raw) as f32 / 100_000.0)
}

/// White, red, green and blue of the colour primaries of ITU-T H.273 that pictures use.
fn points_of(primaries: u8) -> Option<[[f32; 2]; 4]> {
    const D65: [f32; 2] = [0.3127, 0.3290];
    const P3: [[f32; 2]; 3] = [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]];
    let [red, green, blue] = P3;
    match primaries {
        1 => Some([D65, [0.64, 0.33], [0.30, 0.60], [0.15, 0.06]]),
        9 => Some([D65, [0.708, 0.292], [0.170, 0.797], [0.131, 0.046]]),
        11 => Some([[0.314, 0.351], red, green, blue]),
        12 => Some([D65, red, green, blue]),
        _ => None,
    }
}

/// The transfer characteristics of ITU-T H.273 that still pictures use. Those of high dynamic range are left to the
/// viewer: no curve makes them right without knowing the screen.
fn curve_of(transfer: u8) -> Option<Curve> {
    match transfer {
        // As browsers show film: the camera's curve is not turned round, but the screen's is used (ITU-R BT.1886).
        1 | 6 | 11 | 14 | 15 => Some(Curve::Gamma(2.4)),
        13 => Some(srgb_curve()),
        4 => Some(Curve::Gamma(2.2)),
        5 => Some(Curve::Gamma(2.8)),
        8 => Some(Curve::Gamma(1.0)),
        _ => None,
    }
}

/// Whether this is a kind that stays, with the only length it can have.
fn fits(kind: [u8; 4], data: &[u8], header: &Header) -> bool {
    let grey = matches!(header.colour, Colour::Grey | Colour::GreyAlpha);
    let indexed = header.colour == Colour::Indexed;
    match &kind {
        b"gAMA" => data.len() == 4,
        // Samples of a PNG are RGB: with a matrix browsers show nothing at all.
        b"cICP" => matches!(data, [_, _, 0, _]),
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
