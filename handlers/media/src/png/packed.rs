//! Unpacks the rows for the sake of their end: what stands behind it in the same chunks is no part of the picture.

use flate2::{Decompress, FlushDecompress, Status};

use crate::Refusal;

/// How many bytes of `rows` are the compressed rows, which unpack to `unpacked` bytes. Keeps none of them.
///
/// # Errors
/// They end early, go on for longer, or are no deflate.
pub(super) fn length(rows: &[&[u8]], unpacked: u64) -> Result<u64, Refusal> {
    const DAMAGED: Refusal = Refusal::Damaged("the rows");
    let mut inflate = Decompress::new(true);
    let mut window = vec![0; 32 * 1024];
    for mut rest in rows.iter().copied() {
        while !rest.is_empty() {
            let (consumed, produced) = (inflate.total_in(), inflate.total_out());
            let status = inflate.decompress(rest, &mut window, FlushDecompress::None);
            let status = status.map_err(|_| DAMAGED)?;
            if inflate.total_out() > unpacked {
                return Err(DAMAGED);
            }
            if status == Status::StreamEnd {
                let whole = inflate.total_out() == unpacked;
                return if whole { Ok(inflate.total_in()) } else { Err(Refusal::Truncated) };
            }
            let taken = usize::try_from(inflate.total_in() - consumed).unwrap_or(usize::MAX);
            if taken == 0 && inflate.total_out() == produced {
                return Err(DAMAGED);
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
    }
    Err(Refusal::Truncated)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn packed() -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        for number in 0..40_000_u32 {
            packer.write_all(&(number * number).to_be_bytes()).unwrap();
        }
        packer.finish().unwrap()
    }

    #[test]
    fn the_end_is_found_wherever_the_chunks_are_cut() {
        let whole = packed();
        let with_tail = [whole.as_slice(), b"a tail that hides something"].concat();
        for cut in [1, 2, 7, 1000, whole.len() - 1, whole.len(), whole.len() + 3] {
            let (one, two) = with_tail.split_at(cut);
            assert_eq!(length(&[one, b"", two], 160_000), Ok(whole.len() as u64), "cut at {cut}");
        }
    }

    #[test]
    fn rows_that_are_not_as_many_as_the_header_says_are_refused() {
        let whole = packed();
        assert_eq!(length(&[&whole], 160_001), Err(Refusal::Truncated));
        assert_eq!(length(&[&whole], 159_999), Err(Refusal::Damaged("the rows")));
        assert_eq!(length(&[&whole[..whole.len() - 1]], 160_000), Err(Refusal::Truncated));
        let mut wrong_sum = whole;
        *wrong_sum.last_mut().unwrap() ^= 1;
        assert_eq!(length(&[&wrong_sum], 160_000), Err(Refusal::Damaged("the rows")));
    }
}
