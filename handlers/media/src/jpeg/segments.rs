//! Finds the markers, the bodies of segments and the ends of entropy-coded data (T.81 B.1.1).

use memchr::{memchr, memchr_iter};

use super::marker::{RST0, RST7};
use crate::Refusal;

/// Old camera phones leave a few bytes between segments; a flood of them is something else.
const MAX_STRAY: usize = 64 * 1024;

/// A place in a file, moving forward only.
pub(super) struct Segments<'a> {
    rest: &'a [u8],
    stray: usize,
}

impl<'a> Segments<'a> {
    /// Stands behind the start marker.
    pub(super) fn after_start(bytes: &'a [u8]) -> Result<Self, Refusal> {
        match bytes {
            [0xFF, 0xD8, rest @ ..] => Ok(Self { rest, stray: 0 }),
            _ => Err(Refusal::NotAPicture),
        }
    }

    /// The next marker. Decoders skip whatever stands before it, so it is no part of the picture: counted, not kept.
    pub(super) fn next_marker(&mut self) -> Result<u8, Refusal> {
        loop {
            let skipped = memchr(0xFF, self.rest).ok_or(Refusal::Truncated)?;
            self.skip(skipped)?;
            match self.rest {
                [0xFF, 0x00, ..] => self.skip(2)?,
                [0xFF, 0xFF, ..] => self.skip(1)?,
                [0xFF, marker, rest @ ..] => {
                    self.rest = rest;
                    return Ok(*marker);
                }
                _ => return Err(Refusal::Truncated),
            }
        }
    }

    fn skip(&mut self, count: usize) -> Result<(), Refusal> {
        self.stray += count;
        if self.stray > MAX_STRAY {
            return Err(Refusal::Damaged("bytes between its segments"));
        }
        self.rest = self.rest.get(count..).ok_or(Refusal::Truncated)?;
        Ok(())
    }

    /// The body of the segment whose marker was just read, without its two bytes of length.
    pub(super) fn body(&mut self) -> Result<&'a [u8], Refusal> {
        let length = *self.rest.first_chunk().ok_or(Refusal::Truncated)?;
        let length = usize::from(u16::from_be_bytes(length));
        let (segment, rest) = self.rest.split_at_checked(length).ok_or(Refusal::Truncated)?;
        let body = segment.get(2..).ok_or(Refusal::Damaged("a segment shorter than its length"))?;
        self.rest = rest;
        Ok(body)
    }

    /// Everything up to the marker that ends the scan, or up to the end of a file that lacks one: whether all of the
    /// scan is there only its blocks can tell. Stuffed zeros and at most `most_restarts` restart markers belong to the
    /// scan; fill bytes before the ending marker do not.
    pub(super) fn entropy_coded(&mut self, most_restarts: u64) -> Result<&'a [u8], Refusal> {
        let data = self.rest;
        let (mut at, mut filling, mut restarts) = (0, 0, 0);
        loop {
            let Some(first_fill) = find_marker(data, at) else {
                self.rest = &[];
                return Ok(data);
            };
            let rest = data.get(first_fill..).unwrap_or_default();
            let run = rest.iter().take(MAX_STRAY + 2).take_while(|byte| **byte == 0xFF).count();
            // The last of them begins the marker.
            filling += run.saturating_sub(1);
            let next = first_fill + run;
            match data.get(next) {
                _ if filling > MAX_STRAY || restarts > most_restarts => {
                    return Err(Refusal::Damaged("markers inside a scan"));
                }
                Some(0x00) => {}
                Some(RST0..=RST7) => restarts += 1,
                Some(_) => {
                    let (scan, rest) =
                        data.split_at_checked(first_fill).ok_or(Refusal::Truncated)?;
                    self.rest = rest;
                    return Ok(scan);
                }
                None => {
                    self.rest = &[];
                    return Ok(data);
                }
            }
            at = next + 1;
        }
    }

    /// Counts a marker that has no meaning where it came, as decoders pass over it.
    pub(super) fn pass_over_marker(&mut self) {
        self.stray += 2;
    }

    pub(super) fn stray(&self) -> usize {
        self.stray
    }

    /// What has not been walked over yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// The next 0xFF from `from` on that is not stuffed with a zero; one at the very end may be.
///
/// One byte in 200 of a scan is a stuffed 0xFF, too many to stop at each: blocks are looked at as a whole first, which
/// compiles to vector instructions.
fn find_marker(data: &[u8], from: usize) -> Option<usize> {
    const BLOCK: usize = 64;
    let mut at = from;
    loop {
        let bytes = data.get(at..)?;
        let followers = bytes.get(1..)?;
        let quiet = bytes.chunks_exact(BLOCK).zip(followers.chunks_exact(BLOCK)).take_while(
            |(bytes, followers)| {
                let pairs = bytes.iter().zip(*followers);
                pairs.fold(0, |found, (byte, next)| {
                    found | u8::from(*byte == 0xFF) & u8::from(*next != 0)
                }) == 0
            },
        );
        at += quiet.count() * BLOCK;
        let block = data.get(at..)?;
        let mut candidates = memchr_iter(0xFF, block.get(..BLOCK).unwrap_or(block));
        match candidates.find(|place| block.get(place + 1).is_some_and(|next| *next != 0)) {
            Some(place) => return Some(at + place),
            None if block.len() <= BLOCK => return None,
            None => at += BLOCK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_ends_at_the_first_marker_that_is_not_a_restart() {
        let mut segments =
            Segments { rest: b"ab\xFF\0c\xFF\xD0d\xFF\xFF\xD1e\xFF\xFF\xFF\xD9tail", stray: 0 };
        assert_eq!(segments.entropy_coded(2).unwrap(), b"ab\xFF\0c\xFF\xD0d\xFF\xFF\xD1e");
        assert_eq!(segments.next_marker(), Ok(0xD9));
        assert_eq!(segments.rest(), b"tail");
    }

    #[test]
    fn a_scan_has_no_more_restarts_and_filling_than_it_can_need() {
        let mut segments = Segments { rest: b"\xFF\xD0\xFF\xD1\xFF\xD2\xFF\xD9", stray: 0 };
        assert_eq!(segments.entropy_coded(2), Err(Refusal::Damaged("markers inside a scan")));
        let filled = [vec![0xFF; MAX_STRAY + 2], b"\xD9".to_vec()].concat();
        let mut segments = Segments { rest: &filled, stray: 0 };
        assert_eq!(segments.entropy_coded(2), Err(Refusal::Damaged("markers inside a scan")));
        let mut segments = Segments { rest: &filled[1..], stray: 0 };
        assert_eq!(segments.entropy_coded(2), Ok(&b""[..]));
    }

    #[test]
    fn a_scan_without_an_end_goes_to_the_end_of_the_file() {
        for cut in [&b""[..], b"ab", b"ab\xFF", b"ab\xFF\xFF", b"ab\xFF\0", b"ab\xFF\xD0"] {
            let mut segments = Segments { rest: cut, stray: 0 };
            assert_eq!(segments.entropy_coded(2), Ok(cut), "{}", cut.escape_ascii());
            assert_eq!(segments.next_marker(), Err(Refusal::Truncated));
        }
    }

    #[test]
    fn a_marker_is_found_wherever_it_stands() {
        for length in 2..200 {
            for place in 0..length - 1 {
                let mut data = vec![0x55; length];
                data[place] = 0xFF;
                assert_eq!(find_marker(&data, 0), Some(place), "{place} of {length}");
                data[place + 1] = 0;
                assert_eq!(find_marker(&data, 0), None, "stuffed at {place} of {length}");
            }
        }
    }

    #[test]
    fn a_segment_must_hold_at_least_its_own_length() {
        for (bytes, refusal) in [
            (&b"\0"[..], Refusal::Truncated),
            (b"\0\0", Refusal::Damaged("a segment shorter than its length")),
            (b"\0\x01x", Refusal::Damaged("a segment shorter than its length")),
            (b"\0\x04x", Refusal::Truncated),
        ] {
            assert_eq!(Segments { rest: bytes, stray: 0 }.body(), Err(refusal));
        }
        assert_eq!(Segments { rest: b"\0\x02", stray: 0 }.body(), Ok(&b""[..]));
    }
}
