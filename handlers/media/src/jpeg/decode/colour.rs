//! What the components mean, and rows of them as RGB.

use super::planes::Plane;
use crate::jpeg::Layout;

/// How components become colours. Decided as libjpeg and browsers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    Grey,
    Rgb,
    YCbCr,
    /// Four inks, stored inverted: Adobe's programs write them so, and browsers take every file for one of theirs.
    Cmyk,
    /// The same, with the first three as `YCbCr`.
    Ycck,
}

impl Colours {
    fn of(layout: &Layout<'_>) -> Self {
        let components = layout.frame.components.as_slice();
        let ids = components.iter().map(|component| component.id);
        match (components.len(), layout.adobe) {
            (1, _) => Self::Grey,
            (3, _) if layout.jfif => Self::YCbCr,
            (3, Some(0)) => Self::Rgb,
            (3, None) if ids.eq(*b"RGB") => Self::Rgb,
            (3, _) => Self::YCbCr,
            (_, Some(2)) => Self::Ycck,
            (_, _) => Self::Cmyk,
        }
    }
}

/// Makes rows of RGB from rows of samples.
pub(super) struct Rows {
    colours: Colours,
    /// The samples of one row, each component as wide as the widest.
    wide: [Vec<u8>; 4],
    rgb: Vec<u8>,
}

impl Rows {
    pub(super) fn new(layout: &Layout<'_>) -> Self {
        Self { colours: Colours::of(layout), wide: Default::default(), rgb: Vec::new() }
    }

    /// Row `y` of the picture, `width` pixels of three bytes.
    pub(super) fn row(&mut self, planes: &[Plane], y: usize, width: usize) -> &[u8] {
        let most = |factor: fn(&Plane) -> usize| planes.iter().map(factor).max().unwrap_or(1);
        let (most_across, most_down) = (most(|plane| plane.across), most(|plane| plane.down));
        for (wide, plane) in self.wide.iter_mut().zip(planes) {
            let each = most_across / plane.across;
            wide.clear();
            for sample in plane.row(y * plane.down / most_down).iter().take(width.div_ceil(each)) {
                wide.extend(std::iter::repeat_n(*sample, each));
            }
            wide.resize(width, 0);
        }
        self.rgb.clear();
        let [first, second, third, fourth] = &self.wide;
        let colours =
            first.iter().zip(second).zip(third).map(|((one, two), three)| [*one, *two, *three]);
        let inks = colours.clone().zip(fourth);
        match self.colours {
            Colours::Grey => self.rgb.extend(first.iter().flat_map(|grey| [*grey; 3])),
            Colours::Rgb => self.rgb.extend(colours.flatten()),
            Colours::YCbCr => self.rgb.extend(colours.flat_map(rgb_of)),
            Colours::Cmyk => {
                self.rgb.extend(inks.flat_map(|(light, black)| inked(light, *black)));
            }
            // Stands for inks, which are the complement of light, and is inverted like CMYK.
            Colours::Ycck => {
                self.rgb.extend(
                    inks.flat_map(|(ycc, black)| inked(rgb_of(ycc).map(|ink| !ink), *black)),
                );
            }
        }
        &self.rgb
    }
}

/// ITU-R BT.601 as JFIF uses it, in 16-bit fixed point.
fn rgb_of([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    [y + 91_881 * cr, y - 22_554 * cb - 46_802 * cr, y + 116_130 * cb]
        .map(|value| u8::try_from(((value + (1 << 15)) >> 16).clamp(0, 255)).unwrap_or(0))
}

/// Light left by three inks and black, each given as the light it lets through.
fn inked(light: [u8; 3], black: u8) -> [u8; 3] {
    light.map(|value| u8::try_from(u16::from(value) * u16::from(black) / 255).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_the_colour_space_come_out_right() {
        assert_eq!(rgb_of([255, 128, 128]), [255; 3]);
        assert_eq!(rgb_of([0, 128, 128]), [0; 3]);
        assert_eq!(rgb_of([76, 85, 255]), [254, 0, 0]);
        assert_eq!(rgb_of([29, 255, 107]), [0, 0, 254]);
    }
}
