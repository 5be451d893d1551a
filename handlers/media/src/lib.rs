//! Patients' pictures before anybody sees them: what they are, what they carry besides pixels, how they look small.
//!
//! Bytes in, bytes out; no names, no headers, no files. A picture is accepted by parsing its whole structure and is
//! written again from an allow-list, so that whatever this crate does not know cannot pass it (ASVS 5.0 §5.2.2).
//! The pixels are never changed for that: the entropy-coded bytes of a JPEG and the compressed rows of a PNG are
//! copied as they stand, and stay bit-identical. What hides *inside* them (steganography, bytes behind the last block
//! of a JPEG's scan but before its end marker) is out of reach of a lossless walk.
//!
//! Read on: `jpeg` and `png` for the two formats, `thumbnail` for the small picture.

mod exif;
mod icc;
mod jpeg;
mod limits;
mod orientation;
mod picture;
mod png;
mod refusal;
mod shrink;
mod sniff;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod thumbnail;

pub use limits::Limits;
pub use picture::{Clean, Inspected, Kind, Removed};
pub use refusal::Refusal;
pub use thumbnail::{LONGEST_SIDE, thumbnail};

/// Bytes of a file's start that [`refused_by_start`] needs.
pub const START: u64 = 16;

/// Why a file of `bytes` bytes is not taken, as far as its length and its first [`START`] bytes tell:
/// what stays in the store need not be read for that. `None` where the whole has to be looked at.
pub fn refused_by_start(start: &[u8], bytes: u64, limits: &Limits) -> Option<Refusal> {
    if bytes == 0 {
        return Some(Refusal::Empty);
    }
    // What it is comes before how large it is: a video is no picture that is too big.
    let too_large = Refusal::TooLarge { bytes, max: limits.max_bytes };
    sniff::claimed(start).err().or((bytes > limits.max_bytes).then_some(too_large))
}

/// What a file is and how large, from a full parse of its structure. Nothing is decoded.
///
/// # Errors
/// A [`Refusal`] for everything that is not a whole JPEG or PNG within `limits`.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Inspected, Refusal> {
    match sniff::kind(bytes, limits)? {
        Kind::Jpeg => Ok(jpeg::Layout::read(bytes, limits)?.inspected()),
        Kind::Png => Ok(png::Layout::read(bytes, limits)?.inspected()),
    }
}

/// The same picture with its pixels, its colour profile and its orientation, and nothing else (R60).
///
/// # Errors
/// A [`Refusal`], as [`inspect`].
pub fn clean(bytes: &[u8], limits: &Limits) -> Result<Clean, Refusal> {
    match sniff::kind(bytes, limits)? {
        Kind::Jpeg => Ok(jpeg::Layout::read(bytes, limits)?.clean()),
        Kind::Png => png::Layout::read(bytes, limits)?.clean(),
    }
}
