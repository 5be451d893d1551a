//! A small colour profile that is whole: sRGB's matrix and a plain gamma.

/// An ICC profile of version 2 for RGB displays, with a description, white point, three primaries and a curve.
pub fn profile() -> Vec<u8> {
    let description = b"Example display";
    let mut desc = b"desc\0\0\0\0".to_vec();
    desc.extend_from_slice(&as_u32(description.len() + 1).to_be_bytes());
    desc.extend_from_slice(description);
    desc.resize(desc.len() + 1 + 78, 0);
    let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33".to_vec();
    let tags: [(&[u8; 4], Vec<u8>); 8] = [
        (b"desc", desc),
        (b"wtpt", xyz(0xF6D6, 0x1_0000, 0xD32D)),
        (b"rXYZ", xyz(0x6FA2, 0x38F5, 0x0390)),
        (b"gXYZ", xyz(0x6299, 0xB785, 0x18DA)),
        (b"bXYZ", xyz(0x24A0, 0x0F84, 0xB6CF)),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let mut table = as_u32(tags.len()).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let data_at = 128 + 4 + tags.len() * 12;
    for (signature, mut value) in tags {
        table.extend_from_slice(signature);
        table.extend_from_slice(&as_u32(data_at + data.len()).to_be_bytes());
        table.extend_from_slice(&as_u32(value.len()).to_be_bytes());
        value.resize(value.len().next_multiple_of(4), 0);
        data.extend(value);
    }
    let mut header = vec![0; 128];
    header[..4].copy_from_slice(&as_u32(data_at + data.len()).to_be_bytes());
    header[8] = 2;
    header[12..24].copy_from_slice(b"mntrRGB XYZ ");
    header[36..40].copy_from_slice(b"acsp");
    header[68..80].copy_from_slice(b"\0\0\xF6\xD6\0\x01\0\0\0\0\xD3\x2D");
    [header, table, data].concat()
}

fn xyz(x: u32, y: u32, z: u32) -> Vec<u8> {
    [*b"XYZ ", [0; 4], x.to_be_bytes(), y.to_be_bytes(), z.to_be_bytes()].concat()
}

fn as_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
