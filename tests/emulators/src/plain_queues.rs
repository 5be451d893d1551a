//! Azurite's queues in the clear, for `local-host`, whose queue client speaks HTTP on loopback only.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::Outcome;
use crate::certificates::Certificates;

/// Starts it; its port.
pub async fn start(queue_port: u16, certificates: &Certificates) -> Outcome<u16> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificates.authority())?)?;
    let config =
        rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        loop {
            let Ok((plain, _)) = listener.accept().await else { continue };
            let connector = connector.clone();
            tokio::spawn(async move { bridge(plain, &connector, queue_port).await });
        }
    });
    Ok(port)
}

async fn bridge(mut plain: TcpStream, connector: &TlsConnector, queue_port: u16) -> Outcome<()> {
    let stream = TcpStream::connect(("127.0.0.1", queue_port)).await?;
    stream.set_nodelay(true)?;
    plain.set_nodelay(true)?;
    let mut stream = connector.connect(ServerName::try_from("localhost")?, stream).await?;
    copy_bidirectional(&mut plain, &mut stream).await?;
    Ok(())
}

/// TLS for a double of ours, with the certificate that clients trust.
pub fn acceptor(certificates: &Certificates) -> Outcome<TlsAcceptor> {
    let chain = vec![CertificateDer::from_pem_file(certificates.server())?];
    let key = PrivateKeyDer::from_pem_file(certificates.server_key())?;
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
