//! PNG (third edition, §5): chunks, and what follows IEND.

use super::contents::Contents;
use super::tiff;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

pub fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// The chunks that pixels are made from. Bit-identical chunks are bit-identical pixels.
pub fn pixel_chunks(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    for chunk in Chunks::of(bytes)? {
        if matches!(&chunk.kind, b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT") {
            kept.extend(chunk.data);
        }
    }
    Some(kept)
}

/// Adds to `contents` what the file tells.
pub fn look_through(bytes: &[u8], contents: &mut Contents) {
    let Some(mut chunks) = Chunks::of(bytes) else { return };
    let mut has_end = false;
    for chunk in &mut chunks {
        let name = match &chunk.kind {
            b"IEND" => {
                has_end = true;
                break;
            }
            b"eXIf" => {
                tiff::look_through(chunk.data, contents);
                continue;
            }
            b"tEXt" | b"zTXt" | b"iTXt" => "text",
            b"tIME" => "time",
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"iCCP" | b"sRGB" | b"gAMA" | b"cHRM"
            | b"sBIT" | b"cICP" | b"mDCV" | b"cLLI" | b"bKGD" | b"pHYs" => continue,
            _ => "maker's data",
        };
        contents.private.insert(name);
    }
    if !has_end {
        contents.private.insert("no end marker");
    } else if !chunks.rest.is_empty() {
        contents.private.insert("after the end");
    }
}

struct Chunks<'a> {
    rest: &'a [u8],
}

struct Chunk<'a> {
    kind: [u8; 4],
    data: &'a [u8],
}

impl<'a> Chunks<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        bytes.strip_prefix(SIGNATURE).map(|rest| Self { rest })
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (length, rest) = self.rest.split_first_chunk()?;
        let (kind, rest) = rest.split_first_chunk()?;
        let (data, rest) =
            rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        self.rest = rest.split_at_checked(4)?.1; // the checksum
        Some(Chunk { kind: *kind, data })
    }
}
