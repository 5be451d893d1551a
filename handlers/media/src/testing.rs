//! Files for tests, made here: photos that carry what cameras put into them, and files that mean harm.
//!
//! Behind the feature `testing`, for the tests and benches of other crates too. Nothing here is random: the same call
//! gives the same bytes.

mod camera;
mod exif;
mod hostile;
mod jpeg_parts;
mod png_parts;
mod polyglots;
mod profile;
mod scene;

pub use camera::{Shot, camera_jpeg};
pub use hostile::hostile_files;
pub use png_parts::cluttered_png;
pub use polyglots::polyglots;
pub use profile::profile;
pub use scene::{encoded, scene};

/// What these files hide outside their pixels. None of it may be in a cleaned file.
pub const SENTINELS: [&str; 18] = [
    "sentinel-artist",
    "sentinel-gps-area",
    "sentinel-maker-note",
    "sentinel-thumbnail",
    "sentinel-xmp",
    "sentinel-extended-xmp",
    "sentinel-iptc",
    "sentinel-mpf",
    "sentinel-jfxx",
    "sentinel-application",
    "sentinel-comment",
    "sentinel-between",
    "sentinel-late",
    "sentinel-unused-table",
    "sentinel-motion-photo",
    "sentinel-text",
    "sentinel-profile-name",
    "sentinel-behind-rows",
];

/// Numbers that look random and are not (xorshift64*).
pub struct Seeded(u64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.number() >> 33).unwrap_or(0) % bound
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        self.number().to_be_bytes()[0]
    }
}

/// Changes `bytes` in one to eight places: other bytes, missing, repeated or swapped ranges.
pub fn mutate(bytes: &mut Vec<u8>, seeded: &mut Seeded) {
    const TELLING: [u8; 12] = [0, 1, 0x7F, 0x80, 0xC0, 0xC2, 0xC4, 0xD0, 0xD9, 0xDA, 0xDB, 0xFF];
    for _ in 0..=seeded.below(8) {
        if bytes.len() < 2 {
            return;
        }
        let at = seeded.below(bytes.len());
        let length = (1 + seeded.below(64)).min(bytes.len() - at);
        match seeded.below(6) {
            0 => bytes[at] = seeded.byte(),
            1 | 2 => bytes[at] = TELLING[seeded.below(TELLING.len())],
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let again = bytes[at..at + length].to_vec();
                bytes.splice(at..at, again);
            }
            _ => bytes.truncate(bytes.len() - length.min(bytes.len() / 2)),
        }
    }
}
