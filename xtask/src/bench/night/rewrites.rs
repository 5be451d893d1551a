//! How often a database was rewritten, read from its own head: of a night's many rewrites the count
//! is one too high, of none it is 0.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// `SQLite`'s file format: the schema cookie is four bytes at 40, and `VACUUM` adds one to it.
const COOKIE_AT: usize = 40;

pub fn schema_cookie(database: &Path) -> Result<u32, String> {
    let said = |error: std::io::Error| format!("{}: {error}", database.display());
    let mut head = [0_u8; 100];
    File::open(database).and_then(|mut file| file.read_exact(&mut head)).map_err(said)?;
    cookie_of(&head).ok_or_else(|| format!("{} is no SQLite database", database.display()))
}

fn cookie_of(head: &[u8]) -> Option<u32> {
    let is_sqlite = head.starts_with(b"SQLite format 3\0");
    let bytes = head.get(COOKIE_AT..COOKIE_AT + 4)?.try_into().ok()?;
    is_sqlite.then(|| u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_read_where_the_format_has_it() {
        let mut head = [0_u8; 100];
        head[..16].copy_from_slice(b"SQLite format 3\0");
        head[COOKIE_AT..COOKIE_AT + 4].copy_from_slice(&[0, 0, 2, 5]);
        assert_eq!(cookie_of(&head), Some(517));
        assert_eq!(cookie_of(&[0; 100]), None);
    }
}
