//! Unpacks the profile of an iCCP chunk (PNG 11.3.2.3), so far as a profile can be large, and packs one.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use crate::Refusal;
use crate::limits::MAX_PROFILE_BYTES;

/// The profile of our making, as it goes into the clean file.
pub(super) fn packed(profile: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = packer.write_all(profile);
    packer.finish().unwrap_or_default()
}

/// The profile unpacked; `None` where it is no whole deflate.
///
/// # Errors
/// It unpacks to more than a profile can be: a bomb.
pub(super) fn read(chunk: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(name_length) = chunk.iter().take(80).position(|byte| *byte == 0) else {
        return Ok(None);
    };
    let Some((0, compressed)) = chunk
        .get(name_length + 1..)
        .and_then(|rest| rest.split_first().map(|(method, compressed)| (*method, compressed)))
    else {
        return Ok(None);
    };
    // Deflate can also say nothing at great length.
    if compressed.len() > MAX_PROFILE_BYTES / 2 {
        return Err(Refusal::TooMuchWork);
    }

    let mut inflate = Decompress::new(true);
    let mut profile = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    loop {
        let (consumed, produced) = (inflate.total_in(), inflate.total_out());
        let rest = usize::try_from(consumed).ok().and_then(|at| compressed.get(at..));
        let status =
            inflate.decompress(rest.unwrap_or_default(), &mut piece, FlushDecompress::None);
        let new = usize::try_from(inflate.total_out() - produced).unwrap_or(0);
        profile.extend_from_slice(piece.get(..new).unwrap_or_default());
        if profile.len() > MAX_PROFILE_BYTES {
            return Err(Refusal::TooMuchWork);
        }
        match status {
            Ok(Status::StreamEnd) => break,
            Ok(_) if new > 0 || inflate.total_in() > consumed => {}
            Ok(_) | Err(_) => return Ok(None),
        }
    }
    Ok(Some(profile))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;
    use crate::testing;

    fn chunk(content: &[u8]) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(b"name\0\0".to_vec(), Compression::best());
        packed.write_all(content).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn what_stands_behind_the_end_of_the_profile_is_cut_off() {
        let good = chunk(&testing::profile());
        let tail = [good.as_slice(), b"a tail"].concat();
        assert_eq!(read(&tail), Ok(Some(testing::profile())));
    }

    #[test]
    fn a_bomb_is_refused_and_what_is_not_whole_is_dropped() {
        assert_eq!(read(&chunk(&vec![0; 8 << 20])), Err(Refusal::TooMuchWork));
        let good = chunk(&testing::profile());
        for length in 0..good.len() {
            assert_eq!(read(&good[..length]), Ok(None), "cut to {length}");
        }
    }
}
