//! Cleaning keeps the picture and nothing else.

use super::allow_list::{strangers_in_jpeg, strangers_in_png};
use super::{clean, contains, jpeg_pixels, png_pixels};
use crate::testing::{SENTINELS, Shot, camera_jpeg, cluttered_png, encoded, polyglots, profile};
use crate::{Kind, Limits, Refusal};

fn shots() -> impl Iterator<Item = Shot> {
    [(6, false), (3, true), (1, false)].into_iter().map(|(orientation, progressive)| Shot {
        width: 150,
        height: 100,
        orientation,
        progressive,
    })
}

#[test]
fn nothing_that_was_hidden_survives() {
    let mut found = Vec::new();
    let files = shots().flat_map(|shot| [shot.jpeg(), shot.cluttered_jpeg()]);
    for file in files.chain([cluttered_png(60, 40, 8)]) {
        found.extend(SENTINELS.iter().filter(|sentinel| contains(&file, sentinel)));
        let clean = clean(&file).unwrap().bytes;
        assert!(
            !contains(&clean, "sentinel"),
            "{:?}",
            SENTINELS.iter().find(|s| contains(&clean, s))
        );
        assert!(!contains(&clean, "51.5074") && !contains(&clean, "999 000 0018"));
    }
    assert!(
        SENTINELS.iter().all(|sentinel| found.contains(&sentinel)),
        "each was there to be found"
    );
}

#[test]
fn pixels_stay_what_they_were_to_the_last_bit() {
    for shot in shots() {
        for file in [shot.jpeg(), shot.cluttered_jpeg()] {
            assert!(jpeg_pixels(&file) == jpeg_pixels(&clean(&file).unwrap().bytes), "{shot:?}");
        }
    }
    let png = cluttered_png(60, 40, 6);
    assert!(png_pixels(&png) == png_pixels(&clean(&png).unwrap().bytes));
}

#[test]
fn profile_and_orientation_stay() {
    for orientation in 1..=8 {
        let shot = Shot { width: 64, height: 48, orientation, progressive: false };
        let cleaned = clean(&shot.jpeg()).unwrap();
        assert_eq!(cleaned.inspected.orientation, orientation);
        let again = crate::inspect(&cleaned.bytes, &Limits::default()).unwrap();
        assert_eq!(again.orientation, orientation);
        let mut decoder = jpeg_decoder::Decoder::new(cleaned.bytes.as_slice());
        decoder.decode().unwrap();
        assert_eq!(decoder.icc_profile(), crate::icc::rewritten(&profile()));

        let cleaned = clean(&cluttered_png(20, 10, orientation)).unwrap();
        let again = crate::inspect(&cleaned.bytes, &Limits::default()).unwrap();
        assert_eq!(again.orientation, orientation);
        let reader = png::Decoder::new(std::io::Cursor::new(&cleaned.bytes)).read_info().unwrap();
        assert_eq!(
            reader.info().icc_profile.as_deref(),
            crate::icc::rewritten(&profile()).as_deref()
        );
    }
}

#[test]
fn a_picture_that_says_no_orientation_is_given_none() {
    let cleaned = clean(&encoded(16, 16, |_| ())).unwrap();
    assert_eq!(cleaned.inspected.orientation, 1);
    assert!(!contains(&cleaned.bytes, "Exif"));
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], body].concat()
}

#[test]
fn what_tells_decoders_the_colours_stays() {
    let jfif = encoded(16, 16, |_| ());
    assert!(contains(&clean(&jfif).unwrap().bytes, "JFIF\0"));
    let mut without = jfif.clone();
    without.drain(2..20);
    assert!(!contains(&clean(&without).unwrap().bytes, "JFIF\0"));
    let mut adobe = without;
    adobe.splice(2..2, segment(0xEE, b"Adobe\0\x65\x01\x02\x03\x04\0"));
    assert!(contains(&clean(&adobe).unwrap().bytes, "Adobe\0\x64\0\0\0\0\0"));
    assert!(jpeg_pixels(&adobe) == jpeg_pixels(&clean(&adobe).unwrap().bytes));
}

#[test]
fn what_comes_behind_the_first_scan_changes_nothing() {
    let mut file = encoded(16, 16, |_| ());
    let as_it_was = clean(&file).unwrap().bytes;
    let upside_down = [&b"Exif\0\0"[..], &crate::orientation::tiff(3)].concat();
    let mut late = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0");
    late.extend(segment(0xE1, &upside_down));
    late.extend(segment(0xE2, &[b"ICC_PROFILE\0\x01\x01", profile().as_slice()].concat()));
    let end = file.len() - 2;
    file.splice(end..end, late);
    let cleaned = clean(&file).unwrap();
    assert!(cleaned.bytes == as_it_was);
    assert_eq!(cleaned.inspected.orientation, 1);
}

#[test]
fn a_profile_stays_whole_or_not_at_all() {
    let whole = profile();
    let (one, two) = whole.split_at(200);
    let chunk = |number: u8, count: u8, data: &[u8]| {
        segment(0xE2, &[b"ICC_PROFILE\0", &[number, count][..], data].concat())
    };
    let kept = |chunks: &[Vec<u8>]| {
        let mut file = encoded(16, 16, |_| ());
        file.splice(20..20, chunks.concat());
        let cleaned = clean(&file).unwrap();
        let mut decoder = jpeg_decoder::Decoder::new(cleaned.bytes.as_slice());
        decoder.decode().unwrap();
        assert_eq!(contains(&cleaned.bytes, "ICC_PROFILE"), decoder.icc_profile().is_some());
        decoder.icc_profile()
    };
    let ours = crate::icc::rewritten(&whole);
    assert!(ours.is_some());
    assert_eq!(kept(&[chunk(1, 2, one), chunk(2, 2, two)]), ours);
    assert_eq!(kept(&[chunk(2, 2, two), chunk(1, 2, one)]), ours);
    assert_eq!(kept(&[chunk(1, 1, &whole), chunk(1, 1, &whole)]), ours, "told twice");
    for broken in [
        vec![chunk(1, 2, one)],
        vec![chunk(1, 3, one), chunk(2, 3, two)],
        vec![chunk(0, 2, one), chunk(1, 2, two)],
        vec![chunk(1, 2, one), chunk(1, 2, two)],
        vec![chunk(1, 1, b"<script>")],
    ] {
        assert_eq!(kept(&broken), None);
    }
}

#[test]
fn only_what_is_on_the_list_is_written() {
    for shot in shots() {
        assert_eq!(strangers_in_jpeg(&clean(&shot.cluttered_jpeg()).unwrap().bytes), [""; 0]);
    }
    assert_eq!(strangers_in_png(&clean(&cluttered_png(60, 40, 2)).unwrap().bytes), [""; 0]);
}

#[test]
fn a_clean_picture_stays_as_it_is() {
    for file in shots().map(Shot::cluttered_jpeg).chain([cluttered_png(60, 40, 5)]) {
        let once = clean(&file).unwrap();
        let twice = clean(&once.bytes).unwrap();
        assert!(once.bytes == twice.bytes);
        assert_eq!(twice.removed, crate::Removed::default());
    }
}

#[test]
fn what_was_found_is_known_by_name_and_the_date_by_the_file() {
    let cleaned = clean(&camera_jpeg(80, 60)).unwrap();
    for name in
        ["exif", "gps", "maker-note", "thumbnail", "xmp", "iptc", "mpf", "comment", "trailer"]
    {
        assert!(cleaned.removed.names.contains(&name), "{name}");
    }
    assert!(cleaned.removed.bytes > 500);
    assert_eq!(cleaned.inspected.file_says_taken_at.as_deref(), Some("2026-03-14T09:26:53"));
    assert_eq!((cleaned.inspected.kind, cleaned.inspected.width), (Kind::Jpeg, 80));

    let cleaned = clean(&cluttered_png(30, 20, 1)).unwrap();
    for name in ["exif", "gps", "text", "time", "xmp", "trailer"] {
        assert!(cleaned.removed.names.contains(&name), "{name}");
    }
    assert_eq!(cleaned.inspected.file_says_taken_at.as_deref(), Some("2026-03-14T09:26:53"));
}

#[test]
fn a_file_that_is_two_things_comes_out_as_a_picture_alone() {
    for (name, file) in polyglots() {
        let clean = clean(&file).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        for foreign in
            ["sentinel", "<!doctype", "<svg", "<?php", "%PDF", "PK\x03\x04", "GIF8", "alert("]
        {
            assert!(!contains(&clean.bytes, foreign), "{name}: {foreign}");
        }
        let strangers = match clean.inspected.kind {
            Kind::Jpeg => strangers_in_jpeg(&clean.bytes),
            Kind::Png => strangers_in_png(&clean.bytes),
        };
        assert_eq!(strangers, [""; 0], "{name}");
        super::thumbnail(&clean.bytes).unwrap();
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_or_whole() {
    let shot = Shot { width: 24, height: 16, orientation: 6, progressive: true };
    for file in [shot.cluttered_jpeg(), camera_jpeg(24, 16), cluttered_png(12, 9, 6)] {
        let whole = clean(&file).unwrap().bytes;
        for length in 0..file.len() {
            match clean(&file[..length]) {
                // Cut behind its end: what is left is the whole picture.
                Ok(clean) => assert!(clean.bytes == whole, "cut to {length}"),
                Err(refusal) => assert!(
                    matches!(refusal, Refusal::Empty | Refusal::Truncated),
                    "cut to {length}: {refusal:?}"
                ),
            }
        }
    }
}

#[test]
fn inspecting_says_what_cleaning_says() {
    for file in [camera_jpeg(60, 40), cluttered_png(12, 9, 4)] {
        let inspected = crate::inspect(&file, &Limits::default()).unwrap();
        assert_eq!(clean(&file).unwrap().inspected, inspected);
    }
}
