//! What the components mean, and rows of them as RGB.

use super::planes::Plane;
use crate::jpeg::Layout;

/// How components become colours. Decided as libjpeg and browsers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    Grey,
    Rgb,
    YCbCr,
    /// Four inks, stored inverted by Adobe's programs, which are the ones that write them.
    Cmyk {
        inverted: bool,
    },
    /// The same, with the first three as `YCbCr`.
    Ycck,
}

impl Colours {
    pub(super) fn of(layout: &Layout<'_>) -> Self {
        let components = layout.frame.components.as_slice();
        let ids = components.iter().map(|component| component.id);
        match (components.len(), layout.adobe) {
            (1, _) => Self::Grey,
            (3, _) if layout.jfif => Self::YCbCr,
            (3, Some(0)) => Self::Rgb,
            (3, None) if ids.eq(*b"RGB") => Self::Rgb,
            (3, _) => Self::YCbCr,
            (_, Some(2)) => Self::Ycck,
            (_, adobe) => Self::Cmyk { inverted: adobe.is_some() },
        }
    }

    /// Replaces `rgb` by row `y` of the picture, `width` pixels.
    pub(super) fn row(self, planes: &[Plane], y: usize, width: usize, rgb: &mut Vec<u8>) {
        rgb.clear();
        let most = |factor: fn(&Plane) -> usize| planes.iter().map(factor).max().unwrap_or(1);
        let (most_across, most_down) = (most(|plane| plane.across), most(|plane| plane.down));
        let mut rows: [(&[u8], usize); 4] = [(&[], 1); 4];
        for (row, plane) in rows.iter_mut().zip(planes) {
            *row = (plane.row(y * plane.down / most_down), most_across / plane.across);
        }
        let sample = |component: usize, x: usize| -> u8 {
            let (row, each) = rows[component & 3];
            row.get(x / each).copied().unwrap_or(0)
        };
        for x in 0..width {
            let first = sample(0, x);
            let pixel = match self {
                Self::Grey => [first; 3],
                Self::Rgb => [first, sample(1, x), sample(2, x)],
                Self::YCbCr => rgb_of(first, sample(1, x), sample(2, x)),
                Self::Cmyk { inverted: true } => {
                    inked([first, sample(1, x), sample(2, x)], sample(3, x))
                }
                Self::Cmyk { inverted: false } => {
                    inked([!first, !sample(1, x), !sample(2, x)], !sample(3, x))
                }
                Self::Ycck => {
                    // Stands for inks, which are the complement of light, and is inverted like CMYK.
                    let inks = rgb_of(first, sample(1, x), sample(2, x));
                    inked(inks.map(|value| !value), sample(3, x))
                }
            };
            rgb.extend_from_slice(&pixel);
        }
    }
}

/// ITU-R BT.601 as JFIF uses it, in 16-bit fixed point.
fn rgb_of(y: u8, cb: u8, cr: u8) -> [u8; 3] {
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
        assert_eq!(rgb_of(255, 128, 128), [255; 3]);
        assert_eq!(rgb_of(0, 128, 128), [0; 3]);
        assert_eq!(rgb_of(76, 85, 255), [254, 0, 0]);
        assert_eq!(rgb_of(29, 255, 107), [0, 0, 254]);
    }
}
