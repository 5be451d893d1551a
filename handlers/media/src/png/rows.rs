//! Unpacks a PNG row by row into a shrinking picture: never more than a few rows are in memory.

use std::io::Cursor;

use png::{ColorType, Decoder, Transformations};

use super::Layout;
use crate::Refusal;
use crate::shrink::Shrink;

/// Rows of the decoder and its window; the largest row allowed has 160 KB.
const DECODER_BYTES: usize = 8 * 1024 * 1024;

/// Feeds every row of `file`, which `layout` was read from, to `shrink`. Transparent parts are shown on white.
pub(crate) fn shrink(file: &[u8], layout: &Layout<'_>, shrink: &mut Shrink) -> Result<(), Refusal> {
    const DAMAGED: Refusal = Refusal::Damaged("the rows");
    let limits = png::Limits { bytes: DECODER_BYTES };
    let mut decoder = Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|_| DAMAGED)?;
    let (colour, _) = reader.output_color_type();

    let mut rgb = Vec::with_capacity(layout.header().width as usize * 3);
    let header = layout.header();
    for pass in header.passes() {
        for y in (pass.y..header.height).step_by(pass.down as usize) {
            let row = reader.next_interlaced_row().map_err(|_| DAMAGED)?.ok_or(DAMAGED)?;
            rgb.clear();
            on_white(colour, row.data(), &mut rgb);
            shrink.add_row(y as usize, pass.x as usize, pass.across as usize, &rgb);
        }
    }
    Ok(())
}

/// Appends the pixels of a row of 8-bit samples as RGB.
fn on_white(colour: ColorType, row: &[u8], rgb: &mut Vec<u8>) {
    let over = |sample: u8, alpha: u8| {
        let (sample, alpha) = (u32::from(sample), u32::from(alpha));
        u8::try_from((sample * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
    };
    match colour {
        ColorType::Rgb => rgb.extend_from_slice(row),
        ColorType::Grayscale => rgb.extend(row.iter().flat_map(|grey| [*grey; 3])),
        ColorType::GrayscaleAlpha => {
            rgb.extend(row.as_chunks().0.iter().flat_map(|&[grey, alpha]| [over(grey, alpha); 3]));
        }
        ColorType::Rgba => rgb.extend(
            row.as_chunks().0.iter().flat_map(|&[r, g, b, a]| [over(r, a), over(g, a), over(b, a)]),
        ),
        // Expanded by the transformation asked for.
        ColorType::Indexed => {}
    }
}
