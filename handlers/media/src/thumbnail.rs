//! The small picture for lists and timelines, made while the clean one is.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::colour::Colours;
use crate::orientation::Pixels;
use crate::picture::Clean;
use crate::{Kind, Limits, Refusal, jpeg, png, sniff};

/// Of the small picture, in pixels.
pub const LONGEST_SIDE: usize = 320;
const QUALITY: u8 = 80;
/// A profile that is made of tables goes along with the small picture up to this size.
const MOST_PROFILE: usize = 64 * 1024;

/// A small picture, upright and in the colours of sRGB, or of the profile that is with it.
pub(crate) struct Small {
    pixels: Pixels,
    profile: Option<Vec<u8>>,
}

/// Reads the file once, for the clean picture and the small one.
pub(crate) fn clean_and_small(bytes: &[u8], limits: &Limits) -> Result<(Clean, Small), Refusal> {
    match sniff::kind(bytes, limits)? {
        Kind::Jpeg => {
            let layout = jpeg::Layout::read(bytes, limits)?;
            let (pixels, used) = jpeg::decode::small(&layout, LONGEST_SIDE)?;
            let small = Small::of(pixels, layout.colours(), layout.orientation());
            Ok((layout.clean(&used), small))
        }
        Kind::Png => {
            let layout = png::Layout::read(bytes, limits)?;
            let (pixels, end) = layout.small(LONGEST_SIDE)?;
            let small = Small::of(pixels, layout.colours(), layout.orientation());
            Ok((layout.clean(end)?, small))
        }
    }
}

impl Small {
    fn of(mut pixels: Pixels, colours: Colours, orientation: u8) -> Self {
        colours.show(&mut pixels);
        let profile = match colours {
            Colours::Tables(profile) if profile.len() <= MOST_PROFILE => Some(profile),
            _ => None,
        };
        Self { pixels: pixels.upright(orientation), profile }
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, Refusal> {
        const TOO_LARGE: Refusal = Refusal::Unsupported("a size no JPEG can have");
        let width = u16::try_from(self.pixels.width).map_err(|_| TOO_LARGE)?;
        let height = u16::try_from(self.pixels.height).map_err(|_| TOO_LARGE)?;
        let mut bytes = Vec::with_capacity(32 * 1024);
        let mut encoder = Encoder::new(&mut bytes, QUALITY);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        if let Some(profile) = &self.profile {
            encoder.add_icc_profile(profile).map_err(|_| TOO_LARGE)?;
        }
        encoder.encode(&self.pixels.rgb, width, height, ColorType::Rgb).map_err(|_| TOO_LARGE)?;
        Ok(bytes)
    }
}
