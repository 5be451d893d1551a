//! JPEG (ITU-T T.81): the walk over its segments, and what a picture is once walked.
//!
//! Follow one file through: `segments` finds the pieces, `frame` and `scan` parse the headers that say how much work
//! a decode would be, `tables` keeps the tables that scans really use, `application` sorts the `APPn` segments,
//! `write` puts the rest together again, `decode` makes a small picture of it.

mod application;
pub(crate) mod decode;
mod frame;
mod profile_chunks;
mod progression;
mod scan;
mod segments;
mod standard_tables;
mod tables;
mod write;

use application::Application;
use frame::Frame;
use progression::Progression;
use scan::Scan;
use segments::Segments;
use tables::{HuffmanTable, QuantTable, Tables};

use crate::colour::Colours;
use crate::exif::Exif;
use crate::picture::{Inspected, Kind, Removed};
use crate::{Limits, Refusal};

mod marker {
    pub(super) const SOF0: u8 = 0xC0;
    pub(super) const SOF1: u8 = 0xC1;
    pub(super) const SOF2: u8 = 0xC2;
    pub(super) const DHT: u8 = 0xC4;
    pub(super) const DAC: u8 = 0xCC;
    pub(super) const TEM: u8 = 0x01;
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
    /// The colour profile, written anew from its colour tags; empty where there is none.
    profile: Vec<u8>,
    exif: Exif,
    removed: Removed,
}

impl<'a> Layout<'a> {
    /// Parses the file from its first byte to its end marker, or to its last scan where the marker is missing.
    pub(crate) fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        let mut walk = Walk::begin(bytes, limits)?;
        for _ in 0..MAX_SEGMENTS {
            match walk.step() {
                Ok(true) => {}
                Ok(false) => return walk.end(),
                // Some phones leave out the end marker and put their own data there. Whether every block of the last
                // scan is there shows when it is decoded.
                Err(Refusal::Truncated | Refusal::Damaged(_)) if walk.is_whole => {
                    return walk.end();
                }
                Err(refusal) => return Err(refusal),
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

    /// What the samples mean, once they are grey or RGB.
    pub(crate) fn colours(&self) -> Colours {
        Colours::of_profile(&self.profile)
    }
}

/// The walk from segment to segment, and what it has found so far.
struct Walk<'a, 'l> {
    limits: &'l Limits,
    segments: Segments<'a>,
    frame: Option<Frame<'a>>,
    application: Application<'a>,
    tables: Tables<'a>,
    progression: Progression,
    parts: Vec<Part<'a>>,
    scans: usize,
    scan_pixels: u64,
    /// Every coefficient was sent to its last bit: no scan is missing.
    is_whole: bool,
}

impl<'a, 'l> Walk<'a, 'l> {
    fn begin(bytes: &'a [u8], limits: &'l Limits) -> Result<Self, Refusal> {
        Ok(Self {
            limits,
            segments: Segments::after_start(bytes)?,
            frame: None,
            application: Application::default(),
            tables: Tables::default(),
            progression: Progression::default(),
            parts: Vec::new(),
            scans: 0,
            scan_pixels: 0,
            is_whole: false,
        })
    }

    /// Takes the next segment, and a scan with its data; false at the end marker.
    fn step(&mut self) -> Result<bool, Refusal> {
        match self.segments.next_marker()? {
            marker::EOI => return Ok(false),
            marker @ (marker::SOF0 | marker::SOF1 | marker::SOF2) => {
                if self.frame.is_some() {
                    return Err(Refusal::Damaged("two frames"));
                }
                self.frame = Some(Frame::parse(marker, self.segments.body()?, self.limits)?);
            }
            marker::DQT => self.tables.define_quant(self.segments.body()?)?,
            marker::DHT => self.tables.define_huffman(self.segments.body()?)?,
            marker::DRI => self.tables.define_restart(self.segments.body()?)?,
            marker::SOS => self.scan()?,
            marker @ (marker::APP0..=marker::APP15 | marker::COM) => {
                let body = self.segments.body()?;
                if self.scans == 0 {
                    self.application.take(marker, body);
                } else {
                    self.application.drop_late(marker, body);
                }
            }
            // They have no body, and decoders pass over them.
            marker::TEM | marker::RST0..=marker::RST7 => self.segments.pass_over_marker(),
            marker::DNL if self.says_the_height_again()? => {}
            other => return Err(refuse(other)),
        }
        Ok(true)
    }

    fn scan(&mut self) -> Result<(), Refusal> {
        let frame = self.frame.as_ref().ok_or(Refusal::Damaged("a scan before its frame"))?;
        self.scans += 1;
        self.scan_pixels += frame.pixels();
        if self.scans > MAX_SCANS || self.scan_pixels > self.limits.max_scan_pixels {
            return Err(Refusal::TooMuchWork);
        }
        let scan = Scan::parse(self.segments.body()?, frame)?;
        let data = self.segments.entropy_coded(scan.blocks(frame))?;
        let scan = scan.with_data(data, frame)?;
        self.progression.advance(&scan, frame)?;
        self.tables.needed_by(&scan, frame, &mut self.parts)?;
        self.parts.push(Part::Scan(scan));
        self.is_whole = self.progression.is_whole_for(frame);
        Ok(())
    }

    /// A segment that may tell the height only now: nothing new where the frame told the same (T.81 B.2.5).
    fn says_the_height_again(&mut self) -> Result<bool, Refusal> {
        let height = self.frame.as_ref().map(|frame| frame.height);
        let body = self.segments.body()?;
        let told = <[u8; 2]>::try_from(body).map(|bytes| u32::from(u16::from_be_bytes(bytes)));
        self.application.removed.add("height", body.len() + 4);
        Ok(self.scans == 1 && told.is_ok_and(|told| height == Some(told)))
    }

    fn end(self) -> Result<Layout<'a>, Refusal> {
        let frame = self.frame.ok_or(Refusal::Damaged("no frame"))?;
        self.progression.is_complete_for(&frame)?;
        let Application { jfif, adobe, profile, exif, mut removed } = self.application;
        let (stray, trailer) = (self.segments.stray(), self.segments.rest().len());
        if stray > 0 {
            removed.add("stray", stray);
        }
        if trailer > 0 {
            removed.add("trailer", trailer);
        }
        let profile = profile.into_profile(&mut removed);
        let exif = exif.unwrap_or_default();
        Ok(Layout { frame, parts: self.parts, jfif, adobe, profile, exif, removed })
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
