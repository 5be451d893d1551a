//! Pictures to measure with, made here: the same pixels every time.

use std::io;

use jpeg_encoder::{ColorType as JpegColours, Encoder, SamplingFactor};
use media::testing::{self, Seeded, Shot};
use png::{BitDepth, ColorType, Compression, Filter};

const WIDTH: usize = 4000;
const HEIGHT: usize = 3000;

/// Each with the class that the bench judges it by, and a name.
pub fn photos() -> io::Result<Vec<(&'static str, &'static str, Vec<u8>)>> {
    let pixels = photo();
    let rgba: Vec<u8> =
        pixels.as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
    let grey: Vec<u8> = pixels.as_chunks::<3>().0.iter().map(|[_, green, _]| *green).collect();
    let grained = Shot { width: 4000, height: 3000, orientation: 6, progressive: false };
    Ok(vec![
        ("png", "12 MP photo, PNG", png(&pixels, ColorType::Rgb, Filter::Adaptive)?),
        (
            "png",
            "12 MP photo, PNG filtered by one rule",
            png(&pixels, ColorType::Rgb, Filter::Paeth)?,
        ),
        ("palette", "12 MP photo, PNG with a palette", palette_png(&pixels)?),
        ("jpeg", "12 MP photo, JPEG", jpeg(&pixels)?),
        ("jpeg", "12 MP photo with much grain, JPEG", grained.jpeg()),
        ("told", "12 MP photo, progressive", Shot { progressive: true, ..grained }.jpeg()),
        ("told", "12 MP photo, PNG with alpha", png(&rgba, ColorType::Rgba, Filter::Paeth)?),
        ("told", "12 MP photo, grey PNG", png(&grey, ColorType::Grayscale, Filter::Adaptive)?),
        ("told", "2 MP screen, PNG", testing::cluttered_png(1170, 1800, 1)),
    ])
}

fn png(pixels: &[u8], colours: ColorType, filter: Filter) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4000, 3000);
    encoder.set_color(colours);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(filter);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(bytes)
}

/// In 216 colours, each pixel rounded up or down by chance.
fn palette_png(pixels: &[u8]) -> io::Result<Vec<u8>> {
    let mut seeded = Seeded::new(216);
    let indices: Vec<u8> = pixels
        .as_chunks::<3>()
        .0
        .iter()
        .map(|pixel| {
            let up = seeded.below(51);
            let index = pixel
                .iter()
                .fold(0, |index, sample| index * 6 + (usize::from(*sample) + up).min(255) / 51);
            u8::try_from(index).unwrap_or(0)
        })
        .collect();
    let level = |index: u8| index * 51;
    let palette: Vec<u8> = (0..216_u8)
        .flat_map(|index| [level(index / 36), level(index / 6 % 6), level(index % 6)])
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4000, 3000);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::NoFilter);
    encoder.write_header()?.write_image_data(&indices)?;
    Ok(bytes)
}

fn jpeg(pixels: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(pixels, 4000, 3000, JpegColours::Rgb).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Large shapes, smaller ones, texture, and the noise of a sensor.
fn photo() -> Vec<u8> {
    let mut seeded = Seeded::new(12);
    let brightness = [(512, 110), (128, 60), (32, 24), (8, 10)]
        .map(|(size, height)| Relief::new(size, height, &mut seeded));
    let tints = [700, 500, 300].map(|size| Relief::new(size, 60, &mut seeded));
    let part = |seeded: &mut Seeded| i32::try_from(seeded.below(6)).unwrap_or(0);
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let light: i32 = brightness.iter().map(|relief| relief.at(x, y)).sum();
            for tint in &tints {
                // Two of them added are mostly near nothing, as noise is.
                let noise = part(&mut seeded) - part(&mut seeded);
                let sample = 20 + light + tint.at(x, y) + noise;
                pixels.push(u8::try_from(sample.clamp(0, 255)).unwrap_or(0));
            }
        }
    }
    pixels
}

/// Heights at the corners of squares, and slopes between them.
struct Relief {
    size: usize,
    across: usize,
    heights: Vec<i32>,
}

impl Relief {
    fn new(size: usize, height: usize, seeded: &mut Seeded) -> Self {
        let (across, down) = (WIDTH / size + 2, HEIGHT / size + 2);
        let mut corner = || i32::try_from(seeded.below(height)).unwrap_or(0);
        let heights = (0..across * down).map(|_| corner()).collect();
        Self { size, across, heights }
    }

    fn at(&self, x: usize, y: usize) -> i32 {
        let corner = y / self.size * self.across + x / self.size;
        let part = |at: usize| i32::try_from(at % self.size).unwrap_or(0);
        let size = i32::try_from(self.size).unwrap_or(1);
        let height = |at: usize| self.heights.get(at).copied().unwrap_or(0);
        let between = |left: i32, right: i32| left * (size - part(x)) + right * part(x);
        let above = between(height(corner), height(corner + 1));
        let below = between(height(corner + self.across), height(corner + self.across + 1));
        (above * (size - part(y)) + below * part(y)) / (size * size)
    }
}
