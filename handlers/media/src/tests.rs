//! What the crate promises, tried on whole files.

mod allow_list;
mod cleaning;
mod decoding;
mod hostility;
mod refining;
mod thumbnails;

use crate::{Clean, Limits, Refusal};

fn clean(bytes: &[u8]) -> Result<Clean, Refusal> {
    crate::clean(bytes, &Limits::default())
}

fn thumbnail(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    crate::thumbnail(bytes, &Limits::default())
}

/// Pixels by another decoder: width, height, samples.
fn jpeg_pixels(jpeg: &[u8]) -> (u16, u16, Vec<u8>) {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let samples = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    (info.width, info.height, samples)
}

fn png_pixels(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut samples).unwrap();
    samples
}

fn contains(bytes: &[u8], needle: &str) -> bool {
    memchr::memmem::find(bytes, needle.as_bytes()).is_some()
}
