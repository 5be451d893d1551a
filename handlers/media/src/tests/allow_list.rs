//! Reads a cleaned file again by other means, and says what is in it that may not be.

/// Everything in a cleaned JPEG that is not on the list, by name.
pub(super) fn strangers_in_jpeg(jpeg: &[u8]) -> Vec<String> {
    let mut strangers = Vec::new();
    let mut at = 2;
    if !jpeg.starts_with(&[0xFF, 0xD8]) {
        strangers.push("no start".to_owned());
    }
    loop {
        assert_eq!(jpeg[at], 0xFF, "a segment begins at {at}");
        let marker = jpeg[at + 1];
        if marker == 0xD9 {
            if jpeg.len() != at + 2 {
                strangers.push(format!("{} bytes behind the end", jpeg.len() - at - 2));
            }
            return strangers;
        }
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        let body = &jpeg[at + 4..at + 2 + length];
        let known = match marker {
            0xC0..=0xC2 | 0xC4 | 0xDA | 0xDB | 0xDD => true,
            0xE0 => body == b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0",
            0xE1 => {
                body.starts_with(b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0")
                    && body.len() == 32
            }
            0xE2 => body.starts_with(b"ICC_PROFILE\0"),
            0xEE => body.starts_with(b"Adobe\0\x64\0\0\0\0") && body.len() == 12,
            _ => false,
        };
        if !known {
            strangers.push(format!("segment {marker:02X} of {length} bytes"));
        }
        at += 2 + length;
        if marker == 0xDA {
            while jpeg[at] != 0xFF || matches!(jpeg[at + 1], 0 | 0xD0..=0xD7 | 0xFF) {
                at += 1;
            }
        }
    }
}

/// Everything in a cleaned PNG that is not on the list, by name.
pub(super) fn strangers_in_png(png: &[u8]) -> Vec<String> {
    const KNOWN: [&[u8; 4]; 12] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
        b"pHYs", b"bKGD",
    ];
    let mut strangers = Vec::new();
    let mut at = 8;
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        let kind: &[u8; 4] = png[at + 4..at + 8].try_into().unwrap();
        let small_exif = kind == b"eXIf" && length == 26;
        if !KNOWN.contains(&kind) && kind != b"cICP" && !small_exif {
            strangers.push(format!("chunk {}", kind.escape_ascii()));
        }
        at += 12 + length;
        if kind == b"IEND" && at != png.len() {
            strangers.push("bytes behind the end".to_owned());
        }
    }
    strangers
}
