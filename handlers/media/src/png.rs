//! PNG (W3C PNG, third edition): the walk over its chunks, and what a picture is once walked.
//!
//! `chunks` finds them and checks their CRCs, `header` reads IHDR and says how much the rows unpack to, `ancillary`
//! decides which other chunks stay, `profile` unpacks a colour profile within bounds, `packed` finds the true end of
//! the rows, `rows` makes a small picture of them.

mod ancillary;
mod chunks;
mod header;
mod packed;
mod profile;
pub(crate) mod rows;

use ancillary::Ancillary;
use chunks::Chunks;
pub(crate) use header::Header;

use crate::picture::{Clean, Inspected, Kind, Removed};
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
    /// Parses the file from its signature to IEND, checking the CRC of every chunk that stays.
    pub(crate) fn read(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        let mut chunks = Chunks::after_signature(bytes)?;
        let first = chunks.next()?;
        if first.kind != *b"IHDR" {
            return Err(Refusal::Damaged("no header"));
        }
        first.check()?;
        let header = Header::parse(first.data, limits)?;

        let mut ancillary = Ancillary::default();
        let mut palette: Option<&[u8]> = None;
        let mut rows: Vec<&[u8]> = Vec::new();
        let mut rows_ended = false;
        let mut removed = Removed::default();
        for _ in 1..MAX_CHUNKS {
            let chunk = chunks.next()?;
            if chunk.kind != *b"IDAT" && !rows.is_empty() {
                rows_ended = true;
            }
            match &chunk.kind {
                b"IEND" => {
                    chunk.check()?;
                    if !chunk.data.is_empty() {
                        removed.add("trailer", chunk.data.len());
                    }
                    let trailer = chunks.rest().len();
                    if trailer > 0 {
                        removed.add("trailer", trailer);
                    }
                    header.allows(palette, &rows)?;
                    return Ok(Self { header, ancillary, palette, rows, removed });
                }
                b"IDAT" => {
                    if rows_ended {
                        return Err(Refusal::Damaged("rows in two places"));
                    }
                    chunk.check()?;
                    rows.push(chunk.data);
                }
                b"PLTE" => {
                    if palette.is_some() || !rows.is_empty() {
                        return Err(Refusal::Damaged("a palette out of place"));
                    }
                    chunk.check()?;
                    palette = Some(chunk.data);
                }
                b"IHDR" => return Err(Refusal::Damaged("two headers")),
                _ if chunk.is_critical() => return Err(Refusal::Unsupported("an unknown chunk")),
                _ => {
                    let before_rows = rows.is_empty();
                    if let Some(name) = ancillary.take(&chunk, &header, before_rows)? {
                        removed.add(name, chunk.data.len() + CHUNK);
                        ancillary.name_what_exif_held(&mut removed);
                    }
                }
            }
        }
        Err(Refusal::TooMuchWork)
    }

    pub(crate) fn header(&self) -> &Header {
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

    /// The file of these chunks and nothing else; the orientation in an eXIf chunk of 38 bytes.
    ///
    /// # Errors
    /// The rows turn out not to be those that the header announces.
    pub(crate) fn clean(mut self) -> Result<Clean, Refusal> {
        let inspected = self.inspected();
        self.cut_behind_rows()?;
        let rows: usize = self.rows.iter().map(|data| data.len() + CHUNK).sum();
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
        for data in &self.rows {
            chunks::write(&mut file, *b"IDAT", &[data]);
        }
        chunks::write(&mut file, *b"IEND", &[]);
        Ok(Clean { bytes: file, inspected, removed: self.removed })
    }

    fn cut_behind_rows(&mut self) -> Result<(), Refusal> {
        let mut left = packed::length(&self.rows, self.header.unpacked())?;
        let mut behind = 0;
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
        Ok(())
    }
}
