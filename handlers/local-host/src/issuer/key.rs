//! The signing key: P-256, kept as PKCS #8 PEM in a file only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{self, Signature};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::random;

#[derive(Debug, thiserror::Error)]
pub enum KeyFileRefused {
    #[error("the signing key {path} cannot be read or made: {cause}")]
    Io { path: PathBuf, cause: io::Error },
    #[error(
        "the signing key {path} can be read by others (mode {mode:o}); make it 600 or remove it"
    )]
    OpenToOthers { path: PathBuf, mode: u32 },
    #[error(
        "the signing key {path} is no P-256 key in PKCS #8 PEM; remove it and a new one is made"
    )]
    NoKey { path: PathBuf },
    #[error("this machine gives no randomness to make a signing key from")]
    NoRandomness,
}

/// Signs tokens with ES256; says its public half as a JWK.
pub struct SigningKey {
    key: ecdsa::SigningKey,
    /// RFC 7638 thumbprint, so that a new key is a new `kid`.
    kid: String,
}

impl SigningKey {
    /// Reads the key of `path`, or makes one there.
    pub fn open(path: &Path) -> Result<Self, KeyFileRefused> {
        let io = |cause| KeyFileRefused::Io { path: path.into(), cause };
        match fs::read_to_string(path) {
            Ok(pem) => {
                let mode = fs::metadata(path).map_err(io)?.permissions().mode() & 0o777;
                if mode & 0o077 != 0 {
                    return Err(KeyFileRefused::OpenToOthers { path: path.into(), mode });
                }
                let key = ecdsa::SigningKey::from_pkcs8_pem(&pem)
                    .map_err(|_| KeyFileRefused::NoKey { path: path.into() })?;
                Ok(Self::new(key))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = fresh_key()?;
                let pem = key
                    .to_pkcs8_pem(LineEnding::LF)
                    .map_err(|_| KeyFileRefused::NoKey { path: path.into() })?;
                write_private(path, pem.as_bytes()).map_err(io)?;
                Ok(Self::new(key))
            }
            Err(error) => Err(io(error)),
        }
    }

    fn new(key: ecdsa::SigningKey) -> Self {
        let (x, y) = coordinates(&key);
        // Members in this order and no space: RFC 7638 §3.
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Self { key, kid: URL_SAFE_NO_PAD.encode(Sha256::digest(members)) }
    }

    /// The public half, as `/jwks` gives it.
    pub fn jwk(&self) -> Value {
        let (x, y) = coordinates(&self.key);
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y,
                "use": "sig", "alg": "ES256", "kid": self.kid })
    }

    /// A compact JWS over `claims` (RFC 7515), `typ` in its header.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, serde_json::Error> {
        let header = json!({ "typ": typ, "alg": "ES256", "kid": self.kid });
        let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let signed =
            format!("{}.{}", part(serde_json::to_vec(&header)?), part(serde_json::to_vec(claims)?));
        let signature: Signature = self.key.sign(signed.as_bytes());
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
    }
}

fn coordinates(key: &ecdsa::SigningKey) -> (String, String) {
    // An uncompressed point is 0x04, x, y (SEC 1 §2.3.3); x and y are 32 bytes each.
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes().get(1..).unwrap_or_default().split_at(32);
    (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
}

fn fresh_key() -> Result<ecdsa::SigningKey, KeyFileRefused> {
    // Not every 32 bytes are a scalar of the curve; all but one in 2^32 are.
    for _ in 0..8 {
        let bytes = random::fresh_bytes().ok_or(KeyFileRefused::NoRandomness)?;
        if let Ok(key) = ecdsa::SigningKey::from_slice(&bytes) {
            return Ok(key);
        }
    }
    Err(KeyFileRefused::NoRandomness)
}

/// Writes beside and renames, so that a kill in between leaves no half key behind.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
