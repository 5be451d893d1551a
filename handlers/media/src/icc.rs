//! A colour profile written anew from what it says about colours (ICC.1:2022).
//!
//! Viewers need primaries, curves and tables. Everything else of a profile is a place for words: makers keep a
//! display's serial number there, its owner's name, the day it was measured. So nothing is copied but the numbers of
//! the tags below, and of the header what changes colours.

mod element;

use crate::limits::MAX_PROFILE_BYTES;

pub(crate) use element::{Curve, curve, xyz};

const HEADER: usize = 128;
const ENTRY: usize = 12;
/// Real profiles have 9 to about 30 tags.
const MAX_TAGS: usize = 100;

/// Tags that say how samples become colours, when a picture is shown.
const COLOUR_TAGS: [[u8; 4]; 14] = [
    *b"wtpt", *b"chad", *b"rXYZ", *b"gXYZ", *b"bXYZ", *b"rTRC", *b"gTRC", *b"bTRC", *b"kTRC",
    *b"A2B0", *b"A2B1", *b"A2B2", *b"cicp", *b"lumi",
];

/// A profile whose header and tag table add up.
#[derive(Clone, Copy)]
pub(crate) struct Profile<'a> {
    bytes: &'a [u8],
    tags: usize,
}

impl<'a> Profile<'a> {
    /// `None` unless the length that the header says is there, the signature is right, and every tag lies inside.
    /// Bytes behind that length are passed over, as viewers do.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let length = u32_at(bytes, 0)?;
        let bytes = bytes.get(..length).filter(|bytes| bytes.len() <= MAX_PROFILE_BYTES)?;
        let tags = u32_at(bytes, HEADER)?;
        if bytes.get(36..40)? != b"acsp" || tags > MAX_TAGS {
            return None;
        }
        let profile = Self { bytes, tags };
        (0..tags).all(|index| profile.tag(index).is_some()).then_some(profile)
    }

    /// `RGB `, `GRAY`, `CMYK` …
    pub(crate) fn space(&self) -> &'a [u8] {
        self.bytes.get(16..20).unwrap_or_default()
    }

    /// The data of a tag, with its type.
    pub(crate) fn find(&self, name: [u8; 4]) -> Option<&'a [u8]> {
        (0..self.tags)
            .filter_map(|index| self.tag(index))
            .find(|(tag, _)| *tag == name)
            .map(|(_, data)| data)
    }

    fn tag(&self, index: usize) -> Option<(&'a [u8], &'a [u8])> {
        let at = HEADER + 4 + index * ENTRY;
        let (offset, size) = (u32_at(self.bytes, at + 4)?, u32_at(self.bytes, at + 8)?);
        let data = self.bytes.get(offset..offset.checked_add(size)?)?;
        (offset >= HEADER).then_some((self.bytes.get(at..at + 4)?, data))
    }

    /// The header with nothing in it but what changes colours: version, class, spaces, intent, illuminant.
    fn header(&self) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        for part in [8..24, 36..40, 64..80] {
            if let (Some(to), Some(from)) = (header.get_mut(part.clone()), self.bytes.get(part)) {
                to.copy_from_slice(from);
            }
        }
        header
    }

    fn is_version_4(&self) -> bool {
        self.bytes.get(8).is_some_and(|version| *version >= 4)
    }
}

/// The same colours in a profile of our own making; `None` where viewers would use none of it.
pub(crate) fn rewritten(profile: &[u8]) -> Option<Vec<u8>> {
    let profile = Profile::read(profile)?;
    let mut elements: Vec<([u8; 4], Vec<u8>)> = element::words(profile.is_version_4()).into();
    for name in COLOUR_TAGS {
        let Some(data) = profile.find(name) else { continue };
        elements.push((name, element::rewritten(data)?));
    }
    let mut table = u32_of(elements.len()).to_vec();
    let mut data: Vec<u8> = Vec::new();
    let data_at = HEADER + 4 + elements.len() * ENTRY;
    // Curves are mostly the same for all colours: tags may share what they point to.
    let mut placed: Vec<(&[u8], usize)> = Vec::new();
    for (name, element) in &elements {
        let known = placed.iter().find(|(other, _)| other == element).map(|(_, at)| *at);
        let at = known.unwrap_or_else(|| {
            let at = data_at + data.len();
            placed.push((element, at));
            data.extend_from_slice(element);
            data.resize(data.len().next_multiple_of(4), 0);
            at
        });
        table.extend_from_slice(name);
        table.extend_from_slice(&u32_of(at));
        table.extend_from_slice(&u32_of(element.len()));
    }
    let mut header = profile.header();
    header[..4].copy_from_slice(&u32_of(data_at + data.len()));
    Some([&header[..], &table, &data].concat())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize)
}

/// No profile is longer than [`MAX_PROFILE_BYTES`], and one of ours is hardly longer than the one that came.
fn u32_of(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::profile;

    #[test]
    fn a_profile_is_known_by_its_length_its_signature_and_its_tags() {
        let good = profile();
        assert!(Profile::read(&good).is_some());
        assert!(Profile::read(b"<script>alert(1)</script>").is_none());
        assert!(Profile::read(&good[..good.len() - 1]).is_none());
        let mut unsigned = good.clone();
        unsigned[36] = b'x';
        assert!(Profile::read(&unsigned).is_none());
        let mut outside = good;
        outside[128 + 4 + 4] = 0x7F;
        assert!(Profile::read(&outside).is_none(), "a tag outside");
    }

    #[test]
    fn what_comes_behind_its_length_is_passed_over() {
        let longer = [profile().as_slice(), b"four bytes and more"].concat();
        assert_eq!(rewritten(&longer), rewritten(&profile()));
        assert!(rewritten(&longer).is_some());
    }

    #[test]
    fn colours_stay_and_words_and_dates_go() {
        let mut came = profile();
        came[24..36].copy_from_slice(b"\x07\xEA\0\x0B\0\x1E\0\x0A\0\x14\0\x05");
        came[48..56].copy_from_slice(b"ACMEXYZ1");
        came[84..100].copy_from_slice(b"sentinel-id-1234");
        let ours = rewritten(&came).unwrap();
        let (before, after) = (Profile::read(&came).unwrap(), Profile::read(&ours).unwrap());
        for name in COLOUR_TAGS {
            assert_eq!(before.find(name), after.find(name), "{}", name.escape_ascii());
        }
        assert_eq!(after.space(), b"RGB ");
        for words in [&b"Example display"[..], b"ACME", b"sentinel", b"\x07\xEA\0\x0B"] {
            assert!(memchr::memmem::find(&ours, words).is_none(), "{}", words.escape_ascii());
        }
        assert_eq!(rewritten(&ours), Some(ours), "ours stays as it is");
    }
}
