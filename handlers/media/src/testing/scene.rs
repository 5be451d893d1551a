//! A picture with detail, in which every corner looks different.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::Seeded;

/// RGB pixels: slopes of colour, some texture, and four corners of their own: red, green, blue and white.
pub fn scene(width: u16, height: u16) -> Vec<u8> {
    let (w, h) = (usize::from(width), usize::from(height));
    let mut seeded = Seeded::new(7);
    let mut rgb = Vec::with_capacity(w * h * 3);
    for y in 0..h {
        for x in 0..w {
            let corner = (x * 4 < w, x * 4 >= w * 3, y * 4 < h, y * 4 >= h * 3);
            let pixel = match corner {
                (true, _, true, _) => [230, 20, 20],
                (_, true, true, _) => [20, 200, 20],
                (true, _, _, true) => [20, 20, 230],
                (_, true, _, true) => [250, 250, 250],
                _ => {
                    let grain = seeded.byte() & 31;
                    let slope =
                        |at: usize, of: usize| u8::try_from(at * 180 / of.max(1)).unwrap_or(0);
                    [slope(x, w) + grain, slope(y, h) + grain, slope(x + y, w + h) + grain]
                }
            };
            rgb.extend_from_slice(&pixel);
        }
    }
    rgb
}

/// `scene` as a bare JPEG.
#[expect(clippy::expect_used, reason = "a maker of test files: a failure here is a failed test")]
pub fn encoded(width: u16, height: u16, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 88);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    set(&mut encoder);
    let pixels = scene(width, height);
    encoder.encode(&pixels, width, height, ColorType::Rgb).expect("sizes from 1 up can be encoded");
    bytes
}
