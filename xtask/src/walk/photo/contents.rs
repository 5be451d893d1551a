//! What a picture file tells besides its pixels.

use std::collections::BTreeSet;

use super::{jpeg, png};

/// The tell-tale parts of a file, named for people.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub private: BTreeSet<&'static str>,
    /// 1 where the file does not say.
    pub orientation: u8,
}

impl Contents {
    pub fn of(bytes: &[u8]) -> Self {
        let mut contents = Self { orientation: 1, ..Self::default() };
        if jpeg::is_jpeg(bytes) {
            jpeg::look_through(bytes, &mut contents);
        } else {
            png::look_through(bytes, &mut contents);
        }
        contents
    }
}
