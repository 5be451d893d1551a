//! Unpacks the rows of a PNG, once: row by row for the small picture, and to its end for the clean file. What comes
//! behind the end in the same chunks is no part of the picture.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use crate::Refusal;

const DAMAGED: Refusal = Refusal::Damaged("the rows");
/// What is unpacked at once, beside a row.
const WINDOW: usize = 64 * 1024;

/// How the compressed rows end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// After so many bytes, checksum included.
    At(u64),
    /// All rows are there, but the data go on behind the last of them, or stop without an end or a checksum.
    Open,
}

/// A place in the rows, moving forward only.
pub(super) struct Unpacked<'p, 'a> {
    pieces: std::slice::Iter<'p, &'a [u8]>,
    rest: &'a [u8],
    inflate: Decompress,
    /// `at..filled` is unpacked and not handed out yet.
    window: Vec<u8>,
    at: usize,
    filled: usize,
    has_ended: bool,
}

impl<'p, 'a> Unpacked<'p, 'a> {
    /// Of compressed rows as they are cut into chunks.
    pub(super) fn new(pieces: &'p [&'a [u8]]) -> Self {
        Self {
            pieces: pieces.iter(),
            rest: &[],
            inflate: Decompress::new(true),
            window: Vec::new(),
            at: 0,
            filled: 0,
            has_ended: false,
        }
    }

    /// The next `length` bytes.
    ///
    /// # Errors
    /// There are not as many, or it is no deflate.
    pub(super) fn next(&mut self, length: usize) -> Result<&[u8], Refusal> {
        if self.filled - self.at < length {
            self.window.copy_within(self.at..self.filled, 0);
            (self.at, self.filled) = (0, self.filled - self.at);
            if self.window.len() < length + WINDOW {
                self.window.resize(length + WINDOW, 0);
            }
            while self.filled < length {
                if self.unpack()? == 0 {
                    return Err(Refusal::Truncated);
                }
            }
        }
        let taken = self.at..self.at + length;
        self.at = taken.end;
        self.window.get(taken).ok_or(DAMAGED)
    }

    /// Unpacks into the window; 0 at the end of the data.
    fn unpack(&mut self) -> Result<usize, Refusal> {
        while !self.has_ended {
            if self.rest.is_empty() {
                self.rest = self.pieces.next().copied().unwrap_or_default();
            }
            let (consumed, produced) = (self.inflate.total_in(), self.inflate.total_out());
            let room = self.window.get_mut(self.filled..).unwrap_or_default();
            let status = self.inflate.decompress(self.rest, room, FlushDecompress::None);
            // A window that is full or data that pause are no faults.
            let status = status.map_err(|_| DAMAGED)?;
            let taken = usize::try_from(self.inflate.total_in() - consumed).unwrap_or(usize::MAX);
            let new = usize::try_from(self.inflate.total_out() - produced).unwrap_or(0);
            self.rest = self.rest.get(taken..).unwrap_or_default();
            self.filled += new;
            self.has_ended = status == Status::StreamEnd
                || (taken == 0 && new == 0 && self.rest.is_empty() && self.pieces.len() == 0);
            if new > 0 {
                return Ok(new);
            }
            if taken == 0 && !self.has_ended && !self.rest.is_empty() {
                return Err(DAMAGED);
            }
        }
        Ok(0)
    }

    /// How the data end, once the last row was handed out.
    ///
    /// # Errors
    /// The checksum is another.
    pub(super) fn end(mut self) -> Result<End, Refusal> {
        if self.filled > self.at {
            return Ok(End::Open);
        }
        (self.at, self.filled) = (0, 0);
        self.window.resize(self.window.len().max(WINDOW), 0);
        let goes_on = self.unpack()? > 0;
        // Without a row the end was not looked for yet.
        let is_whole = self.has_ended && !goes_on && self.is_at_stream_end();
        Ok(if is_whole { End::At(self.inflate.total_in()) } else { End::Open })
    }

    /// A stream that has ended takes no more and says so again.
    fn is_at_stream_end(&mut self) -> bool {
        let again = self.inflate.decompress(&[], &mut [0; 1], FlushDecompress::None);
        matches!(again, Ok(Status::StreamEnd))
    }
}

/// The first `length` unpacked bytes of `pieces`, packed again with an end of their own.
pub(super) fn packed_again(pieces: &[&[u8]], length: u64) -> Result<Vec<u8>, Refusal> {
    let mut unpacked = Unpacked::new(pieces);
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mut left = length;
    while left > 0 {
        let piece = usize::try_from(left).unwrap_or(WINDOW).min(WINDOW);
        packer.write_all(unpacked.next(piece)?).map_err(|_| DAMAGED)?;
        left -= piece as u64;
    }
    packer.finish().map_err(|_| DAMAGED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: usize = 160_000;

    fn content() -> Vec<u8> {
        (0..40_000_u32).flat_map(|number| (number * number).to_be_bytes()).collect()
    }

    fn packed() -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&content()).unwrap();
        packer.finish().unwrap()
    }

    fn end(pieces: &[&[u8]], row: usize, rows: usize) -> Result<End, Refusal> {
        let mut unpacked = Unpacked::new(pieces);
        for place in 0..rows {
            assert_eq!(unpacked.next(row)?, &content()[place * row..(place + 1) * row]);
        }
        unpacked.end()
    }

    #[test]
    fn the_end_is_found_wherever_the_chunks_are_cut() {
        let whole = packed();
        let with_tail = [whole.as_slice(), b"a tail that hides something"].concat();
        for cut in [1, 2, 7, 1000, whole.len() - 1, whole.len(), whole.len() + 3] {
            let (one, two) = with_tail.split_at(cut);
            for row in [1_000, 16_000, LENGTH] {
                let found = end(&[one, b"", two], row, LENGTH / row);
                assert_eq!(found, Ok(End::At(whole.len() as u64)), "cut at {cut}");
            }
        }
    }

    #[test]
    fn rows_that_fill_the_window_to_its_last_byte_are_whole() {
        // What a decoder still holds when its input is used up must come out, too.
        for length in [4_096, 32_768, 65_536, 131_072] {
            let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
            packer.write_all(&vec![7; length]).unwrap();
            let packed = packer.finish().unwrap();
            let pieces = [packed.as_slice()];
            let mut unpacked = Unpacked::new(&pieces);
            for _ in 0..length / 1_024 {
                assert_eq!(unpacked.next(1_024).unwrap().len(), 1_024);
            }
            assert_eq!(unpacked.end(), Ok(End::At(packed.len() as u64)), "{length}");
        }
    }

    #[test]
    fn rows_that_are_missing_or_damaged_are_refused() {
        let whole = packed();
        assert_eq!(
            end(&[&whole], LENGTH + 1, 0).and_then(|_| end(&[&whole[..90_000]], 1_000, 160)),
            Err(Refusal::Truncated)
        );
        let mut unpacked_too_far = Unpacked::new(&[]);
        assert_eq!(unpacked_too_far.next(1), Err(Refusal::Truncated));
        let mut wrong_sum = whole;
        *wrong_sum.last_mut().unwrap() ^= 1;
        assert_eq!(end(&[&wrong_sum], 1_000, 160), Err(DAMAGED));
    }

    #[test]
    fn rows_that_are_all_there_are_given_an_end_of_their_own() {
        let whole = packed();
        for open in [&whole[..whole.len() - 1], &whole[..whole.len() - 4]] {
            assert_eq!(end(&[open], 1_000, 160), Ok(End::Open));
            let again = packed_again(&[open], LENGTH as u64).unwrap();
            assert_eq!(end(&[&again], 1_000, 160), Ok(End::At(again.len() as u64)));
        }
        assert_eq!(end(&[&whole], 1_000, 159), Ok(End::Open), "a row too many");
        let shorter = packed_again(&[&whole], 159_000).unwrap();
        assert_eq!(end(&[&shorter], 1_000, 159), Ok(End::At(shorter.len() as u64)));
    }
}
