//! Which keys data hangs on: a row for each key that was ever used, with a short hash of it, so
//! that a key that is lost, or exchanged for another, is seen before anything is done with it.

use std::collections::BTreeMap;

use domain::sha256_hex::Sha256Hex;
use rusqlite::{Connection, OptionalExtension as _};

/// Digits of a fingerprint: enough to tell keys apart, and nothing of the key.
const DIGITS: usize = 16;

/// Fingerprints by the names of keys: `link 1`, `url`, `storage`, `number riverside`.
pub(crate) type Fingerprints = BTreeMap<String, String>;

/// The name of a link key.
pub(crate) fn link_name(version: u32) -> String {
    format!("link {version}")
}

/// The name of a controller's key of NHS numbers.
pub(crate) fn number_name(controller: &str) -> String {
    format!("number {controller}")
}

/// The key's fingerprint.
pub(crate) fn fingerprint(key: &[u8]) -> String {
    Sha256Hex::of(key).as_str().chars().take(DIGITS).collect()
}

/// All that the database knows.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Fingerprints> {
    let mut all = connection.prepare("SELECT name, fingerprint FROM known_keys")?;
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// What the database knows of one key.
pub(crate) fn one(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT fingerprint FROM known_keys WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// Remembers a key, unless one of this name is known; false where that is another.
pub(crate) fn learn(
    connection: &Connection,
    name: &str,
    fingerprint: &str,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "INSERT INTO known_keys (name, fingerprint) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        )?
        .execute([name, fingerprint])?;
    Ok(one(connection, name)?.as_deref() == Some(fingerprint))
}

/// Forgets a key that is lost for good.
pub(crate) fn forget(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM known_keys WHERE name = ?1", [name]).map(|_| ())
}

/// The names of known keys that `held` lacks or holds another key for.
pub(crate) fn lost(known: &Fingerprints, held: &Fingerprints) -> Vec<String> {
    known
        .iter()
        .filter(|(name, fingerprint)| held.get(*name) != Some(fingerprint))
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_key_and_another_key_are_lost_and_a_new_one_is_not() {
        let of = |keys: &[(&str, &str)]| -> Fingerprints {
            keys.iter()
                .map(|(name, key)| ((*name).to_owned(), fingerprint(key.as_bytes())))
                .collect()
        };
        let known = of(&[("link 1", "a"), ("number riverside", "b"), ("url", "c")]);
        let held = of(&[("link 1", "a"), ("link 2", "new"), ("url", "other")]);
        assert_eq!(lost(&known, &held), ["number riverside", "url"]);
    }

    #[test]
    fn a_fingerprint_is_a_quarter_of_a_hash() {
        assert_eq!(fingerprint(b"abc"), "ba7816bf8f01cfea");
    }
}
