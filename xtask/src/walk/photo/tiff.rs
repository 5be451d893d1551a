//! EXIF: the TIFF structure inside, as far as it gives somebody away.

use super::contents::Contents;

const ORIENTATION: u16 = 0x0112;
const EXIF_FOLDER: u16 = 0x8769;
const GPS_FOLDER: u16 = 0x8825;
const MAKER_NOTE: u16 = 0x927c;

/// Adds to `contents` what the block tells.
pub fn look_through(block: &[u8], contents: &mut Contents) {
    let Some(tiff) = Tiff::open(block) else {
        contents.private.insert("camera");
        return;
    };
    let Some(first) = tiff.long(4).and_then(|at| tiff.folder(at)) else { return };
    for entry in &first.entries {
        match entry.tag {
            ORIENTATION => {
                // One SHORT, left-aligned in the four bytes of the value.
                let value = tiff.short(entry.value_at).and_then(|value| u8::try_from(value).ok());
                contents.orientation = value.filter(|v| (1..=8).contains(v)).unwrap_or(1);
            }
            GPS_FOLDER => _ = contents.private.insert("gps"),
            EXIF_FOLDER => {
                contents.private.insert("camera");
                let folder = tiff.long(entry.value_at).and_then(|at| tiff.folder(at));
                let is_note = |entry: &Entry| entry.tag == MAKER_NOTE;
                if folder.is_some_and(|folder| folder.entries.iter().any(is_note)) {
                    contents.private.insert("maker's data");
                }
            }
            _ => _ = contents.private.insert("camera"),
        }
    }
    if first.next != 0 {
        contents.private.insert("thumbnail");
    }
}

struct Tiff<'a> {
    block: &'a [u8],
    is_big_endian: bool,
}

struct Folder {
    entries: Vec<Entry>,
    /// Offset of the next folder; 0 for none.
    next: usize,
}

struct Entry {
    tag: u16,
    value_at: usize,
}

impl<'a> Tiff<'a> {
    fn open(block: &'a [u8]) -> Option<Self> {
        let is_big_endian = match block.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { block, is_big_endian })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.block.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian {
            u16::from_be_bytes(*bytes)
        } else {
            u16::from_le_bytes(*bytes)
        })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = self.block.get(at..)?.first_chunk()?;
        let value = if self.is_big_endian {
            u32::from_be_bytes(*bytes)
        } else {
            u32::from_le_bytes(*bytes)
        };
        usize::try_from(value).ok()
    }

    fn folder(&self, at: usize) -> Option<Folder> {
        let count = usize::from(self.short(at)?);
        let entry = |index: usize| {
            let at = at + 2 + index * 12;
            Some(Entry { tag: self.short(at)?, value_at: at + 8 })
        };
        let entries = (0..count).map_while(entry).collect();
        Some(Folder { entries, next: self.long(at + 2 + count * 12).unwrap_or(0) })
    }
}
