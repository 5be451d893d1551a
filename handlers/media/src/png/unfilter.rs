//! Takes the filter off a row (PNG 9.2): each byte was sent as its difference from what its neighbours foretell.

use crate::Refusal;

/// Makes `row` what it was, given the row above it (zeros above the first) and the bytes of a pixel, 1 to 8.
///
/// # Errors
/// There is no such filter.
pub(super) fn unfilter(
    filter: u8,
    pixel: usize,
    above: &[u8],
    row: &mut [u8],
) -> Result<(), Refusal> {
    match pixel {
        1 => take_off::<1>(filter, above, row),
        2 => take_off::<2>(filter, above, row),
        3 => take_off::<3>(filter, above, row),
        4 => take_off::<4>(filter, above, row),
        6 => take_off::<6>(filter, above, row),
        _ => take_off::<8>(filter, above, row),
    }
}

fn take_off<const N: usize>(filter: u8, above: &[u8], row: &mut [u8]) -> Result<(), Refusal> {
    match filter {
        0 => {}
        1 => each::<N>(above, row, |_, left, _, _| left),
        2 => {
            for (byte, above) in row.iter_mut().zip(above) {
                *byte = byte.wrapping_add(*above);
            }
        }
        3 => each::<N>(above, row, |_, left, above, _| {
            (left & above).wrapping_add((left ^ above) >> 1)
        }),
        4 => each::<N>(above, row, |_, left, above, corner| paeth(left, above, corner)),
        _ => return Err(Refusal::Damaged("the rows")),
    }
    Ok(())
}

/// Adds to each byte what `foretold` makes of the bytes to its left, above it, and above the one to its left.
#[inline]
fn each<const N: usize>(above: &[u8], row: &mut [u8], foretold: impl Fn(u8, u8, u8, u8) -> u8) {
    let (mut left, mut corner) = ([0; N], [0; N]);
    for (pixel, above) in row.as_chunks_mut::<N>().0.iter_mut().zip(above.as_chunks::<N>().0) {
        for index in 0..N {
            let sent = pixel[index];
            pixel[index] =
                sent.wrapping_add(foretold(sent, left[index], above[index], corner[index]));
        }
        (left, corner) = (*pixel, *above);
    }
}

/// The neighbour that is nearest to left + above − corner, in that order where they are equally near.
#[inline]
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (from_a, from_b) = ((b - c).abs(), (a - c).abs());
    let from_c = (a + b - 2 * c).abs();
    if from_a <= from_b && from_a <= from_c {
        left
    } else if from_b <= from_c {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_adds_what_its_neighbours_foretell() {
        let above = [10, 20, 30, 40];
        let row = |filter| {
            let mut row = [1, 2, 3, 250];
            unfilter(filter, 2, &above, &mut row).map(|()| row)
        };
        assert_eq!(row(0), Ok([1, 2, 3, 250]));
        assert_eq!(row(1), Ok([1, 2, 4, 252]));
        assert_eq!(row(2), Ok([11, 22, 33, 34]));
        assert_eq!(row(3), Ok([6, 12, 21, 20]));
        assert_eq!(row(4), Ok([11, 22, 33, 34]));
        assert!(row(5).is_err());
    }
}
