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
    /// 25 MiB, 20,000 pixels a side, 100 megapixels, twelve passes over the largest of them.
    fn default() -> Self {
        Self {
            max_bytes: 25 * 1024 * 1024,
            max_side: 20_000,
            max_pixels: 100_000_000,
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
