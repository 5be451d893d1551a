//! The fourth filter of PNG (9.4): of three neighbours, the one nearest to left + above − corner. Photos mostly use it,
//! and each pixel waits for the one before, so it decides what a photo costs.

#![expect(
    clippy::inline_always,
    reason = "left to choose, the compiler keeps lanes in memory, which took up to a quarter longer"
)]

/// What one pixel's bytes are reckoned in: eight lanes of 16 bits, which compilers put into one register.
type Lanes = [i16; 8];

/// Adds to each byte of `sent` what its neighbours foretell, where a pixel has one byte.
pub(super) fn take_off_single(above: &[u8], sent: &[u8], row: &mut [u8]) {
    let (mut left, mut corner) = (0, 0);
    for ((byte, sent), above) in row.iter_mut().zip(sent).zip(above) {
        left = sent.wrapping_add(nearest(left, *above, corner));
        corner = *above;
        *byte = left;
    }
}

/// The same where a pixel has `N` bytes, 2 to 8.
pub(super) fn take_off<const N: usize>(above: &[u8], sent: &[u8], row: &mut [u8]) {
    take_off_as::<N>(above, sent, row, |pixel| {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(pixel).for_each(|(to, from)| *to = *from);
        bytes
    });
}

/// The same where a pixel has three bytes. Written out, they take two thirds of the time of a loop over them.
pub(super) fn take_off_triple(above: &[u8], sent: &[u8], row: &mut [u8]) {
    take_off_as::<3>(above, sent, row, |&[red, green, blue]| {
        (u64::from(red) | u64::from(green) << 8 | u64::from(blue) << 16).to_le_bytes()
    });
}

#[inline(always)]
fn take_off_as<const N: usize>(
    above: &[u8],
    sent: &[u8],
    row: &mut [u8],
    padded: impl Fn(&[u8; N]) -> [u8; 8],
) {
    let (mut left, mut corner): (Lanes, Lanes) = ([0; 8], [0; 8]);
    let given = sent.as_chunks::<N>().0.iter().zip(above.as_chunks::<N>().0);
    for (pixel, (sent, above)) in row.as_chunks_mut::<N>().0.iter_mut().zip(given) {
        let (sent, above) = (padded(sent).map(i16::from), padded(above).map(i16::from));
        left = sum(nearest_of_each(left, above, corner), sent);
        corner = above;
        let bytes = left.map(|lane| lane.to_le_bytes()[0]);
        pixel.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    }
}

/// [`nearest`] in every lane, without a branch: one step at a time for all lanes, as registers do it.
#[inline(always)]
fn nearest_of_each(left: Lanes, above: Lanes, corner: Lanes) -> Lanes {
    let low = each(left, above, i16::min);
    let high = each(left, above, i16::max);
    let sum = each(left, above, |left, above| left + above);
    let turn = each(corner, sum, |corner, sum| 3 * corner - sum);
    let below_high = each(high, turn, |high, turn| -i16::from(high > turn));
    let above_low = each(turn, low, |turn, low| -i16::from(turn > low));
    let low = each(low, below_high, |low, is_below| low & !is_below);
    let high = each(high, above_low, |high, is_above| high & !is_above);
    let corner = each(corner, each(below_high, above_low, |a, b| a & b), |corner, is| corner & is);
    each(each(low, high, |low, high| low | high), corner, |one, other| one | other)
}

/// Each sum as a byte: what is beyond 255 begins again at 0.
#[inline(always)]
fn sum(foretold: Lanes, sent: Lanes) -> Lanes {
    each(foretold, sent, |foretold, sent| (foretold + sent) & 0xff)
}

#[inline(always)]
fn each(one: Lanes, other: Lanes, of_both: impl Fn(i16, i16) -> i16) -> Lanes {
    std::array::from_fn(|lane| of_both(one[lane], other[lane]))
}

/// The neighbour that is nearest to left + above − corner; where two are equally near, the first of left, above, corner.
///
/// The corner is nearest while it lies in the middle third between the other two. Closer to one of them, or beyond it,
/// the other one is. Two comparisons tell that, in half the time of three distances.
#[inline]
pub(super) fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let (low, high) = (i32::from(left.min(above)), i32::from(left.max(above)));
    let corner = i32::from(corner);
    let turn = 3 * corner - (low + high);
    let nearest = if high <= turn { low } else { corner };
    let nearest = if turn <= low { high } else { nearest };
    u8::try_from(nearest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PNG 9.4, word by word.
    fn of_the_standard(a: u8, b: u8, c: u8) -> u8 {
        let p = i32::from(a) + i32::from(b) - i32::from(c);
        let [pa, pb, pc] = [a, b, c].map(|neighbour| (p - i32::from(neighbour)).abs());
        if pa <= pb && pa <= pc {
            a
        } else if pb <= pc {
            b
        } else {
            c
        }
    }

    #[test]
    fn the_nearest_neighbour_is_that_of_the_standard() {
        for left in 0..=u8::MAX {
            for above in 0..=u8::MAX {
                for corner in 0..=u8::MAX {
                    let expected = of_the_standard(left, above, corner);
                    assert_eq!(nearest(left, above, corner), expected, "{left} {above} {corner}");
                }
            }
        }
    }

    #[test]
    fn the_nearest_neighbour_of_each_lane_is_that_of_the_standard() {
        for left in 0..=u8::MAX {
            for above in 0..=u8::MAX {
                for first in (0..=u8::MAX).step_by(8) {
                    let corners: [u8; 8] =
                        std::array::from_fn(|lane| first + u8::try_from(lane).unwrap());
                    let lanes = |byte: u8| [i16::from(byte); 8];
                    let found = nearest_of_each(lanes(left), lanes(above), corners.map(i16::from));
                    let expected =
                        corners.map(|corner| i16::from(of_the_standard(left, above, corner)));
                    assert_eq!(found, expected, "{left} {above} {first}");
                }
            }
        }
    }
}
