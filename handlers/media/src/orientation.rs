//! The eight ways a camera can have been held: written back as the smallest EXIF there is, or applied to pixels.

/// A TIFF structure that says the orientation and nothing else: 26 bytes.
pub(crate) fn tiff(orientation: u8) -> [u8; 26] {
    let mut tiff = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    tiff[19] = orientation;
    tiff
}

/// Whether a TIFF structure is one that [`tiff`] made.
pub(crate) fn is_alone_in(bytes: &[u8]) -> bool {
    bytes.get(19).is_some_and(|orientation| bytes == tiff(*orientation))
}

/// RGB pixels, three bytes each, row after row.
pub(crate) struct Pixels {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

impl Pixels {
    /// The picture as it is meant to be seen. Anything but 2 to 8 leaves it as it is.
    pub(crate) fn upright(self, orientation: u8) -> Self {
        let (last_x, last_y) = (self.width.saturating_sub(1), self.height.saturating_sub(1));
        // For each pixel of the upright picture, where it stands in the stored one (EXIF 2.32, 4.6.4.A).
        let stored: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
            2 => |x, y, last_x, _| (last_x - x, y),
            3 => |x, y, last_x, last_y| (last_x - x, last_y - y),
            4 => |x, y, _, last_y| (x, last_y - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, _, last_y| (y, last_y - x),
            7 => |x, y, last_x, last_y| (last_x - y, last_y - x),
            8 => |x, y, last_x, _| (last_x - y, x),
            _ => return self,
        };
        let (width, height) =
            if orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) };
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = stored(x, y, last_x, last_y);
                let at = (from_y * self.width + from_x) * 3;
                rgb.extend_from_slice(self.rgb.get(at..at + 3).unwrap_or(&[0; 3]));
            }
        }
        Self { width, height, rgb }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stored form of the upright picture `a b / c d / e f`, for each orientation.
    #[test]
    fn each_of_the_eight_comes_out_upright() {
        let cases: [(u8, usize, &str); 8] = [
            (1, 2, "abcdef"),
            (2, 2, "badcfe"),
            (3, 2, "fedcba"),
            (4, 2, "efcdab"),
            (5, 3, "acebdf"),
            (6, 3, "bdface"),
            (7, 3, "fdbeca"),
            (8, 3, "ecafdb"),
        ];
        for (orientation, width, stored) in cases {
            let rgb = stored.bytes().flat_map(|byte| [byte; 3]).collect();
            let upright = Pixels { width, height: 6 / width, rgb }.upright(orientation);
            let seen: Vec<u8> = upright.rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
            assert_eq!(
                (upright.width, seen.as_slice()),
                (2, &b"abcdef"[..]),
                "orientation {orientation}"
            );
        }
    }

    #[test]
    fn the_smallest_exif_says_only_the_orientation() {
        let read = crate::exif::Exif::read(&tiff(7)).unwrap();
        assert_eq!(read, crate::exif::Exif { orientation: Some(7), ..Default::default() });
    }
}
