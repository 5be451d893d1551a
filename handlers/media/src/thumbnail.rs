//! The small picture for lists and timelines.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::orientation::Pixels;
use crate::shrink::Shrink;
use crate::{Kind, Limits, Refusal, jpeg, png, sniff};

/// Of the small picture, in pixels.
pub const LONGEST_SIDE: usize = 320;
const QUALITY: u8 = 80;

/// A JPEG of at most [`LONGEST_SIDE`] pixels a side, upright, without metadata, from a picture that was cleaned.
///
/// A JPEG is decoded at an eighth, a quarter or half of its size as soon as that is enough, a PNG row by row: beyond
/// `clean_bytes` this takes 3 MB for a photo of 12 megapixels and never more than 20 MB.
///
/// # Errors
/// A [`Refusal`], also where the pixels themselves turn out to be cut off or damaged: this is the first look at them.
pub fn thumbnail(clean_bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let (pixels, orientation) = match sniff::kind(clean_bytes, limits)? {
        Kind::Jpeg => {
            let layout = jpeg::Layout::read(clean_bytes, limits)?;
            (jpeg::decode::small(&layout, LONGEST_SIDE)?, layout.orientation())
        }
        Kind::Png => {
            let layout = png::Layout::read(clean_bytes, limits)?;
            let size = (layout.header().width as usize, layout.header().height as usize);
            let mut shrink = Shrink::to_fit(size, size, LONGEST_SIDE);
            png::rows::shrink(clean_bytes, &layout, &mut shrink)?;
            (shrink.finish(), layout.orientation())
        }
    };
    encode(&pixels.upright(orientation))
}

fn encode(pixels: &Pixels) -> Result<Vec<u8>, Refusal> {
    const TOO_LARGE: Refusal = Refusal::Unsupported("a size no JPEG can have");
    let width = u16::try_from(pixels.width).map_err(|_| TOO_LARGE)?;
    let height = u16::try_from(pixels.height).map_err(|_| TOO_LARGE)?;
    let mut bytes = Vec::with_capacity(32 * 1024);
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&pixels.rgb, width, height, ColorType::Rgb).map_err(|_| TOO_LARGE)?;
    Ok(bytes)
}
