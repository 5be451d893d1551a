//! How large a picture may be. Checked against its headers, before any work is done.

use crate::Refusal;

/// Upper bounds, all inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the file.
    pub max_bytes: u64,
    /// Longest side in pixels.
    pub max_side: u32,
    /// Width × height.
    pub max_pixels: u64,
    /// Pixels × passes over them: scans of a JPEG, bytes per pixel of an unpacked PNG. A progressive file may ask
    /// for any number of passes, and a decode in progress cannot be interrupted.
    pub max_scan_pixels: u64,
}

impl Default for Limits {
    /// 25 MiB, the longest side that browsers show, 200 megapixels (phones have sensors of 108 and 200), and as many
    /// passes as a progressive picture of 108 megapixels usually has.
    fn default() -> Self {
        Self {
            max_bytes: 25 * 1024 * 1024,
            max_side: 65_500,
            max_pixels: 200_000_000,
            max_scan_pixels: 1_200_000_000,
        }
    }
}

/// A colour profile larger than this is not one that a camera or phone writes.
pub(crate) const MAX_PROFILE_BYTES: usize = 4 * 1024 * 1024;

impl Limits {
    pub(crate) fn allow(&self, width: u32, height: u32) -> Result<(), Refusal> {
        let pixels = u64::from(width) * u64::from(height);
        if width > self.max_side || height > self.max_side || pixels > self.max_pixels {
            return Err(Refusal::TooManyPixels { width, height });
        }
        Ok(())
    }
}
