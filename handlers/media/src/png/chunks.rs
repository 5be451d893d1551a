//! Finds the chunks and their checksums, and writes chunks (PNG 5.3).

use flate2::Crc;

use super::SIGNATURE;
use crate::Refusal;

/// One chunk. Its CRC is compared when the chunk is to stay.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub kind: [u8; 4],
    pub data: &'a [u8],
    crc: u32,
}

impl Chunk<'_> {
    /// Upper-case first letter: a decoder must understand it.
    pub(super) fn is_critical(&self) -> bool {
        self.kind[0] & 0x20 == 0
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        if crc(self.kind, &[self.data]) != self.crc {
            return Err(Refusal::Damaged("a checksum"));
        }
        Ok(())
    }
}

fn crc(kind: [u8; 4], data: &[&[u8]]) -> u32 {
    let mut crc = Crc::new();
    crc.update(&kind);
    for piece in data {
        crc.update(piece);
    }
    crc.sum()
}

/// A place in a file, moving forward only.
pub(super) struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Chunks<'a> {
    pub(super) fn after_signature(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let rest = bytes.strip_prefix(SIGNATURE).ok_or(Refusal::NotAPicture)?;
        Ok(Self { rest })
    }

    pub(super) fn next(&mut self) -> Result<Chunk<'a>, Refusal> {
        let (length, rest) = self.rest.split_first_chunk().ok_or(Refusal::Truncated)?;
        let (&kind, rest) = rest.split_first_chunk().ok_or(Refusal::Truncated)?;
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(Refusal::Damaged("a chunk without a name"));
        }
        let length = u32::from_be_bytes(*length) as usize;
        let (data, rest) = rest.split_at_checked(length).ok_or(Refusal::Truncated)?;
        let (crc, rest) = rest.split_first_chunk().ok_or(Refusal::Truncated)?;
        self.rest = rest;
        Ok(Chunk { kind, data, crc: u32::from_be_bytes(*crc) })
    }

    /// What has not been walked over yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// Appends one chunk. Its data comes from a chunk at least as long, or is a few bytes: its length fits.
pub(super) fn write(file: &mut Vec<u8>, kind: [u8; 4], data: &[&[u8]]) {
    let length: usize = data.iter().map(|piece| piece.len()).sum();
    file.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    file.extend_from_slice(&kind);
    for piece in data {
        file.extend_from_slice(piece);
    }
    file.extend_from_slice(&crc(kind, data).to_be_bytes());
}
