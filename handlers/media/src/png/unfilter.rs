//! Takes the filter off a row (PNG 9.2): each byte was sent as its difference from what its neighbours foretell.

use super::paeth;
use crate::Refusal;

/// Writes to `row` what was `sent` as differences, given the row above it (zeros above the first) and the bytes of a
/// pixel, 1 to 8. All three are as long.
///
/// # Errors
/// There is no such filter.
pub(super) fn unfilter(
    filter: u8,
    pixel: usize,
    above: &[u8],
    sent: &[u8],
    row: &mut [u8],
) -> Result<(), Refusal> {
    match pixel {
        1 => take_off::<1>(filter, above, sent, row),
        2 => take_off::<2>(filter, above, sent, row),
        3 => take_off::<3>(filter, above, sent, row),
        4 => take_off::<4>(filter, above, sent, row),
        6 => take_off::<6>(filter, above, sent, row),
        _ => take_off::<8>(filter, above, sent, row),
    }
}

fn take_off<const N: usize>(
    filter: u8,
    above: &[u8],
    sent: &[u8],
    row: &mut [u8],
) -> Result<(), Refusal> {
    match filter {
        0 => row.copy_from_slice(sent),
        // Screens are mostly rows like the one above: what is foretold without a difference is that row itself.
        2 | 4 if sent.iter().all(|difference| *difference == 0) => row.copy_from_slice(above),
        1 => each::<N>(above, sent, row, |left, _| left),
        2 => {
            for ((byte, sent), above) in row.iter_mut().zip(sent).zip(above) {
                *byte = sent.wrapping_add(*above);
            }
        }
        3 => each::<N>(above, sent, row, |left, above| {
            (left & above).wrapping_add((left ^ above) >> 1)
        }),
        4 if N == 1 => paeth::take_off_single(above, sent, row),
        4 if N == 3 => paeth::take_off_triple(above, sent, row),
        4 => paeth::take_off::<N>(above, sent, row),
        _ => return Err(Refusal::Damaged("the rows")),
    }
    Ok(())
}

/// Adds to each byte what `foretold` makes of the bytes to its left and above it.
#[inline]
fn each<const N: usize>(
    above: &[u8],
    sent: &[u8],
    row: &mut [u8],
    foretold: impl Fn(u8, u8) -> u8,
) {
    let mut left = [0; N];
    let given = sent.as_chunks::<N>().0.iter().zip(above.as_chunks::<N>().0);
    for (pixel, (sent, above)) in row.as_chunks_mut::<N>().0.iter_mut().zip(given) {
        for index in 0..N {
            pixel[index] = sent[index].wrapping_add(foretold(left[index], above[index]));
        }
        left = *pixel;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_adds_what_its_neighbours_foretell() {
        let above = [10, 20, 30, 40];
        let row = |filter| {
            let mut row = [0; 4];
            unfilter(filter, 2, &above, &[1, 2, 3, 250], &mut row).map(|()| row)
        };
        assert_eq!(row(0), Ok([1, 2, 3, 250]));
        assert_eq!(row(1), Ok([1, 2, 4, 252]));
        assert_eq!(row(2), Ok([11, 22, 33, 34]));
        assert_eq!(row(3), Ok([6, 12, 21, 20]));
        assert_eq!(row(4), Ok([11, 22, 33, 34]));
        assert!(row(5).is_err());
    }

    #[test]
    fn pixels_of_every_size_are_unfiltered_byte_by_byte() {
        for pixel in [1, 2, 3, 4, 6, 8] {
            let bytes = |step: u32| (0..48).map(move |at| u8::try_from(at * step % 251).unwrap());
            let (above, sent): (Vec<u8>, Vec<u8>) = bytes(37).zip(bytes(89)).unzip();
            let mut expected = Vec::new();
            for at in 0..48_usize {
                let neighbours = at
                    .checked_sub(pixel)
                    .map_or((0, 0), |before| (expected[before], above[before]));
                let foretold = paeth::nearest(neighbours.0, above[at], neighbours.1);
                expected.push(sent[at].wrapping_add(foretold));
            }
            let mut row = vec![0; 48];
            unfilter(4, pixel, &above, &sent, &mut row).unwrap();
            assert_eq!(row, expected, "{pixel} bytes");
        }
    }

    #[test]
    fn a_row_without_differences_is_the_row_above() {
        for (pixel, filter) in [(1, 2), (1, 4), (3, 2), (3, 4), (4, 4), (8, 4)] {
            let above: Vec<u8> = (0..48).map(|at| at * 5 % 251).collect();
            let mut row = vec![9; 48];
            unfilter(filter, pixel, &above, &[0; 48], &mut row).unwrap();
            assert_eq!(row, above, "{filter} of {pixel}");
        }
    }
}
