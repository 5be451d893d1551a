//! Pieces of JPEG files, for putting together what no encoder would write.

/// A segment with its marker and length.
pub(super) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    [&[0xFF, marker], &length.to_be_bytes()[..], body].concat()
}

/// Puts a segment right behind the start marker, or behind the JFIF header where there is one.
pub(super) fn insert(jpeg: &mut Vec<u8>, marker: u8, body: &[u8]) {
    let at = behind_jfif(jpeg);
    jpeg.splice(at..at, segment(marker, body));
}

/// Where the first segment after JFIF begins.
pub(super) fn behind_jfif(jpeg: &[u8]) -> usize {
    if jpeg.get(2..4) == Some(&[0xFF, 0xE0]) { 20 } else { 2 }
}

/// A Huffman table with the symbols of `codes` (length, symbol), shortest first.
pub(super) fn huffman(class_and_destination: u8, codes: &[(u8, u8)]) -> Vec<u8> {
    let mut body = vec![class_and_destination];
    for length in 1..=16 {
        let count = codes.iter().filter(|code| code.0 == length).count();
        body.push(u8::try_from(count).unwrap_or(u8::MAX));
    }
    body.extend(codes.iter().map(|code| code.1));
    segment(0xC4, &body)
}

/// The header of a grey picture, with flat tables: `marker` is SOF0 to SOF2.
pub(super) fn grey(marker: u8, width: u16, height: u16) -> Vec<u8> {
    let ([h1, h0], [w1, w0]) = (height.to_be_bytes(), width.to_be_bytes());
    [
        vec![0xFF, 0xD8],
        segment(0xDB, &[&[0][..], &[1; 64]].concat()),
        segment(marker, &[8, h1, h0, w1, w0, 1, 1, 0x11, 0]),
        // DC: one bit for "no difference". AC: one bit for "end of block", two for 32,767 blocks without news.
        huffman(0x00, &[(1, 0)]),
        huffman(0x10, &[(1, 0), (2, 0xE0)]),
    ]
    .concat()
}

/// A scan header of the only component: coefficients `first` to `last`, `approximation` as Ah and Al.
pub(super) fn scan(first: u8, last: u8, approximation: u8) -> Vec<u8> {
    segment(0xDA, &[1, 1, 0, first, last, approximation])
}
