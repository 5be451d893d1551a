//! The oldest glibc that the program may need: Debian 11's, on which host images still run.

use std::fs;
use std::path::Path;

/// As `cargo zigbuild` takes it.
pub const OLDEST: &str = "2.31";
const MOST: (u32, u32) = (2, 31);

/// Refuses a program that asks for symbols of a newer one.
pub fn check(program: &Path) -> Result<(), String> {
    let (major, minor) = newest_of(program)?;
    if (major, minor) > MOST {
        return Err(format!("the program needs glibc {major}.{minor}, {OLDEST} is the most"));
    }
    println!("It needs glibc {major}.{minor}.");
    Ok(())
}

/// The newest that a program asks for.
pub fn newest_of(program: &Path) -> Result<(u32, u32), String> {
    let bytes = fs::read(program).map_err(|error| format!("{}: {error}", program.display()))?;
    newest(&bytes)
        .ok_or_else(|| format!("{} names no glibc: it is no program for Linux", program.display()))
}

/// The newest of the versions that a program names, as `GLIBC_2.30`.
fn newest(bytes: &[u8]) -> Option<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_";
    let versions = bytes.windows(MARK.len()).enumerate().filter(|(_, found)| *found == MARK);
    versions.filter_map(|(at, _)| version(bytes.get(at + MARK.len()..)?)).max()
}

fn version(bytes: &[u8]) -> Option<(u32, u32)> {
    let text: String = bytes
        .iter()
        .take(8)
        .map(|byte| char::from(*byte))
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_symbol_counts_by_number_not_by_letter() {
        let program = b"\0GLIBC_2.2.5\0GLIBC_2.30\0GLIBC_2.9\0GLIBC_PRIVATE\0";
        assert_eq!(newest(program), Some((2, 30)));
        assert_eq!(newest(b"no program"), None);
    }
}
