//! Which bytes of a scan belong to its blocks: the others are no part of the picture.

use std::ops::Range;

/// Ascending ranges of a scan's data, a restart marker with the interval that it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Used {
    ranges: Vec<Range<usize>>,
}

impl Used {
    /// All of a scan that was not read.
    pub(super) fn all(data: &[u8]) -> Self {
        let mut used = Self::default();
        used.add(0..data.len());
        used
    }

    /// The next range, which begins at or behind the end of the one before.
    pub(super) fn add(&mut self, range: Range<usize>) {
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    /// The bytes of `data` that belong to blocks.
    pub(crate) fn pieces<'d>(&self, data: &'d [u8]) -> impl Iterator<Item = &'d [u8]> {
        self.ranges.iter().filter_map(|range| data.get(range.clone()))
    }
}
