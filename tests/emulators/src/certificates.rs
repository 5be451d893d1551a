//! A throwaway authority and one server certificate, made by `openssl` for this run only.
//!
//! rustls refuses an authority as a server's own certificate, so there are two.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

pub struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    pub fn make() -> Outcome<Self> {
        let certificates = Self { folder: tempfile::tempdir()? };
        certificates.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=Aftersight emulators",
            "-keyout",
            "ca.key",
            "-out",
            "ca.crt",
        ])?;
        certificates.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
        ])?;
        let extensions = "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n\
                          subjectAltName=DNS:localhost,IP:127.0.0.1\n";
        std::fs::write(certificates.folder.path().join("extensions"), extensions)?;
        certificates.openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "extensions",
            "-out",
            "server.crt",
        ])?;
        Ok(certificates)
    }

    /// What clients trust: `SSL_CERT_FILE`.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    pub fn server(&self) -> PathBuf {
        self.folder.path().join("server.crt")
    }

    pub fn server_key(&self) -> PathBuf {
        self.folder.path().join("server.key")
    }

    /// Holds Azurite's own files too.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn openssl(&self, arguments: &[&str]) -> Outcome<()> {
        let output =
            Command::new("openssl").args(arguments).current_dir(self.folder.path()).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("openssl {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr)).into())
    }
}
