//! The data behind a profile's tags (ICC.1:2022, clause 10), each written anew to the last of its numbers.

/// Type signature and four reserved bytes.
const START: usize = 8;

/// The element with its reserved bytes zero and nothing behind its numbers; `None` where it is none that viewers read.
pub(super) fn rewritten(data: &[u8]) -> Option<Vec<u8>> {
    let length = match data.get(..4)? {
        b"XYZ " => START + 12,
        b"sf32" => START + 36,
        b"cicp" => START + 4,
        b"curv" => START + 4 + count(data)? * 2,
        b"para" => START + 4 + parameters(*data.get(9)?)? * 4,
        b"mft1" => table(data, 1)?,
        b"mft2" => table(data, 2)?,
        // Made of elements that point at each other: nothing in it is free text.
        b"mAB " => data.len(),
        _ => return None,
    };
    let mut element = data.get(..length)?.to_vec();
    element.get_mut(4..START)?.fill(0);
    if let Some(b"para") = data.get(..4) {
        element.get_mut(10..12)?.fill(0);
    }
    Some(element)
}

/// The two descriptions that every profile must have, saying nothing.
pub(super) fn words(version_4: bool) -> [([u8; 4], Vec<u8>); 2] {
    if version_4 {
        // One record of two bytes: "-" in English.
        let said = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenGB\0\0\0\x02\0\0\0\x1C\0-".to_vec();
        return [(*b"desc", said.clone()), (*b"cprt", said)];
    }
    let mut described = b"desc\0\0\0\0\0\0\0\x02-\0".to_vec();
    // No Unicode and no Macintosh description: counts of zero, and 67 bytes that must be there.
    described.resize(described.len() + 78, 0);
    [(*b"desc", described), (*b"cprt", b"text\0\0\0\0-\0".to_vec())]
}

fn count(data: &[u8]) -> Option<usize> {
    let count = u32::from_be_bytes(*data.get(START..)?.first_chunk()?) as usize;
    // More than there are is found out by the caller's length.
    (count <= 65_536).then_some(count)
}

fn parameters(function: u8) -> Option<usize> {
    [1, 3, 4, 5, 7].get(usize::from(function)).copied()
}

/// Length of a table element: matrix, input tables, grid, output tables (10.10, 10.11).
fn table(data: &[u8], width: usize) -> Option<usize> {
    let &[inputs, outputs, grid] = data.get(START..START + 3)? else { return None };
    let (inputs, outputs) = (usize::from(inputs), usize::from(outputs));
    let u16_at = |at: usize| -> Option<usize> {
        Some(usize::from(u16::from_be_bytes(*data.get(at..)?.first_chunk()?)))
    };
    let (start, input_entries, output_entries) =
        if width == 1 { (48, 256, 256) } else { (52, u16_at(48)?, u16_at(50)?) };
    let points = usize::from(grid).checked_pow(u32::try_from(inputs).ok()?)?;
    let values = inputs
        .checked_mul(input_entries)?
        .checked_add(points.checked_mul(outputs)?)?
        .checked_add(outputs.checked_mul(output_entries)?)?;
    values.checked_mul(width)?.checked_add(start)
}

/// A tone curve: from a sample to light, both 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Curve {
    /// Sample to this power.
    Gamma(f32),
    /// Values at even distances.
    Sampled(Vec<f32>),
    /// Kind 0 to 4 with g, a, b, c, d, e, f (10.18).
    Parametric(u8, [f32; 7]),
}

impl Curve {
    pub(crate) fn at(&self, sample: f32) -> f32 {
        match self {
            Self::Gamma(power) => sample.powf(*power),
            Self::Sampled(values) => interpolated(values, sample),
            Self::Parametric(kind, values) => parametric(*kind, values, sample),
        }
    }
}

/// The five kinds of 10.18, table 68, in its letters.
#[expect(clippy::many_single_char_names, reason = "the standard's own names")]
fn parametric(kind: u8, [g, a, b, c, d, e, f]: &[f32; 7], sample: f32) -> f32 {
    let power = |offset: f32| (a * sample + b).max(0.0).powf(*g) + offset;
    match kind {
        0 => sample.powf(*g),
        1 if sample >= -b / a => power(0.0),
        2 if sample >= -b / a => power(*c),
        1 => 0.0,
        2 => *c,
        3 if sample >= *d => power(0.0),
        4 if sample >= *d => power(*e),
        3 => c * sample,
        _ => c * sample + f,
    }
}

fn interpolated(values: &[f32], sample: f32) -> f32 {
    let last = values.len().saturating_sub(1);
    #[expect(clippy::cast_precision_loss, reason = "a curve has at most 65,536 values")]
    let place = sample.clamp(0.0, 1.0) * last as f32;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and last"
    )]
    let below = place.floor() as usize;
    let low = values.get(below).copied().unwrap_or(sample);
    let high = values.get(below + 1).copied().unwrap_or(low);
    low + (high - low) * place.fract()
}

/// Reads a `curv` or `para` element.
pub(crate) fn curve(data: &[u8]) -> Option<Curve> {
    match data.get(..4)? {
        b"curv" => {
            let count = count(data)?;
            let values = data.get(START + 4..START + 4 + count * 2)?.as_chunks::<2>().0;
            let values: Vec<u16> = values.iter().map(|raw| u16::from_be_bytes(*raw)).collect();
            Some(match values.as_slice() {
                [] => Curve::Gamma(1.0),
                [power] => Curve::Gamma(f32::from(*power) / 256.0),
                values => Curve::Sampled(
                    values.iter().map(|value| f32::from(*value) / 65_535.0).collect(),
                ),
            })
        }
        b"para" => {
            let function = *data.get(9)?;
            let count = parameters(function)?;
            let mut values = [0.0; 7];
            for (index, value) in values.iter_mut().take(count).enumerate() {
                *value = fixed(data, START + 4 + index * 4)?;
            }
            Some(Curve::Parametric(function, values))
        }
        _ => None,
    }
}

/// The three numbers of an `XYZ ` element.
pub(crate) fn xyz(data: &[u8]) -> Option<[f32; 3]> {
    data.starts_with(b"XYZ ")
        .then(|| Some([fixed(data, 8)?, fixed(data, 12)?, fixed(data, 16)?]))?
}

/// A signed number with 16 bits behind the point.
fn fixed(data: &[u8], at: usize) -> Option<f32> {
    let raw = i32::from_be_bytes(*data.get(at..)?.first_chunk()?);
    #[expect(clippy::cast_precision_loss, reason = "24 bits are more than colours need")]
    Some(raw as f32 / 65_536.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stays_behind_the_last_number() {
        let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33".to_vec();
        assert_eq!(rewritten(&[&curve[..], b"Jane"].concat()), Some(curve.clone()));
        let mut marked = curve.clone();
        marked[4..8].copy_from_slice(b"Jane");
        assert_eq!(rewritten(&marked), Some(curve.clone()));
        assert_eq!(rewritten(&curve[..13]), None);
        assert_eq!(rewritten(b"text\0\0\0\0Jane"), None);
    }

    #[test]
    fn the_curve_of_srgb_is_read_from_its_parameters() {
        let mut srgb = b"para\0\0\0\0\0\x03\0\0".to_vec();
        for value in [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045_f64] {
            #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
            srgb.extend(((value * 65_536.0).round() as i32).to_be_bytes());
        }
        let curve = curve(&srgb).unwrap();
        assert!((curve.at(0.5) - 0.214).abs() < 0.001 && (curve.at(1.0) - 1.0).abs() < 0.001);
        assert!((curve.at(0.02) - 0.02 / 12.92).abs() < 0.0001);
    }
}
