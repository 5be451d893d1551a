//! From the colours a file means to those of sRGB, for the small picture: it is written without a profile.

use crate::icc::{Curve, Profile, curve, xyz};
use crate::orientation::Pixels;

type Matrix = [[f32; 3]; 3];

/// Light under D50, as profiles measure it, to the light of sRGB's primaries (Bradford).
const SRGB_OF_D50: Matrix = [
    [3.133_856, -1.616_867, -0.490_615],
    [-0.978_768, 1.916_142, 0.033_454],
    [0.071_945, -0.228_991, 1.405_243],
];
const UNCHANGED: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
const BRADFORD: Matrix =
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
const D50: [f32; 3] = [0.9642, 1.0, 0.8249];

/// What the samples of a picture mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Colours {
    /// What viewers assume.
    Srgb,
    /// Curves to light, then a matrix to the light of sRGB's primaries.
    Measured { curves: [Curve; 3], to_srgb: Matrix },
    /// Only tables say it: the small picture takes this profile along.
    Tables(Vec<u8>),
}

impl Colours {
    /// Of a profile that was written anew; samples are grey or RGB.
    pub(crate) fn of_profile(bytes: &[u8]) -> Self {
        let Some(profile) = Profile::read(bytes) else { return Self::Srgb };
        match profile.space() {
            b"RGB " if profile.find(*b"A2B0").is_some() => Self::Tables(bytes.to_vec()),
            b"RGB " => Self::of_primaries(&profile).unwrap_or(Self::Srgb),
            b"GRAY" => profile.find(*b"kTRC").and_then(curve).map_or(Self::Srgb, |grey| {
                Self::Measured { curves: [grey.clone(), grey.clone(), grey], to_srgb: UNCHANGED }
            }),
            _ => Self::Srgb,
        }
    }

    fn of_primaries(profile: &Profile<'_>) -> Option<Self> {
        let curve_of = |name: [u8; 4]| profile.find(name).and_then(curve);
        let primary = |name: [u8; 4]| profile.find(name).and_then(xyz);
        let curves = [curve_of(*b"rTRC")?, curve_of(*b"gTRC")?, curve_of(*b"bTRC")?];
        let columns = [primary(*b"rXYZ")?, primary(*b"gXYZ")?, primary(*b"bXYZ")?];
        Some(Self::Measured { curves, to_srgb: times(&SRGB_OF_D50, &turned(&columns)) })
    }

    /// Of one curve and, where they are not sRGB's, the chromaticities of white, red, green and blue.
    pub(crate) fn of_chromaticities(curve: Curve, points: Option<[[f32; 2]; 4]>) -> Self {
        let to_srgb =
            points.and_then(|points| Some(times(&SRGB_OF_D50, &light_of_chromaticities(points)?)));
        let curves = [curve.clone(), curve.clone(), curve];
        Self::Measured { curves, to_srgb: to_srgb.unwrap_or(UNCHANGED) }
    }

    /// Makes the pixels sRGB. What lies outside is cut off, as on a screen that cannot show it.
    pub(crate) fn show(&self, pixels: &mut Pixels) {
        let Self::Measured { curves, to_srgb } = self else { return };
        let light = curves.each_ref().map(|curve| samples().map(|sample| curve.at(sample)));
        let encoded: Vec<u8> = (0..=STEPS).map(|step| encode(fraction(step, STEPS))).collect();
        for pixel in pixels.rgb.as_chunks_mut::<3>().0 {
            let mut linear = [0.0; 3];
            for ((linear, light), sample) in linear.iter_mut().zip(&light).zip(*pixel) {
                *linear = light[usize::from(sample)];
            }
            for (sample, row) in pixel.iter_mut().zip(to_srgb) {
                let value: f32 =
                    row.iter().zip(&linear).map(|(factor, light)| factor * light).sum();
                *sample = encoded.get(step_of(value)).copied().unwrap_or(u8::MAX);
            }
        }
    }
}

/// Finer than 8 bits of sRGB are in the dark.
const STEPS: u16 = 16_384;

fn step_of(value: f32) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and STEPS"
    )]
    let step = (value.clamp(0.0, 1.0) * f32::from(STEPS)).round() as usize;
    step
}

fn fraction(part: u16, whole: u16) -> f32 {
    f32::from(part) / f32::from(whole)
}

fn samples() -> [f32; 256] {
    let mut samples = [0.0; 256];
    samples
        .iter_mut()
        .zip(0_u8..=255)
        .for_each(|(value, sample)| *value = f32::from(sample) / 255.0);
    samples
}

/// IEC 61966-2-1.
fn encode(light: f32) -> u8 {
    let value =
        if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 255"
    )]
    let sample = (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    sample
}

/// The curve of sRGB itself.
pub(crate) fn srgb_curve() -> Curve {
    Curve::Parametric(3, [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45, 0.0, 0.0])
}

/// RGB to light under D50, for points that span a triangle around their white.
fn light_of_chromaticities([white, red, green, blue]: [[f32; 2]; 4]) -> Option<Matrix> {
    let lift = |[x, y]: [f32; 2]| (y > 0.0).then(|| [x / y, 1.0, (1.0 - x - y) / y]);
    let primaries = turned(&[lift(red)?, lift(green)?, lift(blue)?]);
    let white = lift(white)?;
    let amounts = apply(&inverse(&primaries)?, white);
    let scaled =
        primaries.map(|row| [row[0] * amounts[0], row[1] * amounts[1], row[2] * amounts[2]]);
    let (from, to) = (apply(&BRADFORD, white), apply(&BRADFORD, D50));
    let mut adapt = UNCHANGED;
    for index in 0..3 {
        adapt[index][index] = to[index] / from[index];
    }
    let adapted = times(&inverse(&BRADFORD)?, &times(&adapt, &BRADFORD));
    let matrix = times(&adapted, &scaled);
    matrix.iter().flatten().all(|value| value.is_finite()).then_some(matrix)
}

fn turned(m: &Matrix) -> Matrix {
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| m[column][row]))
}

fn times(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| {
        [0, 1, 2].map(|column| row.iter().zip(b).map(|(value, other)| value * other[column]).sum())
    })
}

fn apply(m: &Matrix, [x, y, z]: [f32; 3]) -> [f32; 3] {
    m.map(|row| row[0] * x + row[1] * y + row[2] * z)
}

fn inverse(m: &Matrix) -> Option<Matrix> {
    let minor = |a: usize, b: usize, c: usize, d: usize| m[a][c] * m[b][d] - m[a][d] * m[b][c];
    let first = [minor(1, 2, 1, 2), -minor(1, 2, 0, 2), minor(1, 2, 0, 1)];
    let determinant: f32 = m[0].iter().zip(first).map(|(value, minor)| value * minor).sum();
    let cofactors = [
        first,
        [-minor(0, 2, 1, 2), minor(0, 2, 0, 2), -minor(0, 2, 0, 1)],
        [minor(0, 1, 1, 2), -minor(0, 1, 0, 2), minor(0, 1, 0, 1)],
    ];
    (determinant.abs() > 1e-6)
        .then(|| turned(&cofactors).map(|row| row.map(|value| value / determinant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(colours: &Colours, rgb: [u8; 3]) -> [u8; 3] {
        let mut pixels = Pixels { width: 1, height: 1, rgb: rgb.to_vec() };
        colours.show(&mut pixels);
        [pixels.rgb[0], pixels.rgb[1], pixels.rgb[2]]
    }

    const SRGB_POINTS: [[f32; 2]; 4] = [[0.3127, 0.3290], [0.64, 0.33], [0.30, 0.60], [0.15, 0.06]];
    const P3_POINTS: [[f32; 2]; 4] = [[0.3127, 0.3290], [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]];

    #[test]
    fn srgb_by_its_own_numbers_stays_as_it_is() {
        let colours = Colours::of_chromaticities(srgb_curve(), Some(SRGB_POINTS));
        for rgb in [[0, 0, 0], [255, 255, 255], [200, 30, 60], [1, 2, 3], [128, 128, 128]] {
            let near = shown(&colours, rgb).iter().zip(rgb).all(|(a, b)| a.abs_diff(b) <= 1);
            assert!(near, "{rgb:?} became {:?}", shown(&colours, rgb));
        }
    }

    #[test]
    fn the_red_of_a_wider_screen_is_redder_and_its_white_is_white() {
        let colours = Colours::of_chromaticities(srgb_curve(), Some(P3_POINTS));
        assert!(shown(&colours, [255, 255, 255]).iter().all(|sample| *sample >= 254));
        let [red, green, blue] = shown(&colours, [180, 60, 60]);
        assert!(red > 185 && green < 60 && blue < 62, "{red} {green} {blue}");
    }

    #[test]
    fn linear_samples_become_lighter() {
        let colours = Colours::of_chromaticities(Curve::Gamma(1.0), None);
        assert_eq!(shown(&colours, [128, 0, 255]), [188, 0, 255]);
    }

    #[test]
    fn a_profile_of_srgb_changes_nothing_much() {
        let profile = crate::icc::rewritten(&crate::testing::profile()).unwrap();
        let colours = Colours::of_profile(&profile);
        // Its curve is a plain power, which differs from sRGB's in the dark.
        for rgb in [[200, 160, 180], [128, 128, 128]] {
            let shown = shown(&colours, rgb);
            assert!(
                shown.iter().zip(rgb).all(|(a, b)| a.abs_diff(b) <= 2),
                "{rgb:?} became {shown:?}"
            );
        }
    }
}
