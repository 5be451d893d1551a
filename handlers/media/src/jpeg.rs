//! JPEG (ITU-T T.81): the walk over its segments, and what a picture is once walked.
//!
//! Follow one file through: `segments` finds the pieces, `frame` and `scan` parse the headers that say how much work
//! a decode would be, `tables` keeps the tables that scans really use, `application` sorts the `APPn` segments,
//! `write` puts the rest together again, `decode` makes a small picture of it.

mod application;
pub(crate) mod decode;
mod frame;
mod progression;
mod scan;
mod segments;
mod tables;
mod write;

use application::Application;
use frame::Frame;
use progression::Progression;
use scan::Scan;
use segments::Segments;
use tables::{HuffmanTable, QuantTable, Tables};

use crate::exif::Exif;
use crate::limits::MAX_PROFILE_BYTES;
use crate::picture::{Inspected, Kind, Removed};
use crate::{Limits, Refusal, icc};

mod marker {
    pub(super) const SOF0: u8 = 0xC0;
    pub(super) const SOF1: u8 = 0xC1;
    pub(super) const SOF2: u8 = 0xC2;
    pub(super) const DHT: u8 = 0xC4;
    pub(super) const DAC: u8 = 0xCC;
    pub(super) const RST0: u8 = 0xD0;
    pub(super) const RST7: u8 = 0xD7;
    pub(super) const SOI: u8 = 0xD8;
    pub(super) const EOI: u8 = 0xD9;
    pub(super) const SOS: u8 = 0xDA;
    pub(super) const DQT: u8 = 0xDB;
    pub(super) const DNL: u8 = 0xDC;
    pub(super) const DRI: u8 = 0xDD;
    pub(super) const APP0: u8 = 0xE0;
    pub(super) const APP1: u8 = 0xE1;
    pub(super) const APP2: u8 = 0xE2;
    pub(super) const APP13: u8 = 0xED;
    pub(super) const APP14: u8 = 0xEE;
    pub(super) const APP15: u8 = 0xEF;
    pub(super) const COM: u8 = 0xFE;
}

/// No camera writes more segments than this; a 10 MB depth map in extended XMP takes 160.
const MAX_SEGMENTS: usize = 4096;
/// Encoders write 10 to 20 scans; the standard allows nearly 900 for each component.
const MAX_SCANS: usize = 64;

/// What a decoder needs, in the order in which it needs it.
pub(crate) enum Part<'a> {
    Quant(QuantTable<'a>),
    Huffman(HuffmanTable<'a>),
    /// MCUs between restart markers, 0 for none.
    Restart(u16),
    Scan(Scan<'a>),
}

/// A whole JPEG, taken apart. Everything in it borrows from the file.
pub(crate) struct Layout<'a> {
    pub(crate) frame: Frame<'a>,
    pub(crate) parts: Vec<Part<'a>>,
    /// A JFIF header was there: without one, colour is told differently.
    pub(crate) jfif: bool,
    /// The colour transform of an Adobe segment.
    pub(crate) adobe: Option<u8>,
    /// The chunks of the colour profile, in order; empty where there is none.
    profile: Vec<&'a [u8]>,
    exif: Exif,
    removed: Removed,
}

impl<'a> Layout<'a> {
    /// Parses the file from its first byte to its true end marker.
    pub(crate) fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        let mut segments = Segments::after_start(bytes)?;
        let mut frame: Option<Frame<'a>> = None;
        let mut application = Application::default();
        let mut tables = Tables::default();
        let mut progression = Progression::default();
        let mut parts = Vec::new();
        let (mut scans, mut scan_pixels) = (0_usize, 0_u64);

        for _ in 0..MAX_SEGMENTS {
            match segments.next_marker()? {
                marker::EOI => {
                    let frame = frame.ok_or(Refusal::Damaged("no frame"))?;
                    progression.is_complete_for(&frame)?;
                    let (mut removed, stray, trailer) =
                        (application.removed, segments.stray(), segments.rest().len());
                    if stray > 0 {
                        removed.add("stray", stray);
                    }
                    if trailer > 0 {
                        removed.add("trailer", trailer);
                    }
                    let profile = application.profile.into_chunks(&mut removed);
                    return Ok(Self {
                        frame,
                        parts,
                        jfif: application.jfif,
                        adobe: application.adobe,
                        profile,
                        exif: application.exif.unwrap_or_default(),
                        removed,
                    });
                }
                marker @ (marker::SOF0 | marker::SOF1 | marker::SOF2) => {
                    if frame.is_some() {
                        return Err(Refusal::Damaged("two frames"));
                    }
                    frame = Some(Frame::parse(marker, segments.body()?, limits)?);
                }
                marker::DQT => tables.define_quant(segments.body()?)?,
                marker::DHT => tables.define_huffman(segments.body()?)?,
                marker::DRI => tables.define_restart(segments.body()?)?,
                marker::SOS => {
                    let frame =
                        frame.as_ref().ok_or(Refusal::Damaged("a scan before its frame"))?;
                    scans += 1;
                    scan_pixels += frame.pixels();
                    if scans > MAX_SCANS || scan_pixels > limits.max_scan_pixels {
                        return Err(Refusal::TooMuchWork);
                    }
                    let scan = Scan::parse(segments.body()?, frame)?;
                    let data = segments.entropy_coded(scan.blocks(frame))?;
                    let scan = scan.with_data(data, frame)?;
                    progression.advance(&scan, frame)?;
                    tables.needed_by(&scan, frame, &mut parts)?;
                    parts.push(Part::Scan(scan));
                }
                marker @ (marker::APP0..=marker::APP15 | marker::COM) => {
                    let body = segments.body()?;
                    if scans == 0 {
                        application.take(marker, body);
                    } else {
                        application.drop_late(marker, body);
                    }
                }
                other => return Err(refuse(other)),
            }
        }
        Err(Refusal::TooMuchWork)
    }

    pub(crate) fn inspected(&self) -> Inspected {
        Inspected {
            kind: Kind::Jpeg,
            width: self.frame.width,
            height: self.frame.height,
            orientation: self.orientation(),
            file_says_taken_at: self.exif.taken_at.clone(),
        }
    }

    pub(crate) fn orientation(&self) -> u8 {
        self.exif.orientation.unwrap_or(1)
    }
}

/// Markers that may stand there by the standard, but that browsers' decoders do not take, and those that may not.
fn refuse(marker: u8) -> Refusal {
    match marker {
        0xC3 => Refusal::Unsupported("lossless JPEG"),
        0xC5..=0xC7 | 0xDE | 0xDF => Refusal::Unsupported("hierarchical JPEG"),
        0xC9..=0xCB | 0xCD..=0xCF | marker::DAC => Refusal::Unsupported("arithmetic-coded JPEG"),
        marker::DNL => Refusal::Unsupported("height after the first scan"),
        marker::SOI => Refusal::Damaged("a picture inside a picture"),
        _ => Refusal::Damaged("a marker out of place"),
    }
}

/// The chunks of a profile as they come; they need not come in order.
#[derive(Default)]
struct ProfileChunks<'a> {
    /// Sequence number, announced count, data.
    chunks: Vec<(u8, u8, &'a [u8])>,
}

impl<'a> ProfileChunks<'a> {
    fn into_chunks(mut self, removed: &mut Removed) -> Vec<&'a [u8]> {
        if self.chunks.is_empty() {
            return Vec::new();
        }
        self.chunks.sort_by_key(|(number, ..)| *number);
        let count = self.chunks.len();
        let in_sequence =
            self.chunks.iter().zip(1_usize..).all(|(&(number, announced, _), expected)| {
                usize::from(number) == expected && usize::from(announced) == count
            });
        let chunks: Vec<&[u8]> = self.chunks.iter().map(|(.., data)| *data).collect();
        let length: usize = chunks.iter().map(|chunk| chunk.len()).sum();
        if in_sequence && length <= MAX_PROFILE_BYTES && icc::is_profile(&chunks.concat()) {
            return chunks;
        }
        // No viewer uses a profile that does not add up, so nothing is lost but a place to hide bytes.
        removed.add("broken-profile", chunks.iter().map(|chunk| chunk.len() + 18).sum());
        Vec::new()
    }
}
