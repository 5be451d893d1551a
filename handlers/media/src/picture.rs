//! What is known about a picture, and what was taken out of it.

/// The kinds that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Jpeg,
    Png,
}

impl Kind {
    /// The media type, as in a `Content-Type` header.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// The usual ending of a file name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// What the structure of a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    pub kind: Kind,
    /// Columns as stored, before `orientation` is applied.
    pub width: u32,
    /// Rows as stored, before `orientation` is applied.
    pub height: u32,
    /// How to turn it upright: EXIF tag 0x0112, 1 to 8. 1 where the file says nothing usable.
    pub orientation: u8,
    /// EXIF `DateTimeOriginal` as `YYYY-MM-DDThh:mm:ss`, in whatever zone the camera was set to. Only a real date.
    pub file_says_taken_at: Option<String>,
}

/// What a cleaning took out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Names of what was found and dropped, each once, in the order of the file: `exif`, `gps`, `xmp`, `trailer` …
    pub names: Vec<&'static str>,
    /// How many pieces (segments, chunks, runs of stray bytes) were dropped.
    pub pieces: u32,
    /// How many bytes they had.
    pub bytes: u64,
}

impl Removed {
    pub(crate) fn add(&mut self, name: &'static str, bytes: usize) {
        self.name(name);
        self.pieces = self.pieces.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// Names a part of a piece that is counted already, such as the position inside EXIF.
    pub(crate) fn name(&mut self, name: &'static str) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }
}

/// A picture without anything but its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    pub bytes: Vec<u8>,
    /// Of the file as it came: `file_says_taken_at` is no longer in `bytes`.
    pub inspected: Inspected,
    pub removed: Removed,
}
