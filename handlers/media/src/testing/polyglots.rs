//! Files that are a picture and something else at once.

use super::jpeg_parts::{insert, segment};
use super::png_parts::chunk;
use super::scene::encoded;

const HTML: &[u8] = b"<!doctype html><script>document.title = 'sentinel-late'</script>";
const ZIP_TAIL: &[u8] = b"PK\x03\x04sentinel-late PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Each has a picture in it that can be shown; the other half begins with one of `<!doctype`, `<svg`, `%PDF`, `PK`,
/// `GIF8` or `<?php`, or holds a sentinel.
pub fn polyglots() -> Vec<(&'static str, Vec<u8>)> {
    let jpeg = || encoded(48, 32, |_| ());
    let with = |marker: u8, body: &[u8]| {
        let mut jpeg = jpeg();
        insert(&mut jpeg, marker, body);
        jpeg
    };
    let behind = |tail: &[u8]| [jpeg().as_slice(), tail].concat();
    let png = super::cluttered_png(24, 16, 1);
    let mut jfif_comment = jpeg();
    jfif_comment.splice(20..20, segment(0xFE, b"*/=alert('sentinel-late')/*"));
    let mut before_end = jpeg();
    let end = before_end.len() - 2;
    before_end.splice(end..end, segment(0xFE, HTML));
    vec![
        ("HTML in a comment", with(0xFE, HTML)),
        ("HTML in an APPn segment", with(0xE4, HTML)),
        ("HTML as a colour profile", with(0xE2, &[b"ICC_PROFILE\0\x01\x01", HTML].concat())),
        ("HTML in an Adobe segment", with(0xEE, &[b"Adobe\0\x64\0\0\0\0\x01", HTML].concat())),
        ("HTML behind the end", behind(HTML)),
        ("HTML before the end", before_end),
        ("PDF in a comment", with(0xFE, b"%PDF-1.7\n1 0 obj<<>>endobj")),
        ("PDF behind the end", behind(b"%PDF-1.7\n1 0 obj<<>>endobj")),
        ("ZIP behind the end", behind(ZIP_TAIL)),
        (
            "JAR behind a GIF header in a comment",
            [with(0xFE, b"GIF89a"), ZIP_TAIL.to_vec()].concat(),
        ),
        ("SVG in XMP", with(0xE1, b"http://ns.adobe.com/xap/1.0/\0<svg onload='alert(1)'/>")),
        ("PHP in EXIF", with(0xE1, b"Exif\0\0<?php echo 'sentinel-late' ?>")),
        ("script in a comment", jfif_comment),
        ("another picture behind the end", behind(&with(0xFE, b"sentinel-late"))),
        ("PNG with everything", png.clone()),
        ("ZIP behind a PNG", [png.as_slice(), ZIP_TAIL].concat()),
        ("HTML in a PNG's IEND", {
            let end = png.len() - 12 - b"sentinel-motion-photo".len();
            [&png[..end], &chunk(*b"IEND", HTML)].concat()
        }),
        ("HTML in a private PNG chunk", {
            let mut png = png;
            png.splice(33..33, chunk(*b"htMl", HTML));
            png
        }),
    ]
}
