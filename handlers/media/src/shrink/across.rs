//! One row spread over a row of the small picture: each small pixel is a run of whole pixels between two shared ones.

use std::ops::Range;

/// A row of pixels as numbers that can be added up.
pub(super) trait Source {
    /// The pixel at `x`, or nothing beyond the last.
    fn pixel(&self, x: usize) -> [u32; 3];

    /// The sums of so many pixels.
    fn run(&self, run: Range<usize>) -> [u32; 3];
}

/// Writes to `across`, three sums a small pixel: samples × the width they cover, of `from` pixels on `to`.
pub(super) fn spread(source: &impl Source, (from, to): (usize, usize), across: &mut [u64]) {
    let (mut next, mut shared) = (0, 0);
    for sums in across.as_chunks_mut::<3>().0 {
        *sums = [0; 3];
        // What the last pixel of the small one before left over belongs to this one.
        let mut left = from;
        if shared > 0 {
            let part = shared.min(left);
            add(sums, source.pixel(next), part);
            left -= part;
            next += 1;
        }
        let run = next..next + left / to;
        next = run.end;
        add(sums, source.run(run), to);
        let part = left % to;
        if part > 0 {
            add(sums, source.pixel(next), part);
        }
        shared = if part > 0 { to - part } else { 0 };
    }
}

fn add(sums: &mut [u64; 3], samples: [u32; 3], weight: usize) {
    for (sum, sample) in sums.iter_mut().zip(samples) {
        *sum += u64::from(sample) * weight as u64;
    }
}

/// Pixels of `N` samples, or of as many sums of samples: one is grey, of four the last does not count.
pub(super) struct Plain<'a, T, const N: usize>(pub &'a [[T; N]]);

impl<T: Copy + Into<u32>, const N: usize> Source for Plain<'_, T, N> {
    #[inline]
    fn pixel(&self, x: usize) -> [u32; 3] {
        self.0.get(x).map_or([0; 3], |pixel| colour(pixel.map(Into::into)))
    }

    #[inline]
    fn run(&self, run: Range<usize>) -> [u32; 3] {
        let mut sums = [0_u32; N];
        for pixel in self.0.get(run).unwrap_or_default() {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += (*sample).into();
            }
        }
        colour(sums)
    }
}

#[inline]
fn colour<const N: usize>(samples: [u32; N]) -> [u32; 3] {
    match samples.as_slice() {
        [red, green, blue, ..] => [*red, *green, *blue],
        [grey, ..] => [*grey; 3],
        [] => [0; 3],
    }
}
