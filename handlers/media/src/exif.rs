//! Reads the three things of EXIF that matter here: orientation, the date taken, and the names of what else it holds.
//!
//! CIPA DC-008 (EXIF 2.32): a TIFF file in miniature. Two directories are visited, the first and the one of the
//! camera; nothing is followed further, so there is nothing to go round in.

const ORIENTATION: u16 = 0x0112;
const CAMERA_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const MAKER_NOTE: u16 = 0x927C;

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;

/// What a TIFF structure says. Anything malformed is as good as absent.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Exif {
    /// 1 to 8.
    pub orientation: Option<u8>,
    /// `YYYY-MM-DDThh:mm:ss`.
    pub taken_at: Option<String>,
    pub has_gps: bool,
    pub has_maker_note: bool,
    pub has_thumbnail: bool,
}

impl Exif {
    /// `None` where there is no TIFF header.
    pub(crate) fn read(tiff: &[u8]) -> Option<Self> {
        let tiff = Tiff::open(tiff)?;
        let mut exif = Self::default();
        let first = tiff.u32(4)?;
        let mut camera = None;
        for entry in tiff.entries(first) {
            match entry.tag {
                ORIENTATION => {
                    exif.orientation = exif.orientation.or_else(|| tiff.orientation(entry));
                }
                CAMERA_DIRECTORY if entry.kind == LONG => camera = tiff.u32(entry.at + 8),
                GPS_DIRECTORY => exif.has_gps = true,
                _ => {}
            }
        }
        exif.has_thumbnail = tiff.follows(first);
        for entry in camera.into_iter().flat_map(|at| tiff.entries(at)) {
            match entry.tag {
                DATE_TIME_ORIGINAL => exif.taken_at = tiff.date(entry),
                MAKER_NOTE => exif.has_maker_note = true,
                _ => {}
            }
        }
        Some(exif)
    }
}

#[derive(Clone, Copy)]
struct Entry {
    at: usize,
    tag: u16,
    kind: u16,
    count: u32,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Tiff<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        Some(Self { bytes, big_endian })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let raw = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let raw = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) })
    }

    /// The entries of the directory at `offset`, as far as the bytes go.
    fn entries(&self, offset: u32) -> impl Iterator<Item = Entry> {
        let start = offset as usize;
        let count = self.u16(start).unwrap_or(0);
        (0..usize::from(count)).map_while(move |index| {
            let at = start.checked_add(2 + index * 12)?;
            let entry =
                Entry { at, tag: self.u16(at)?, kind: self.u16(at + 2)?, count: self.u32(at + 4)? };
            self.u32(at + 8).map(|_| entry)
        })
    }

    /// Whether another directory follows the one at `offset`: in EXIF that one is the embedded thumbnail's.
    fn follows(&self, offset: u32) -> bool {
        let start = offset as usize;
        let count = usize::from(self.u16(start).unwrap_or(0));
        start.checked_add(2 + count * 12).and_then(|at| self.u32(at)).is_some_and(|next| next != 0)
    }

    /// One number of two bytes: browsers turn a picture for no other type.
    fn orientation(&self, entry: Entry) -> Option<u8> {
        if entry.kind != SHORT || entry.count != 1 {
            return None;
        }
        u8::try_from(self.u16(entry.at + 8)?).ok().filter(|value| (1..=8).contains(value))
    }

    fn date(&self, entry: Entry) -> Option<String> {
        if entry.kind != ASCII || entry.count < 19 {
            return None;
        }
        let at = self.u32(entry.at + 8)? as usize;
        real_date(self.bytes.get(at..)?.first_chunk()?)
    }
}

/// `YYYY:MM:DD hh:mm:ss` to ISO 8601, if there was such a moment. Cameras without a clock write zeros or blanks.
fn real_date(raw: &[u8; 19]) -> Option<String> {
    let number = |from: usize, to: usize| -> Option<u32> {
        raw.get(from..to)?.iter().try_fold(0, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let marks = [raw[4], raw[7], raw[10], raw[13], raw[16]];
    if marks != *b":: ::" {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    // No photograph is older than 1826.
    let real = year >= 1826 && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    real.then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(text: &str) -> Option<String> {
        real_date(text.as_bytes().first_chunk().unwrap())
    }

    #[test]
    fn only_a_real_date_is_a_date() {
        assert_eq!(dates("2024:02:29 23:59:59").as_deref(), Some("2024-02-29T23:59:59"));
        for not_real in [
            "0000:00:00 00:00:00",
            "2023:02:29 12:00:00",
            "2024:13:01 12:00:00",
            "2024:04:31 12:00:00",
            "2024:04:30 24:00:00",
            "2024-04-30 12:00:00",
            "    :  :     :  :  ",
            "+024:04:30 12:00:00",
        ] {
            assert_eq!(dates(not_real), None, "{not_real}");
        }
    }

    #[test]
    fn both_byte_orders_are_read() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        for tiff in [&little[..], &big[..]] {
            assert_eq!(Exif::read(tiff).unwrap().orientation, Some(6));
        }
    }

    // What Chromium 156 shows for the same files.
    #[test]
    fn the_first_orientation_that_is_one_counts() {
        fn orientation(entries: &[[u8; 12]]) -> Option<u8> {
            let count = u8::try_from(entries.len()).unwrap();
            let tiff = [&b"MM\0*\0\0\0\x08\0"[..], &[count], &entries.concat(), &[0; 4]].concat();
            Exif::read(&tiff).unwrap().orientation
        }
        let entry = |kind: u8, count: u8, value: [u8; 4]| {
            let [a, b, c, d] = value;
            [0x01, 0x12, 0, kind, 0, 0, 0, count, a, b, c, d]
        };
        let (six, three, nine) = ([0, 6, 0, 0], [0, 3, 0, 0], [0, 9, 0, 0]);
        assert_eq!(orientation(&[entry(3, 1, six), entry(3, 1, three)]), Some(6));
        assert_eq!(orientation(&[entry(3, 1, nine), entry(3, 1, three)]), Some(3));
        assert_eq!(orientation(&[entry(4, 1, [0, 0, 0, 6])]), None, "four bytes");
        assert_eq!(orientation(&[entry(1, 1, [6, 0, 0, 0])]), None, "one byte");
        assert_eq!(orientation(&[entry(3, 2, [0, 6, 0, 3])]), None, "two of them");
        assert_eq!(orientation(&[entry(3, 0, six)]), None, "none of them");
    }

    #[test]
    fn an_orientation_out_of_range_is_none() {
        let nine = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0\0\0\0\0";
        assert_eq!(Exif::read(nine).unwrap().orientation, None);
    }

    #[test]
    fn offsets_beyond_the_end_are_as_good_as_absent() {
        let far = b"MM\0*\xFF\xFF\xFF\xFF";
        assert_eq!(Exif::read(far), Some(Exif::default()));
        assert_eq!(Exif::read(b"MM\0"), None);
    }
}
