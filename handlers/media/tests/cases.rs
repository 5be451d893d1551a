//! Every file of `cases/` is judged as its README says. Colours and pixels are compared in a browser, elsewhere.

#![expect(clippy::unwrap_used, reason = "a test that finds no file has failed")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use media::{Clean, Limits, Refusal, clean_and_thumbnail};

/// Words of a refusal where the file must be refused.
const REFUSED: &[(&str, &str)] = &[
    ("g-j05-cut50-no-eoi.jpg", "Part of the photo is missing."),
    ("g-j14-restart-always-0.jpg", "The photo is damaged."),
    ("g-j26-second-soi.jpg", "The photo is damaged."),
    ("g-p45-cut.png", "Part of the photo is missing."),
];

/// What must not be in the clean file.
const GONE: &[(&str, &[&[u8]])] = &[
    ("k03-no-eoi-vendor-trailer.jpg", &[b"Image_UTC_Data"]),
    ("k05-text-behind-last-block.jpg", &[b"Jane Example", b"R58M12ABCDE"]),
    ("k05-zeros-before-eoi.jpg", &[&[0; 64]]),
    ("k06-icc-mmod-owner.jpg", &[b"Jane Example", b"home", b"mmod", b"\x5E\x21\x7A\x10"]),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn names() -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "README.md").collect()
}

fn judged(name: &str) -> Result<(Clean, Vec<u8>), Refusal> {
    clean_and_thumbnail(&std::fs::read(folder().join(name)).unwrap(), &Limits::default())
}

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_readme_names_every_file_and_no_other() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
    let named: BTreeSet<String> = rows.filter(|name| *name != "file").map(str::to_owned).collect();
    assert_eq!(named, names());
    assert_eq!(named.len(), 44);
}

#[test]
fn each_is_taken_or_refused_as_its_row_says() {
    for name in names() {
        let refused = REFUSED.iter().find(|(refused, _)| *refused == name);
        match (judged(&name), refused) {
            (Ok((clean, _)), None) => {
                let again = media::clean(&clean.bytes, &Limits::default()).unwrap();
                assert!(again.bytes == clean.bytes, "{name}: a clean picture stays as it is");
                assert_eq!(again.removed, media::Removed::default(), "{name}");
            }
            (Err(refusal), Some((_, words))) => {
                assert!(refusal.for_people().starts_with(words), "{name}: {refusal}");
            }
            (Ok(_), Some(_)) => panic!("{name} was taken"),
            (Err(refusal), None) => panic!("{name} was refused: {refusal}"),
        }
    }
}

#[test]
fn what_says_something_about_people_is_gone() {
    for (name, words) in GONE {
        let original = std::fs::read(folder().join(name)).unwrap();
        let (clean, _) = judged(name).unwrap();
        for word in *words {
            assert!(has(&original, word), "{name}: {} was there", word.escape_ascii());
            assert!(!has(&clean.bytes, word), "{name}: {} is there", word.escape_ascii());
        }
    }
}

#[test]
fn a_picture_without_its_tables_or_its_end_is_given_them() {
    let (clean, _) = judged("k04-mjpeg-avi1-420.jpg").unwrap();
    assert_eq!(clean.bytes.windows(2).filter(|pair| *pair == [0xFF, 0xC4]).count(), 4);
    for name in
        ["k03-ends-with-ff.jpg", "k03-no-eoi-vendor-trailer.jpg", "k03-no-eoi-whole-scan.jpg"]
    {
        assert!(judged(name).unwrap().0.bytes.ends_with(&[0xFF, 0xD9]), "{name}");
    }
    let (clean, _) = judged("k14-no-iend.png").unwrap();
    assert!(clean.bytes.ends_with(b"IEND\xAE\x42\x60\x82"));
    for name in ["k12-sos-0-63-0x10.jpg", "k12-sos-1-63-0.jpg", "g-i05-sos-000.jpg"] {
        assert!(has(&judged(name).unwrap().0.bytes, b"\x03\x11\0\x3F\0"), "{name}");
    }
}

#[test]
fn the_whole_scan_without_its_end_is_the_same_picture() {
    let (whole, _) = judged("k17-rst-between-segments.jpg").unwrap();
    for name in
        ["k03-no-eoi-whole-scan.jpg", "k05-text-behind-last-block.jpg", "k10-dnl-height-known.jpg"]
    {
        assert!(judged(name).unwrap().0.bytes == whole.bytes, "{name}");
    }
}
