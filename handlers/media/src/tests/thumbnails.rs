//! A thumbnail is small, upright, and looks like its picture.

use super::{clean, jpeg_pixels, thumbnail};
use crate::testing::{SENTINELS, Shot, camera_jpeg, cluttered_png, encoded};
use crate::{LONGEST_SIDE, Limits};

/// The colour in each corner of an upright picture, in the order of reading.
fn corners((width, height, rgb): &(u16, u16, Vec<u8>)) -> [[u8; 3]; 4] {
    let (width, height) = (usize::from(*width), usize::from(*height));
    let (right, low) = (width - width / 8, height - height / 8);
    [(width / 8, height / 8), (right, height / 8), (width / 8, low), (right, low)].map(|(x, y)| {
        let at = (y * width + x) * 3;
        rgb[at..at + 3].try_into().unwrap()
    })
}

fn name([r, g, b]: [u8; 3]) -> char {
    match (r > 128, g > 128, b > 128) {
        (true, false, false) => 'r',
        (false, true, false) => 'g',
        (false, false, true) => 'b',
        (true, true, true) => 'w',
        _ => '?',
    }
}

/// Stored corners are `r g / b w`; this is how each orientation means them to be seen.
const SEEN: [(u8, &str); 8] = [
    (1, "rgbw"),
    (2, "grwb"),
    (3, "wbgr"),
    (4, "bwrg"),
    (5, "rbgw"),
    (6, "brwg"),
    (7, "wgbr"),
    (8, "gwrb"),
];

#[test]
fn all_eight_orientations_come_out_upright() {
    for (orientation, expected) in SEEN {
        for progressive in [false, true] {
            let shot = Shot { width: 700, height: 500, orientation, progressive };
            let small = jpeg_pixels(&thumbnail(&clean(&shot.jpeg()).unwrap().bytes).unwrap());
            let size = if orientation < 5 { (320, 229) } else { (229, 320) };
            assert_eq!((small.0, small.1), size, "orientation {orientation}");
            assert_eq!(
                corners(&small).map(name),
                *expected.chars().collect::<Vec<_>>(),
                "{shot:?}"
            );
        }
        let small = jpeg_pixels(&thumbnail(&cluttered_png(400, 200, orientation)).unwrap());
        assert_eq!(
            corners(&small).map(name),
            *expected.chars().collect::<Vec<_>>(),
            "PNG {orientation}"
        );
    }
}

#[test]
fn a_thumbnail_carries_no_metadata_even_of_a_file_that_was_not_cleaned() {
    let small = thumbnail(&camera_jpeg(900, 600)).unwrap();
    for hidden in SENTINELS.into_iter().chain(["Exif", "ICC_PROFILE"]) {
        assert!(!super::contains(&small, hidden), "{hidden}");
    }
    assert_eq!(crate::inspect(&small, &Limits::default()).unwrap().orientation, 1);
}

#[test]
fn no_side_is_longer_than_the_longest_and_none_is_lost() {
    for (width, height) in
        [(1, 1), (7, 3), (320, 1), (321, 320), (2559, 9), (9, 2561), (4000, 1), (641, 640)]
    {
        let (w, h, _) = jpeg_pixels(&thumbnail(&encoded(width, height, |_| ())).unwrap());
        let longest = usize::from(width.max(height)).min(LONGEST_SIDE);
        assert_eq!(usize::from(w.max(h)), longest, "{width} × {height}");
        let shape = f64::from(width) / f64::from(height) * f64::from(h);
        assert!(
            (shape - f64::from(w)).abs() <= shape.max(1.0) / f64::from(h) + 1.0,
            "{width} × {height}: {w} × {h}"
        );
    }
}

#[test]
fn pixels_that_end_early_are_refused_though_the_structure_is_whole() {
    let mut jpeg = encoded(600, 400, |_| ());
    let end = jpeg.len() - 2;
    jpeg.drain(end - 3000..end);
    assert_eq!(thumbnail(&jpeg), Err(crate::Refusal::Truncated));
}
