//! Files that ask for far more than they are worth. None may cost more than 50 ms or 32 MB beyond its own bytes.

use super::jpeg_parts::{grey, huffman, insert, scan, segment};
use super::png_parts::{chunk, packed, start, start_of};
use super::scene::encoded;
use super::{camera_jpeg, exif};

const MEGABYTE: usize = 1024 * 1024;

/// Each with a name that says what it does.
pub fn hostile_files() -> Vec<(&'static str, Vec<u8>)> {
    [
        nothing(),
        jpeg_sizes(),
        jpeg_floods(),
        jpeg_scans(),
        jpeg_variants(),
        png_bombs(),
        blank_pngs(),
        png_floods(),
    ]
    .concat()
}

type Files = Vec<(&'static str, Vec<u8>)>;

fn nothing() -> Files {
    let jpeg = camera_jpeg(400, 300);
    vec![
        ("empty", Vec::new()),
        ("one byte", vec![0xFF]),
        ("start marker alone", vec![0xFF, 0xD8]),
        ("HTML", b"<!doctype html><script>alert(1)</script>".to_vec()),
        ("SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
        ("JPEG cut in half", jpeg[..jpeg.len() / 2].to_vec()),
        (
            "25 MB of nothing behind a JPEG's magic",
            [&[0xFF, 0xD8, 0xFF][..], &vec![0; 24 * MEGABYTE]].concat(),
        ),
    ]
}

/// A small JPEG that says it is as large as this.
fn resized(width: u16, height: u16, progressive: bool) -> Vec<u8> {
    let mut jpeg = encoded(16, 16, |encoder| encoder.set_progressive(progressive));
    let frame = jpeg.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0..=0xC2])).unwrap_or(0);
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    jpeg
}

fn jpeg_sizes() -> Files {
    vec![
        ("JPEG of 65,500 × 65,500", resized(65_500, 65_500, false)),
        ("JPEG of 10,000 × 10,000 in 1 KB", resized(10_000, 10_000, false)),
        ("progressive JPEG of 10,000 × 10,000 in 1 KB", resized(10_000, 10_000, true)),
        ("JPEG of 20,000 × 1 in 1 KB", resized(20_000, 1, false)),
        ("JPEG without a height", resized(16, 0, false)),
        ("JPEG without a width", resized(0, 16, false)),
    ]
}

fn jpeg_floods() -> Files {
    let bare = encoded(64, 48, |_| ());
    let flooded = |flood: &[u8]| {
        let mut jpeg = bare.clone();
        jpeg.splice(20..20, flood.iter().copied());
        jpeg
    };
    let scan_of = |data: &[u8]| {
        [grey(0xC0, 64, 48), scan(0, 63, 0), data.to_vec(), vec![0xFF, 0xD9]].concat()
    };
    let chunks = (1..=255_u8).flat_map(|number| {
        segment(0xE2, &[&b"ICC_PROFILE\0"[..], &[number, 255], vec![0; 60_000].as_slice()].concat())
    });
    let mut circular = bare.clone();
    insert(&mut circular, 0xE1, &[b"Exif\0\0", exif::circular_tiff().as_slice()].concat());
    let unused = [&[0x00][..], &[1; 64]].concat();
    vec![
        ("JPEG with a million empty segments", flooded(&segment(0xE5, b"").repeat(MEGABYTE))),
        ("JPEG with a segment of length 0", flooded(&[0xFF, 0xE5, 0, 0])),
        ("JPEG with 20 MB of fill bytes", flooded(&vec![0xFF; 20 * MEGABYTE])),
        ("JPEG with 20 MB between segments", flooded(&vec![b'x'; 20 * MEGABYTE])),
        (
            "JPEG with 20 MB of stuffed bytes between segments",
            flooded(&[0xFF, 0].repeat(10 * MEGABYTE)),
        ),
        ("JPEG with 20 MB of stuffed bytes in its scan", scan_of(&[0xFF, 0].repeat(10 * MEGABYTE))),
        ("JPEG with 20 MB of restart markers", scan_of(&[0xFF, 0xD0].repeat(10 * MEGABYTE))),
        ("JPEG with 20 MB of fill bytes in its scan", scan_of(&vec![0xFF; 20 * MEGABYTE])),
        ("JPEG with 20 MB behind its end", [bare.as_slice(), &vec![0x55; 20 * MEGABYTE]].concat()),
        ("JPEG with a profile of 15 MB", flooded(&chunks.collect::<Vec<u8>>())),
        ("JPEG with 4,000 quantisation tables", flooded(&segment(0xDB, &unused).repeat(4000))),
        ("JPEG with EXIF that goes round", circular),
    ]
}

fn jpeg_scans() -> Files {
    // 32,767 blocks without news in 16 bits: code 10, then 14 ones.
    let silent_scan = |blocks: usize| [0xBF, 0xFF, 0x00].repeat(blocks.div_ceil(32_767));
    let progressive = |width: u16, height: u16, scans: &[(u8, u8, u8)]| {
        let blocks = usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8);
        let mut jpeg =
            [grey(0xC2, width, height), scan(0, 0, 1), vec![0; blocks.div_ceil(8)]].concat();
        for (first, last, approximation) in scans {
            jpeg.extend(scan(*first, *last, *approximation));
            jpeg.extend(silent_scan(blocks));
        }
        jpeg.extend_from_slice(&[0xFF, 0xD9]);
        jpeg
    };
    let again: Vec<(u8, u8, u8)> = vec![(1, 63, 0); 5000];
    // Each band is begun at its highest bit, then refined bit by bit.
    let refined = |bands: &[(u8, u8)], scans: usize| -> Vec<(u8, u8, u8)> {
        let begun = bands.iter().map(|(first, last)| (*first, *last, 13));
        let refining = (0..13_u8).rev().flat_map(|low| {
            bands.iter().map(move |(first, last)| (*first, *last, (low + 1) << 4 | low))
        });
        begun.chain(refining).take(scans).collect()
    };
    let singly: Vec<(u8, u8)> = (1..=63).map(|at| (at, at)).collect();
    let fifths = [(1, 12), (13, 25), (26, 38), (39, 51), (52, 63)];
    vec![
        ("progressive JPEG with 5,000 scans", progressive(1000, 1000, &again)),
        (
            "progressive JPEG with every scan the standard allows",
            progressive(1000, 1000, &refined(&singly, 882)),
        ),
        (
            "progressive JPEG of 100 megapixels with 40 scans",
            progressive(10_000, 10_000, &refined(&singly, 40)),
        ),
        (
            "progressive JPEG of 6 megapixels with 64 scans",
            progressive(2500, 2400, &refined(&fifths, 63)),
        ),
        (
            "progressive JPEG of 0.4 megapixels with 64 scans",
            progressive(630, 630, &refined(&fifths, 63)),
        ),
    ]
}

fn jpeg_variants() -> Files {
    let with_marker = |marker: u8| {
        let mut jpeg = encoded(16, 16, |_| ());
        let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap_or(0);
        jpeg[frame + 1] = marker;
        jpeg
    };
    let mut nested = encoded(16, 16, |_| ());
    nested.splice(20..20, [0xFF, 0xD8]);
    vec![
        ("lossless JPEG", with_marker(0xC3)),
        ("hierarchical JPEG", with_marker(0xC5)),
        ("arithmetic JPEG", with_marker(0xC9)),
        ("JPEG in a JPEG", nested),
        (
            "JPEG with more codes than there are",
            [vec![0xFF, 0xD8], huffman(0, &[(1, 0), (1, 1), (1, 2)]), vec![0xFF, 0xD9]].concat(),
        ),
        (
            "JPEG without tables",
            [
                &[0xFF, 0xD8][..],
                &segment(0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
                &scan(0, 63, 0),
                &[0; 9],
                &[0xFF, 0xD9],
            ]
            .concat(),
        ),
    ]
}

fn png_bombs() -> Files {
    let rows = |height: usize, stride: usize| packed(&vec![0; height * (stride + 1)]);
    let with = |before: &[u8], width: u32, height: u32, colour: u8, rows: &[u8]| {
        [&start(width, height, colour), before, &chunk(*b"IDAT", rows), &chunk(*b"IEND", b"")]
            .concat()
    };
    let small = rows(16, 16);
    let profile_of = |compressed: &[u8]| chunk(*b"iCCP", &[b"name\0\0", compressed].concat());
    let text_bomb =
        chunk(*b"zTXt", &[b"name\0\0", packed(&vec![0; 8 * MEGABYTE]).as_slice()].concat());
    // Deflate blocks that hold nothing, five bytes each.
    let silence = [&[0x78, 0x01][..], &[0, 0, 0, 0xFF, 0xFF].repeat(800_000)].concat();
    vec![
        ("PNG of 65,500 × 65,500", with(b"", 65_500, 65_500, 2, &small)),
        ("PNG of 10,000 × 10,000 in 100 bytes", with(b"", 10_000, 10_000, 0, &small)),
        ("PNG of 25 megapixels in 25 KB", with(b"", 5_000, 5_000, 0, &rows(5_000, 5_000))),
        (
            "PNG with a profile of 8 MB in 8 KB",
            with(&profile_of(&packed(&vec![0; 8 * MEGABYTE])), 16, 16, 0, &small),
        ),
        ("PNG with a profile of 4 MB of nothing", with(&profile_of(&silence), 16, 16, 0, &small)),
        ("PNG with text of 8 MB in 8 KB", with(&text_bomb, 16, 16, 0, &small)),
        ("PNG of 4 megapixels in 4 KB", with(b"", 2_000, 2_000, 0, &rows(2_000, 2_000))),
        ("PNG with rows that end early", with(b"", 2000, 2000, 0, &small)),
        ("PNG with rows that are no deflate", with(b"", 16, 16, 0, &[0x55; 400])),
        (
            "PNG with 20 MB behind its end",
            [with(b"", 16, 16, 0, &small), vec![0x55; 20 * MEGABYTE]].concat(),
        ),
    ]
}

/// Nothing to see, and as large as is taken: each row filtered by the rule that takes longest.
fn blank_pngs() -> Files {
    let blank = |width: u32, height: u32, kind: [u8; 3], bytes_of_pixel: usize| {
        let mut row = vec![0; width as usize * bytes_of_pixel + 1];
        row[0] = 4;
        let rows = packed(&row.repeat(height as usize));
        [start_of(width, height, kind).as_slice(), &chunk(*b"IDAT", &rows), &chunk(*b"IEND", b"")]
            .concat()
    };
    // Seven passes of rows; that of all odd rows is half of it.
    let interlaced = {
        let passes = [(8, 8), (8, 8), (4, 8), (4, 4), (2, 4), (2, 2), (1, 2)];
        let mut rows = Vec::new();
        for (across, down) in passes {
            let mut row = vec![0; 4000 / across * 3 + 1];
            row[0] = 4;
            rows.extend(row.repeat(3000 / down));
        }
        let header = start_of(4000, 3000, [8, 2, 1]);
        [header.as_slice(), &chunk(*b"IDAT", &packed(&rows)), &chunk(*b"IEND", b"")].concat()
    };
    vec![
        ("blank PNG of 12 megapixels", blank(4000, 3000, [8, 2, 0], 3)),
        ("blank PNG of 12 megapixels, grey", blank(4000, 3000, [8, 0, 0], 1)),
        ("blank PNG of 10 megapixels with alpha", blank(4000, 2600, [8, 6, 0], 4)),
        ("blank PNG of 5 megapixels with alpha, 16 bits", blank(2600, 2000, [16, 6, 0], 8)),
        ("blank PNG of 12 megapixels, interlaced", interlaced),
        ("blank PNG of 12 megapixels with alpha", blank(4000, 3000, [8, 6, 0], 4)),
    ]
}

fn png_floods() -> Files {
    let rows = packed(&[0; 16 * 17]);
    let flooded = |kind: [u8; 4], count: usize| {
        [
            start(16, 16, 0),
            chunk(kind, b"").repeat(count),
            chunk(*b"IDAT", &rows),
            chunk(*b"IEND", b""),
        ]
        .concat()
    };
    let mut endless = [start(16, 16, 0), chunk(*b"tEXt", b"x")].concat();
    let length_at = endless.len() - 13;
    endless[length_at..length_at + 4].copy_from_slice(&[0xFF; 4]);
    let mut wrong_sum = [start(16, 16, 0), chunk(*b"IDAT", &rows), chunk(*b"IEND", b"")].concat();
    wrong_sum[30] ^= 1;
    vec![
        ("PNG with a million empty chunks", flooded(*b"tEXt", MEGABYTE)),
        ("PNG with a million empty pieces of rows", flooded(*b"IDAT", MEGABYTE)),
        ("PNG with a chunk of 4 GB", endless),
        ("PNG with a wrong checksum", wrong_sum),
        ("PNG without an end", [start(16, 16, 0), chunk(*b"IDAT", &rows)].concat()),
        ("PNG of an unknown kind", flooded(*b"CgBI", 1)),
    ]
}
