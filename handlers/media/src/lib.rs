//! Patients' pictures before anybody sees them: what they are, what they carry besides pixels, how they look small.
//!
//! Bytes in, bytes out; no names, no headers, no files. A picture is accepted by parsing its whole structure and is
//! written again from an allow-list, so that whatever this crate does not know cannot pass it (ASVS 5.0 §5.2.2).
//! The pixels are never changed for that: the blocks of a JPEG and the compressed rows of a PNG are copied as they are.
//! They are read once, for the small picture and for their true end: what comes behind it is no part of the picture.
//! What hides *inside* them (steganography) is out of reach.
//!
//! Read on: `jpeg` and `png` for the two formats, `thumbnail` for the small picture.

mod colour;
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
pub use refusal::{OtherKind, Refusal};
pub use thumbnail::LONGEST_SIDE;

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

/// The same picture with its pixels, its colours and its orientation, and nothing else (R60); and a JPEG of it with at
/// most [`LONGEST_SIDE`] pixels a side, upright, without metadata.
///
/// A JPEG is decoded at an eighth, a quarter or half of its size as soon as that is enough, a PNG row by row: with the
/// clean bytes this takes 3 to 5 MB for a photo of 12 megapixels (`examples/measure`). The largest progressive ones take
/// most, about 11 bytes for each block of 64 samples.
///
/// # Errors
/// A [`Refusal`] for everything that is not a whole JPEG or PNG within `limits`, pixels included.
pub fn clean_and_thumbnail(bytes: &[u8], limits: &Limits) -> Result<(Clean, Vec<u8>), Refusal> {
    let (clean, small) = thumbnail::clean_and_small(bytes, limits)?;
    Ok((clean, small.encode()?))
}

/// The first half of [`clean_and_thumbnail`].
///
/// # Errors
/// The same.
pub fn clean(bytes: &[u8], limits: &Limits) -> Result<Clean, Refusal> {
    thumbnail::clean_and_small(bytes, limits).map(|(clean, _)| clean)
}

/// The other half of [`clean_and_thumbnail`].
///
/// # Errors
/// The same.
pub fn thumbnail(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Refusal> {
    thumbnail::clean_and_small(bytes, limits)?.1.encode()
}
