//! PNG (W3C PNG, third edition): the walk over its chunks, and what a picture is once walked.
//!
//! `chunks` finds them and checks their CRCs, `header` reads IHDR and says how much the rows unpack to, `ancillary`
//! decides which other chunks stay, `profile` unpacks a colour profile within bounds, `unpacked` unpacks the rows and
//! finds their true end, `unfilter` and `rows` make a small picture of them.

mod ancillary;
mod chunks;
mod header;
mod paeth;
mod profile;
mod rows;
mod unfilter;
mod unpacked;

use ancillary::Ancillary;
use chunks::{Chunk, Chunks};
use header::Header;
pub(crate) use unpacked::End;

use crate::colour::Colours;
use crate::orientation::Pixels;
use crate::picture::{Clean, Inspected, Kind, Removed};
use crate::shrink::Shrink;
use crate::{Limits, Refusal, orientation};

const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";
/// Length, type and CRC around the data.
const CHUNK: usize = 12;
/// Encoders write rows in pieces of 8 KB or more: the largest file allowed has 3,200 of them.
const MAX_CHUNKS: usize = 65_536;

/// A whole PNG, taken apart. Everything in it borrows from the file.
pub(crate) struct Layout<'a> {
    header: Header,
    ancillary: Ancillary<'a>,
    palette: Option<&'a [u8]>,
    /// The compressed rows, as they are cut into chunks.
    rows: Vec<&'a [u8]>,
    removed: Removed,
}

impl<'a> Layout<'a> {
    /// Parses the file from its signature to IEND, or to its last chunk where that is missing; checks the CRC of every
    /// chunk that stays.
    pub(crate) fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        let mut chunks = Chunks::after_signature(bytes)?;
        let first = chunks.next()?;
        if first.kind != *b"IHDR" {
            return Err(Refusal::Damaged("no header"));
        }
        first.check()?;
        let header = Header::parse(first.data, limits)?;
        let mut layout = Self {
            header,
            ancillary: Ancillary::default(),
            palette: None,
            rows: Vec::new(),
            removed: Removed::default(),
        };
        let mut rows_ended = false;
        for _ in 1..MAX_CHUNKS {
            let chunk = match chunks.next() {
                Ok(chunk) => chunk,
                // Whether all rows are there shows when they are unpacked.
                Err(Refusal::Truncated | Refusal::Damaged(_)) if !layout.rows.is_empty() => {
                    return layout.end(chunks.rest().len());
                }
                Err(refusal) => return Err(refusal),
            };
            rows_ended |= chunk.kind != *b"IDAT" && !layout.rows.is_empty();
            match &chunk.kind {
                b"IEND" => return layout.end(chunk.data.len() + chunks.rest().len()),
                b"IDAT" if rows_ended => return Err(Refusal::Damaged("rows in two places")),
                b"IDAT" => {
                    chunk.check()?;
                    layout.rows.push(chunk.data);
                }
                b"PLTE" => layout.take_palette(&chunk)?,
                b"IHDR" => return Err(Refusal::Damaged("two headers")),
                _ if chunk.is_critical() => return Err(Refusal::Unsupported("an unknown chunk")),
                _ => layout.take_ancillary(&chunk)?,
            }
        }
        Err(Refusal::TooMuchWork)
    }

    fn take_palette(&mut self, chunk: &Chunk<'a>) -> Result<(), Refusal> {
        if self.palette.is_some() || !self.rows.is_empty() {
            return Err(Refusal::Damaged("a palette out of place"));
        }
        chunk.check()?;
        self.palette = self.header.palette(chunk.data)?;
        let kept = self.palette.map_or(0, <[u8]>::len);
        if kept < chunk.data.len() {
            self.removed.add("palette", chunk.data.len() - kept);
        }
        Ok(())
    }

    fn take_ancillary(&mut self, chunk: &Chunk<'a>) -> Result<(), Refusal> {
        let before_rows = self.rows.is_empty();
        if let Some(name) = self.ancillary.take(chunk, &self.header, before_rows)? {
            self.removed.add(name, chunk.data.len() + CHUNK);
        }
        self.ancillary.name_what_exif_held(&mut self.removed);
        Ok(())
    }

    /// The whole, where there can be rows enough; `behind` bytes are no part of it.
    fn end(mut self, behind: usize) -> Result<Self, Refusal> {
        if behind > 0 {
            self.removed.add("trailer", behind);
        }
        self.header.allows(self.palette.is_some(), &self.rows)?;
        Ok(self)
    }

    fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn orientation(&self) -> u8 {
        self.ancillary.exif.orientation.unwrap_or(1)
    }

    pub(crate) fn inspected(&self) -> Inspected {
        Inspected {
            kind: Kind::Png,
            width: self.header.width,
            height: self.header.height,
            orientation: self.orientation(),
            file_says_taken_at: self.ancillary.exif.taken_at.clone(),
        }
    }

    /// The picture with at most `longest` pixels a side, not yet turned upright, and how its rows end.
    ///
    /// # Errors
    /// The rows turn out not to be those that the header announces.
    pub(crate) fn small(&self, longest: usize) -> Result<(Pixels, End), Refusal> {
        let size = (self.header.width as usize, self.header.height as usize);
        let mut shrink = Shrink::to_fit(size, size, longest);
        let end = rows::shrink(self, &mut shrink)?;
        Ok((shrink.finish(), end))
    }

    /// What the samples mean.
    pub(crate) fn colours(&self) -> Colours {
        self.ancillary.colours()
    }

    /// The file of these chunks and nothing else; the orientation in an eXIf chunk of 38 bytes. `end` says how the
    /// compressed rows end.
    ///
    /// # Errors
    /// The rows cannot be unpacked, which [`Self::small`] would have said.
    pub(crate) fn clean(mut self, end: End) -> Result<Clean, Refusal> {
        let inspected = self.inspected();
        let again = match end {
            End::At(length) => {
                self.cut_behind_rows(length);
                None
            }
            End::Open => {
                self.removed.add("row-ends", 0);
                Some(unpacked::packed_again(&self.rows, self.header.unpacked())?)
            }
        };
        let pieces = match &again {
            Some(again) => vec![again.as_slice()],
            None => self.rows,
        };
        let rows: usize = pieces.iter().map(|data| data.len() + CHUNK).sum();
        let mut file = Vec::with_capacity(rows + self.ancillary.length() + 2048);
        file.extend_from_slice(SIGNATURE);
        chunks::write(&mut file, *b"IHDR", &[&self.header.to_bytes()]);
        self.ancillary.write_before_palette(&mut file);
        if let Some(palette) = self.palette {
            chunks::write(&mut file, *b"PLTE", &[palette]);
        }
        self.ancillary.write_after_palette(&mut file);
        if let Some(orientation) = self.ancillary.exif.orientation {
            chunks::write(&mut file, *b"eXIf", &[&orientation::tiff(orientation)]);
        }
        for data in pieces {
            chunks::write(&mut file, *b"IDAT", &[data]);
        }
        chunks::write(&mut file, *b"IEND", &[]);
        Ok(Clean { bytes: file, inspected, removed: self.removed })
    }

    fn cut_behind_rows(&mut self, length: u64) {
        let (mut left, mut behind) = (length, 0);
        for data in &mut self.rows {
            let kept = usize::try_from(left).unwrap_or(usize::MAX).min(data.len());
            behind += data.len() - kept;
            left -= kept as u64;
            *data = data.get(..kept).unwrap_or_default();
        }
        self.rows.retain(|data| !data.is_empty());
        if behind > 0 {
            self.removed.add("trailer", behind);
        }
    }
}
