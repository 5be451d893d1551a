//! Signed URLs: leave to do one thing with one blob until a moment.
//!
//! They read like a service SAS of Azure Blob Storage and sign the same sixteen lines (Microsoft,
//! "Create a service SAS", version 2020-12-06 and later), here under a key of `keys.json`.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::blobs::{BlobContainer, SignUrls, SignedUpload};
use domain::ports::error::StoreError;
use domain::ports::keys::SecretKey;
use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp, Unit};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::blob_rows::BlobName;
use crate::percent;
use crate::store::{ACCOUNT, Embedded};

/// The form of the sixteen lines.
const VERSION: &str = "2022-11-02";
/// An upload URL lives for at most 15 minutes (R50).
const LONGEST_UPLOAD: SignedDuration = SignedDuration::from_mins(15);

/// Signs, and knows its own signatures.
#[derive(Debug, Clone)]
pub(crate) struct UrlSigner {
    key: SecretKey,
    /// `{origin}/{account}`
    endpoint: String,
}

/// The parameters of a signed URL as they stand in it, decoded; empty where absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) version: String,
    pub(crate) permissions: String,
    pub(crate) expiry: String,
    pub(crate) resource: String,
    pub(crate) disposition: String,
    pub(crate) content_type: String,
    pub(crate) signature: String,
}

/// What a holder may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Read,
    Create,
    Write,
    Delete,
}

/// Why a signature opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSigned {
    /// There is none.
    Absent,
    /// Not ours for this blob and these parameters, or past its time.
    Invalid,
}

impl Signed {
    /// Picks its parameters out of a query; two of a kind could mean two things, so: none.
    pub(crate) fn in_query(query: &[(String, String)]) -> Result<Self, NotSigned> {
        let mut signed = Self::default();
        for (name, value) in query {
            let place = match name.as_str() {
                "sv" => &mut signed.version,
                "sp" => &mut signed.permissions,
                "se" => &mut signed.expiry,
                "sr" => &mut signed.resource,
                "rscd" => &mut signed.disposition,
                "rsct" => &mut signed.content_type,
                "sig" => &mut signed.signature,
                // Signed by Azure, never by us: start, identifier, address, protocol, snapshot,
                // encryption scope, cache control, encoding and language of the reply.
                "st" | "si" | "sip" | "spr" | "ses" | "rscc" | "rsce" | "rscl" => {
                    return Err(NotSigned::Invalid);
                }
                _ => continue,
            };
            if !place.is_empty() {
                return Err(NotSigned::Invalid);
            }
            place.clone_from(value);
        }
        if signed.signature.is_empty() { Err(NotSigned::Absent) } else { Ok(signed) }
    }

    /// Whether its holder may.
    pub(crate) fn permits(&self, permission: Permission) -> bool {
        self.permissions.contains(match permission {
            Permission::Read => 'r',
            Permission::Create => 'c',
            Permission::Write => 'w',
            Permission::Delete => 'd',
        })
    }

    fn lines(&self, place: &BlobName) -> String {
        let blob = format!("/blob/{ACCOUNT}/{}/{}", place.container.name(), place.name);
        let Self { version, permissions, expiry, resource, disposition, content_type, .. } = self;
        [
            permissions,
            "",
            expiry,
            &blob,
            "",
            "",
            "",
            version,
            resource,
            "",
            "",
            "",
            disposition,
            "",
            "",
            content_type,
        ]
        .join("\n")
    }

    fn to_query(&self) -> String {
        let Self { version, permissions, expiry, resource, disposition, content_type, signature } =
            self;
        [
            ("sv", version),
            ("sp", permissions),
            ("se", expiry),
            ("sr", resource),
            ("rscd", disposition),
            ("rsct", content_type),
            ("sig", signature),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", percent::encode(value)))
        .collect::<Vec<_>>()
        .join("&")
    }
}

impl UrlSigner {
    pub(crate) fn new(key: SecretKey, endpoint: String) -> Self {
        Self { key, endpoint }
    }

    /// The URL by which `signed` may be done with `place`.
    pub(crate) fn url(&self, place: &BlobName, mut signed: Signed) -> Result<String, StoreError> {
        // Clients fold such a segment away and would ask for something else.
        if place.name == "." || place.name == ".." {
            return Err(StoreError::broken("a name that no URL can carry"));
        }
        signed.signature = STANDARD.encode(self.mac(place, &signed).map_err(StoreError::broken)?);
        let (container, name) = (place.container.name(), percent::encode(&place.name));
        Ok(format!("{}/{container}/{name}?{}", self.endpoint, signed.to_query()))
    }

    /// What a query allows with `place` at `now`. The signature is compared in constant time and
    /// before anything that it vouches for is believed.
    pub(crate) fn verify(
        &self,
        place: &BlobName,
        query: &[(String, String)],
        now: Timestamp,
    ) -> Result<Signed, NotSigned> {
        let signed = Signed::in_query(query)?;
        let claimed = STANDARD.decode(&signed.signature).map_err(|_| NotSigned::Invalid)?;
        let ours = self.mac(place, &signed).map_err(|_| NotSigned::Invalid)?;
        if !bool::from(ours.as_slice().ct_eq(&claimed)) {
            return Err(NotSigned::Invalid);
        }
        let expiry: Timestamp = signed.expiry.parse().map_err(|_| NotSigned::Invalid)?;
        if signed.resource != "b" || now >= expiry {
            return Err(NotSigned::Invalid);
        }
        Ok(signed)
    }

    fn mac(&self, place: &BlobName, signed: &Signed) -> Result<[u8; 32], InvalidLength> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key.0)?;
        mac.update(signed.lines(place).as_bytes());
        Ok(mac.finalize().into_bytes().into())
    }
}

fn leave(permissions: &str, until: Timestamp) -> Result<Signed, StoreError> {
    // Whole seconds, as Azure writes them; cut, never prolonged.
    let whole = jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor);
    Ok(Signed {
        version: VERSION.to_owned(),
        permissions: permissions.to_owned(),
        expiry: until.round(whole).map_err(StoreError::broken)?.to_string(),
        resource: "b".to_owned(),
        ..Signed::default()
    })
}

#[async_trait]
impl SignUrls for Embedded {
    async fn sign_upload(
        &self,
        name: &str,
        content_type: &str,
        bytes: u64,
        until: Timestamp,
    ) -> Result<SignedUpload, StoreError> {
        if until.duration_since(self.now()) > LONGEST_UPLOAD {
            return Err(StoreError::broken("an upload may be signed for 15 minutes at most"));
        }
        let place = BlobName::new(BlobContainer::Incoming, name)?;
        let url = self.signer().url(&place, leave("cw", until)?)?;
        self.blobs().give_address(&place.name, bytes, until).await?;
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers =
            vec![header("x-ms-blob-type", "BlockBlob"), header("content-type", content_type)];
        Ok(SignedUpload { url, headers })
    }

    async fn sign_read(
        &self,
        name: &str,
        content_type: &str,
        until: Timestamp,
    ) -> Result<String, StoreError> {
        let place = BlobName::new(BlobContainer::Records, name)?;
        let signed = Signed {
            disposition: "attachment".to_owned(),
            content_type: content_type.to_owned(),
            ..leave("r", until)?
        };
        self.signer().url(&place, signed)
    }
}
