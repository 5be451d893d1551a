//! Reads entropy-coded data bit by bit, without its stuffed zeros, from one restart marker to the next.

use super::used::Used;
use crate::Refusal;
use crate::jpeg::marker::{RST0, RST7};

const CUT_OFF: Refusal = Refusal::Truncated;

/// A place in the data of one scan. Bits are handed out from the top of `held`.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    held: u64,
    /// How many of the top bits of `held` count.
    count: u32,
    /// How many zeros were put behind the last real bit.
    padding: u32,
    /// Where this interval begins, its restart marker included, and what the intervals before it used.
    begins: usize,
    used: Used,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, held: 0, count: 0, padding: 0, begins: 0, used: Used::default() }
    }

    /// Sees to it that 32 bits can be looked at. Behind the end they are zeros, which [`Self::check`] finds out.
    #[inline]
    pub(super) fn fill(&mut self) {
        if self.count < 32 {
            self.refill();
        }
    }

    #[inline]
    fn refill(&mut self) {
        if let Some(eight) = self.data.get(self.at..).and_then(|rest| rest.first_chunk()) {
            let word = u64::from_be_bytes(*eight);
            if !has_marker_byte(word) {
                // Bits of the byte that does not fit whole are set as well, to what they will be set to again.
                self.held |= word >> self.count;
                let bytes = (63 - self.count) / 8;
                self.at += bytes as usize;
                self.count += bytes * 8;
                return;
            }
        }
        self.refill_slowly();
    }

    fn refill_slowly(&mut self) {
        self.held &= !(u64::MAX.checked_shr(self.count).unwrap_or(0));
        while self.count <= 56 {
            let byte = match self.data.get(self.at) {
                Some(0xFF) => {
                    let mut next = self.at + 1;
                    while let Some(0xFF) = self.data.get(next) {
                        next += 1;
                    }
                    if self.data.get(next) == Some(&0) {
                        self.at = next + 1;
                        0xFF
                    } else {
                        self.padding += 8;
                        0
                    }
                }
                Some(byte) => {
                    self.at += 1;
                    *byte
                }
                None => {
                    self.padding += 8;
                    0
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next `count` bits, 1 to 16, without taking them. After [`Self::fill`].
    #[inline]
    pub(super) fn peek(&self, count: u32) -> usize {
        let [high, low, ..] = self.held.to_be_bytes();
        usize::from(u16::from_be_bytes([high, low]) >> (16 - count))
    }

    /// Takes `count` bits, at most 31, after [`Self::fill`].
    #[inline]
    pub(super) fn skip(&mut self, count: u32) {
        self.held <<= count;
        self.count -= count;
    }

    /// Takes `count` bits, 0 to 16, after [`Self::fill`].
    #[inline]
    pub(super) fn take(&mut self, count: u32) -> i32 {
        if count == 0 {
            return 0;
        }
        let bits = self.peek(count);
        self.skip(count);
        i32::try_from(bits).unwrap_or(0)
    }

    /// Takes one bit.
    #[inline]
    pub(super) fn flag(&mut self) -> bool {
        self.fill();
        self.take(1) == 1
    }

    /// Takes a signed number of `size` bits, 0 to 15 (T.81 F.2.2.1, EXTEND). After [`Self::fill`].
    #[inline]
    pub(super) fn signed(&mut self, size: u32) -> i32 {
        let bits = self.take(size);
        if size > 0 && bits < 1 << (size - 1) { bits - (1 << size) + 1 } else { bits }
    }

    /// Whether all bits taken so far were real.
    ///
    /// # Errors
    /// The data ended before.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.padding > self.count { Err(CUT_OFF) } else { Ok(()) }
    }

    /// The bytes that were used, once the last block was read.
    ///
    /// # Errors
    /// The data ended before.
    pub(super) fn used(mut self) -> Result<Used, Refusal> {
        self.check()?;
        let end = self.end();
        self.used.add(self.begins..end);
        Ok(self.used)
    }

    /// Behind the last byte of which a bit was taken.
    fn end(&self) -> usize {
        let mut end = self.at;
        // Bytes in hand that nobody asked for go back, a stuffed one with its zero and its filling.
        for _ in 0..self.count.saturating_sub(self.padding) / 8 {
            match self.data.get(..end) {
                Some([before @ .., 0xFF, 0]) => {
                    let filling = before.iter().rev().take_while(|byte| **byte == 0xFF).count();
                    end = before.len() - filling;
                }
                _ => end = end.saturating_sub(1),
            }
        }
        end
    }

    /// Goes to the next interval: drops what is left of this one and takes the marker, the `number`th of the scan.
    ///
    /// # Errors
    /// The data ended before, or another marker stands there.
    fn restart(&mut self, number: u32) -> Result<(), Refusal> {
        self.check()?;
        // Bits in hand may reach beyond a few bytes of filling; the marker itself is never read over.
        let rest = self.data.get(self.at..).unwrap_or_default();
        let mut markers =
            memchr::memchr_iter(0xFF, rest).filter_map(|at| Some((at, *rest.get(at + 1)?)));
        let (at, marker) = markers.find(|(_, next)| (RST0..=RST7).contains(next)).ok_or(CUT_OFF)?;
        if u32::from(marker - RST0) != number % 8 {
            return Err(Refusal::Damaged("restart markers out of order"));
        }
        let (end, marker_at) = (self.end(), self.at + at);
        self.used.add(self.begins..end);
        (self.begins, self.at) = (marker_at, marker_at + 2);
        (self.held, self.count, self.padding) = (0, 0, 0);
        Ok(())
    }
}

/// Counts MCUs down to the next restart marker.
pub(super) struct Intervals {
    interval: u32,
    left: u32,
    restarts: u32,
}

impl Intervals {
    pub(super) fn new(interval: u32) -> Self {
        Self { interval, left: interval, restarts: 0 }
    }

    /// Before each MCU: whether a new interval begins with it.
    #[inline]
    pub(super) fn next(&mut self, bits: &mut Bits<'_>) -> Result<bool, Refusal> {
        if self.interval == 0 {
            return Ok(false);
        }
        let begins = self.left == 0;
        if begins {
            bits.restart(self.restarts)?;
            self.restarts += 1;
            self.left = self.interval;
        }
        self.left -= 1;
        Ok(begins)
    }
}

/// Whether one of eight bytes is 0xFF.
#[inline]
fn has_marker_byte(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let inverted = !word;
    inverted.wrapping_sub(ONES) & word & (ONES << 7) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffed_zeros_are_no_part_of_the_data() {
        let mut bits = Bits::new(b"\xFF\0\x12\xFF\xFF\0\x34");
        for expected in [0xFF, 0x12, 0xFF, 0x34] {
            bits.fill();
            assert_eq!(bits.take(8), expected);
            assert_eq!(bits.check(), Ok(()));
        }
        bits.fill();
        assert_eq!(bits.take(1), 0);
        assert_eq!(bits.check(), Err(Refusal::Truncated));
    }

    #[test]
    fn every_bit_comes_once_whatever_the_steps() {
        let data: Vec<u8> = (0..200_u32).map(|n| u8::try_from(n * 89 % 255).unwrap()).collect();
        for step in 1..=16 {
            let mut bits = Bits::new(&data);
            let mut seen = String::new();
            while seen.len() + step as usize <= data.len() * 8 {
                bits.fill();
                let bits = format!("{:0width$b}", bits.take(step), width = step as usize);
                seen.push_str(&bits);
            }
            let all = data.iter().fold(String::new(), |all, byte| all + &format!("{byte:08b}"));
            assert!(all.starts_with(&seen), "steps of {step}");
            assert_eq!(bits.check(), Ok(()));
        }
    }

    #[test]
    fn only_a_byte_of_ones_is_a_marker_byte() {
        for at in 0..8 {
            for byte in 0..=255_u8 {
                let mut word = [0xFE; 8];
                word[at] = byte;
                assert_eq!(
                    has_marker_byte(u64::from_be_bytes(word)),
                    byte == 0xFF,
                    "{byte} at {at}"
                );
            }
        }
    }

    #[test]
    fn what_belongs_to_no_block_is_not_used() {
        let data = b"\x80\xFF\0stray\xFF\xFF\0\xFF\xD0\x40\xFF\0 behind \xFF\0";
        for taken in 0..=16 {
            let mut bits = Bits::new(data);
            for _ in 0..taken {
                bits.flag();
            }
            bits.restart(0).unwrap();
            bits.flag();
            let first = [&b""[..], b"\x80", b"\x80\xFF\0"][usize::div_ceil(taken, 8)];
            let used = bits.used().unwrap();
            let kept: Vec<u8> = used.pieces(data).flatten().copied().collect();
            assert_eq!(kept, [first, b"\xFF\xD0\x40"].concat(), "{taken} bits");
        }
    }

    #[test]
    fn an_interval_ends_at_its_own_restart_marker() {
        let mut bits = Bits::new(b"\x80\x80\xFF\xD0\x40\xFF\xD1");
        bits.fill();
        assert!(bits.flag());
        assert_eq!(bits.restart(0), Ok(()));
        bits.fill();
        assert_eq!(bits.take(2), 1);
        assert_eq!(bits.restart(2), Err(Refusal::Damaged("restart markers out of order")));
        assert_eq!(bits.restart(1), Ok(()));
        assert_eq!(bits.restart(2), Err(Refusal::Truncated));
    }
}
