//! Files that mean harm, and files that chance has damaged.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::allow_list::{strangers_in_jpeg, strangers_in_png};
use super::{clean, contains, thumbnail};
use crate::testing::{Seeded, Shot, camera_jpeg, cluttered_png, encoded, hostile_files, mutate};
use crate::{Kind, Limits, OtherKind, Refusal};

/// Far above what is allowed: the bar of 50 ms is held by the bench, in release.
const FAR_TOO_LONG: Duration = Duration::from_secs(3);

/// The processor's time that this thread has had, which neighbours do not add to; where no system tells it, the time.
fn spent(began: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let first = told.and_then(|told| told.split_whitespace().next()?.parse().ok());
    first.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

#[test]
fn every_hostile_file_is_answered_at_once() {
    let began = Instant::now();
    for (name, file) in hostile_files() {
        let before = spent(began);
        if let Ok(clean) = clean(&file) {
            let _ = thumbnail(&clean.bytes);
        }
        let _ = thumbnail(&file);
        let cost = spent(began).saturating_sub(before);
        assert!(cost < FAR_TOO_LONG, "{name}: {cost:?}");
    }
}

#[test]
fn what_asks_for_too_much_is_refused_from_its_headers() {
    let files = hostile_files();
    let refusal = |wanted: &str| {
        let (_, file) = files.iter().find(|(name, _)| *name == wanted).unwrap();
        clean(file).map(|clean| clean.removed).unwrap_err()
    };
    for wanted in ["JPEG of 65,500 × 65,500", "PNG of 65,500 × 65,500"] {
        assert_eq!(refusal(wanted), Refusal::TooManyPixels { width: 65_500, height: 65_500 });
    }
    for wanted in [
        "JPEG with a million empty segments",
        "progressive JPEG with every scan the standard allows",
        "progressive JPEG of 100 megapixels with 40 scans",
        "PNG with a profile of 8 MB in 8 KB",
        "PNG of 25 megapixels in 25 KB",
        "PNG with a million empty chunks",
    ] {
        assert_eq!(refusal(wanted), Refusal::TooMuchWork, "{wanted}");
    }
    for wanted in [
        "JPEG of 10,000 × 10,000 in 1 KB",
        "progressive JPEG of 10,000 × 10,000 in 1 KB",
        "PNG of 10,000 × 10,000 in 100 bytes",
        "JPEG cut in half",
    ] {
        assert_eq!(refusal(wanted), Refusal::Truncated, "{wanted}");
    }
    assert_eq!(
        refusal("progressive JPEG with 5,000 scans"),
        Refusal::Damaged("scans out of order")
    );
}

#[test]
fn a_screen_without_a_word_is_taken_up_to_the_work_that_it_makes() {
    for (name, file) in hostile_files() {
        let Some(rest) = name.strip_prefix("blank PNG of ") else { continue };
        let taken = clean(&file).map(|clean| clean.inspected.kind);
        if rest == "12 megapixels with alpha" {
            assert_eq!(taken, Err(Refusal::TooMuchWork), "{name}");
        } else {
            assert_eq!(taken, Ok(Kind::Png), "{name}");
        }
    }
}

#[test]
fn a_whole_progressive_picture_of_many_scans_is_taken() {
    let wanted = "progressive JPEG of 6 megapixels with 64 scans";
    let (_, file) = hostile_files().into_iter().find(|(name, _)| *name == wanted).unwrap();
    thumbnail(&clean(&file).unwrap().bytes).unwrap();
}

fn seeds() -> [Vec<u8>; 5] {
    let shot = Shot { width: 90, height: 60, orientation: 6, progressive: true };
    [
        camera_jpeg(90, 60),
        shot.cluttered_jpeg(),
        encoded(400, 30, |encoder| encoder.set_restart_interval(2)),
        cluttered_png(30, 20, 6),
        encoded(2600, 8, |encoder| encoder.set_progressive(true)),
    ]
}

/// No panic, and nothing but the allow-list in what comes out.
fn survives(file: &[u8]) {
    let Ok(cleaned) = clean(file) else { return };
    let strangers = match cleaned.inspected.kind {
        Kind::Jpeg => strangers_in_jpeg(&cleaned.bytes),
        Kind::Png => strangers_in_png(&cleaned.bytes),
    };
    assert_eq!(strangers, [""; 0]);
    let again = clean(&cleaned.bytes).unwrap();
    assert!(again.bytes == cleaned.bytes, "cleaning a clean picture changes nothing");
    if let Ok(small) = thumbnail(&cleaned.bytes) {
        thumbnail(&small).unwrap();
    }
}

#[test]
fn thousands_of_damaged_files_do_no_harm() {
    let seeds = seeds();
    let mut seeded = Seeded::new(20_261_122);
    for round in 0..4000 {
        let mut file = seeds[round % seeds.len()].clone();
        mutate(&mut file, &mut seeded);
        survives(&file);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_changed_anywhere_do_no_harm(
        which in 0..5_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut file = seeds()[which].clone();
        for (place, byte) in changes {
            let at = place.index(file.len());
            file[at] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        survives(&file);
    }

    #[test]
    fn bytes_that_are_anything_do_no_harm(start in 0..3_usize, rest in prop::collection::vec(any::<u8>(), 0..400)) {
        let magic: [&[u8]; 3] = [b"", b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n"];
        survives(&[magic[start], &rest].concat());
    }

    #[test]
    fn a_secret_in_any_segment_that_holds_no_picture_is_gone(marker in 0xE0..=0xFE_u8, before in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assume!(!(0xF0..0xFE).contains(&marker));
        let mut file = camera_jpeg(16, 16);
        let body = [before.as_slice(), b"sentinel-any-segment"].concat();
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        file.splice(20..20, [&[0xFF, marker], &length[..], &body].concat());
        prop_assert!(!contains(&clean(&file).unwrap().bytes, "sentinel"));
    }
}

#[test]
fn the_start_of_a_large_file_says_why_it_is_not_taken() {
    let limits = Limits::default();
    let refused = |start: &[u8], bytes| crate::refused_by_start(start, bytes, &limits);
    let video = b"\0\0\0\x18ftypmp42\0\0\0\0";
    assert_eq!(refused(video, 200_000_000), Some(Refusal::OtherKind(OtherKind::Video)));
    assert_eq!(refused(b"\xFF\xD8\xFF\xE0", 26_214_400), None);
    let too_large = Refusal::TooLarge { bytes: 26_214_401, max: 26_214_400 };
    assert_eq!(refused(b"\xFF\xD8\xFF\xE0", 26_214_401), Some(too_large));
    assert_eq!(refused(b"", 0), Some(Refusal::Empty));
    // The same words as for the whole file.
    for whole in [b"GIF89a; and more".as_slice(), b"\x89PN", b"RIFF\x10\0\0\0WEBPVP8 "] {
        let start = &whole[..whole.len().min(usize::try_from(crate::START).unwrap())];
        assert_eq!(refused(start, whole.len() as u64), clean(whole).err());
    }
}
