//! From coefficients to samples: the inverse DCT of the lowest frequencies, for as many samples as are wanted.

use super::{NATURAL, Scale};

/// The basis of the inverse DCT at one scale.
pub(super) struct Inverse {
    scale: Scale,
    /// Sample × frequency, row after row.
    basis: [f32; 64],
}

/// Coefficients of one block where they stand in it, row after row; frequencies above the scale stay zero.
pub(super) type Block = [i32; 64];

impl Inverse {
    pub(super) fn new(scale: Scale) -> Self {
        let mut basis = [0.0; 64];
        let (side, count) = match scale {
            Scale::Eighth => (1_u8, 1.0_f32),
            Scale::Quarter => (2, 2.0),
            Scale::Half => (4, 4.0),
            Scale::Full => (8, 8.0),
        };
        // The forward transform had eight samples: the square root brings its coefficients to this many.
        let gain = (count / 8.0).sqrt();
        for sample in 0..side {
            for frequency in 0..side {
                let angle = f32::from(2 * sample + 1) * f32::from(frequency) * std::f32::consts::PI;
                let norm = if frequency == 0 { 1.0 / count } else { 2.0 / count };
                basis[usize::from(sample * side + frequency)] =
                    (angle / (2.0 * count)).cos() * norm.sqrt() * gain;
            }
        }
        Self { scale, basis }
    }

    pub(super) fn scale(&self) -> Scale {
        self.scale
    }

    /// The one sample of a block at an eighth: its mean.
    #[inline]
    pub(super) fn mean(dc: i32, quant: u16) -> u8 {
        let value = (i64::from(dc) * i64::from(quant) + 4) / 8 + 128;
        u8::try_from(value.clamp(0, 255)).unwrap_or(0)
    }

    /// Samples of a block, `side` rows of `side`. `quant` is in zigzag order.
    pub(super) fn samples<'s>(
        &self,
        block: &Block,
        quant: &[u16; 64],
        samples: &'s mut [u8; 64],
    ) -> &'s [u8] {
        let side = self.scale.side();
        if side == 1 {
            samples[0] = Self::mean(block[0], quant[0]);
            return &samples[..1];
        }
        if side == 2 {
            samples[..4].copy_from_slice(&quarter(block, quant));
            return &samples[..4];
        }
        let mut frequencies = [0.0_f32; 64];
        for (place, quant) in NATURAL.iter().zip(quant).take(usize::from(self.scale.last()) + 1) {
            let place = usize::from(place & 63);
            frequencies[place] = as_real(block[place]) * f32::from(*quant);
        }
        match side {
            4 => self.transform::<4>(&frequencies, samples),
            _ => self.transform::<8>(&frequencies, samples),
        }
        samples.get(..side * side).unwrap_or_default()
    }

    fn transform<const SIDE: usize>(&self, frequencies: &[f32; 64], samples: &mut [u8; 64]) {
        let mut rows = [[0.0_f32; SIDE]; SIDE];
        for (row, frequencies) in rows.iter_mut().zip(frequencies.chunks_exact(8)) {
            for (sample, basis) in row.iter_mut().zip(self.basis.chunks_exact(SIDE)) {
                *sample = basis.iter().zip(frequencies).map(|(b, f)| b * f).sum();
            }
        }
        for (out, basis) in samples.chunks_exact_mut(SIDE).zip(self.basis.chunks_exact(SIDE)) {
            let mut line = [128.5_f32; SIDE];
            for (row, weight) in rows.iter().zip(basis) {
                line.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
            }
            out.iter_mut().zip(line).for_each(|(byte, value)| *byte = as_sample(value));
        }
    }
}

/// At a quarter all of the basis is plus or minus the same number, and no fraction is needed.
#[inline]
fn quarter(block: &Block, quant: &[u16; 64]) -> [u8; 4] {
    let at = |place: usize, zigzag: usize| i64::from(block[place]) * i64::from(quant[zigzag]);
    let (mean, across, down, both) = (at(0, 0) + 4, at(1, 1), at(8, 2), at(9, 4));
    [
        mean + across + down + both,
        mean - across + down - both,
        mean + across - down - both,
        mean - across - down + both,
    ]
    .map(|sum| u8::try_from((sum / 8 + 128).clamp(0, 255)).unwrap_or(0))
}

/// Coefficients have at most 16 bits: exact.
#[expect(clippy::cast_precision_loss, reason = "at most 16 bits, a f32 holds 24")]
fn as_real(coefficient: i32) -> f32 {
    coefficient as f32
}

/// Saturates, which is what a sample out of range needs.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates"
)]
fn as_sample(value: f32) -> u8 {
    value as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_block_is_flat_at_every_scale() {
        for scale in [Scale::Eighth, Scale::Quarter, Scale::Half, Scale::Full] {
            let mut block = [0; 64];
            block[0] = 40;
            let mut samples = [0; 64];
            let seen = Inverse::new(scale).samples(&block, &[2; 64], &mut samples);
            assert_eq!(seen, vec![138; scale.side() * scale.side()], "{scale:?}");
        }
    }

    #[test]
    fn a_quarter_is_the_transform_of_two_by_two() {
        let mut block = [0; 64];
        (block[0], block[1], block[8], block[9]) = (-80, 55, 31, -17);
        let inverse = Inverse::new(Scale::Quarter);
        let mut frequencies = [0.0; 64];
        for place in [0, 1, 8, 9] {
            frequencies[place] = as_real(block[place]);
        }
        let (mut general, mut special) = ([0; 64], [0; 64]);
        inverse.transform::<2>(&frequencies, &mut general);
        inverse.samples(&block, &[1; 64], &mut special);
        for (one, two) in general.iter().zip(special).take(4) {
            assert!(one.abs_diff(two) <= 1, "{general:?} {special:?}");
        }
    }

    #[test]
    fn the_full_scale_is_the_transform_of_the_standard() {
        let mut block = [0; 64];
        (block[0], block[1], block[9], block[32]) = (-80, 55, 31, -17);
        let mut samples = [0; 64];
        Inverse::new(Scale::Full).samples(&block, &[1; 64], &mut samples);
        let norm = |u: i32| if u == 0 { 0.5_f64.sqrt() } else { 1.0 };
        let cosine = |x: i32, u: i32| {
            (f64::from(2 * x + 1) * f64::from(u) * std::f64::consts::PI / 16.0).cos()
        };
        for y in 0..8 {
            for x in 0..8 {
                let mut sum = 0.0;
                for v in 0..8 {
                    for u in 0..8 {
                        let coefficient = f64::from(block[usize::try_from(v * 8 + u).unwrap()]);
                        sum += norm(u) * norm(v) * coefficient * cosine(x, u) * cosine(y, v);
                    }
                }
                let expected = sum / 4.0 + 128.0;
                let seen = f64::from(samples[usize::try_from(y * 8 + x).unwrap()]);
                assert!((expected - seen).abs() <= 1.0, "{x} {y}: {expected} {seen}");
            }
        }
    }
}
