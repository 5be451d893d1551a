//! The own decoder beside another one, at every scale and in every shape of JPEG.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::jpeg_pixels;
use crate::Limits;
use crate::jpeg::{Layout, decode};
use crate::orientation::Pixels;
use crate::shrink::{Row, Shrink};
use crate::testing::{encoded, scene};

pub(super) fn small(jpeg: &[u8], longest: usize) -> Pixels {
    let layout = Layout::read(jpeg, &Limits::default()).unwrap();
    decode::small(&layout, longest).unwrap().0
}

/// The full decode of the other decoder, shrunk by averaging.
fn other(jpeg: &[u8], longest: usize) -> Pixels {
    let (width, height, samples) = jpeg_pixels(jpeg);
    let size = (usize::from(width), usize::from(height));
    let channels = samples.len() / size.0 / size.1;
    let mut shrink = Shrink::to_fit(size, size, longest);
    for (y, row) in samples.chunks_exact(size.0 * channels).enumerate() {
        let rgb: Vec<u8> = match channels {
            1 => row.iter().flat_map(|grey| [*grey; 3]).collect(),
            3 => row.to_vec(),
            // Light of four inks.
            _ => row
                .as_chunks::<4>()
                .0
                .iter()
                .flat_map(|&[c, m, y, k]| {
                    [c, m, y].map(|ink| {
                        let light = (255 - u16::from(ink)) * (255 - u16::from(k)) / 255;
                        u8::try_from(light).unwrap()
                    })
                })
                .collect(),
        };
        shrink.add_row(y, Row::Rgb(&rgb));
    }
    shrink.finish()
}

/// Mean difference of `of` over all pixels.
fn difference(one: &Pixels, two: &Pixels, of: impl Fn(&[u8; 3]) -> f64) -> f64 {
    assert_eq!((one.width, one.height), (two.width, two.height));
    let (one, two) = (one.rgb.as_chunks().0, two.rgb.as_chunks().0);
    let sum: f64 = one.iter().zip(two).map(|(a, b)| (of(a) - of(b)).abs()).sum();
    sum / f64::from(u32::try_from(one.len()).unwrap())
}

/// Brightness is the same at every scale. Colour that was stored more coarsely than brightness gets no finer by
/// averaging, so it is compared where the picture has its full size.
pub(super) fn assert_alike(jpeg: &[u8], longest: usize, what: &str) {
    let (ours, theirs) = (small(jpeg, longest), other(jpeg, longest));
    let brightness = difference(&ours, &theirs, |&[r, g, b]| {
        0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)
    });
    assert!(brightness < 2.0, "{what} to {longest}: brightness differs by {brightness}");
    if ours.width.max(ours.height) >= 120 {
        let colour = difference(&ours, &theirs, |&[r, _, b]| f64::from(r) - f64::from(b));
        assert!(colour < 3.0, "{what} to {longest}: colour differs by {colour}");
    }
}

#[test]
fn every_sampling_and_progression_looks_as_others_decode_it() {
    use SamplingFactor as F;
    let samplings =
        [F::F_1_1, F::F_2_1, F::F_1_2, F::F_2_2, F::F_4_1, F::F_4_2, F::F_1_4, F::F_2_4];
    for sampling in samplings {
        for scans in [0, 2, 5, 20] {
            for restart in [0, 3] {
                let jpeg = encoded(200, 136, |encoder| {
                    encoder.set_sampling_factor(sampling);
                    encoder.set_restart_interval(restart);
                    if scans > 0 {
                        encoder.set_progressive_scans(scans);
                    }
                });
                // Full, half, quarter and an eighth of its size.
                for longest in [200, 100, 50, 25] {
                    assert_alike(
                        &jpeg,
                        longest,
                        &format!("{sampling:?}, {scans} scans, restart {restart}"),
                    );
                }
            }
        }
    }
}

#[test]
fn optimised_tables_with_long_codes_are_read() {
    for progressive in [false, true] {
        let jpeg = encoded(496, 296, |encoder| {
            encoder.set_quality(100);
            encoder.set_optimized_huffman_tables(true);
            encoder.set_progressive(progressive);
        });
        for longest in [496, 62] {
            assert_alike(&jpeg, longest, "optimised");
        }
    }
}

#[test]
fn grey_and_four_inks_look_as_others_decode_them() {
    let rgb = scene(120, 88);
    let grey: Vec<u8> = rgb.chunks_exact(3).map(|pixel| pixel[1]).collect();
    let inks: Vec<u8> =
        rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255 - p[0] / 4]).collect();
    for (kind, pixels) in [
        (ColorType::Luma, &grey),
        (ColorType::Cmyk, &inks),
        (ColorType::CmykAsYcck, &inks),
        (ColorType::Rgb, &rgb),
    ] {
        for progressive in [false, true] {
            let mut jpeg = Vec::new();
            let mut encoder = Encoder::new(&mut jpeg, 90);
            encoder.set_progressive(progressive);
            encoder.encode(pixels, 120, 88, kind).unwrap();
            let clean = super::clean(&jpeg).unwrap().bytes;
            assert!(jpeg_pixels(&jpeg) == jpeg_pixels(&clean), "{kind:?}");
            for longest in [120, 15] {
                assert_alike(&clean, longest, &format!("{kind:?}"));
            }
        }
    }
}
