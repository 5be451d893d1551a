//! Starts what a development host adds to the real one: the issuer on its port, `/dev/*`.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::DevPages;
use crate::HostClock;
use crate::issuer::{self, Issuer, IssuerOptions, KeyFileRefused, StaffRefused, read_staff};

/// Audience of the access tokens: what the handlers' `STAFF_AUDIENCE` is on one machine.
const AUDIENCE: &str = "api://aftersight";

/// What the command line says about the demo.
pub struct DevOptions {
    pub issuer_port: u16,
    /// Port of the front, where the pages are.
    pub front_port: u16,
    /// The controllers document with the staff to sign in as.
    pub staff: PathBuf,
    /// Folder of texts that "arrived".
    pub outbox: PathBuf,
    /// The issuer's key is kept here.
    pub state_dir: PathBuf,
    pub clock: HostClock,
}

#[derive(Debug, thiserror::Error)]
pub enum DevRefused {
    #[error("the issuer cannot listen on 127.0.0.1:{port}: {cause}")]
    Listen { port: u16, cause: std::io::Error },
    #[error(transparent)]
    Staff(#[from] StaffRefused),
    #[error(transparent)]
    Key(#[from] KeyFileRefused),
}

/// Listens, and answers until the runtime ends. The pages are for the front's `/dev/`.
pub async fn start(options: DevOptions) -> Result<DevPages, DevRefused> {
    let listen = |cause| DevRefused::Listen { port: options.issuer_port, cause };
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, options.issuer_port)).await.map_err(listen)?;
    let port = listener.local_addr().map_err(listen)?.port();
    let issuer = Arc::new(Issuer::open(IssuerOptions {
        origin: format!("http://127.0.0.1:{port}"),
        public_origin: format!("http://127.0.0.1:{}", options.front_port),
        audience: AUDIENCE.to_owned(),
        staff: read_staff(&options.staff)?,
        key_file: options.state_dir.join("issuer-key.pem"),
        clock: options.clock,
    })?);
    tokio::spawn(issuer::serve(Arc::clone(&issuer), listener, std::future::pending()));
    Ok(DevPages::new(issuer, options.outbox))
}
