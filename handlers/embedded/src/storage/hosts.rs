//! Which hosts the face answers for. A name that somebody else's page makes point here (DNS
//! rebinding) is none of them.

use http::request::Parts;
use http::{Uri, header};

use super::refusal::Refusal;

/// The names of this listener, lower-case, with their ports.
#[derive(Debug)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    /// Those of a loopback listener on `port`, and that of the origin browsers are sent to.
    pub(crate) fn new(port: u16, origin: &str) -> Self {
        let mut hosts: Vec<_> = ["127.0.0.1", "localhost", "[::1]"]
            .map(|host| format!("{host}:{port}"))
            .into_iter()
            .collect();
        if let Some(authority) = origin.parse::<Uri>().ok().as_ref().and_then(Uri::authority) {
            hosts.push(authority.as_str().to_ascii_lowercase());
        }
        Self(hosts)
    }

    /// Refuses a request that was meant for somebody else.
    pub(crate) fn check(&self, head: &Parts) -> Result<(), Refusal> {
        let mut named = head.headers.get_all(header::HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else {
            return Err(Refusal::InvalidHeader("Host"));
        };
        let host = host.to_str().map_err(|_| Refusal::InvalidHeader("Host"))?;
        let target = head.uri.authority().map(http::uri::Authority::as_str);
        if [Some(host), target].into_iter().flatten().all(|host| self.own(host)) {
            Ok(())
        } else {
            Err(Refusal::Misdirected)
        }
    }

    fn own(&self, host: &str) -> bool {
        self.0.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, hosts: &[&str]) -> Result<(), Refusal> {
        let mut request = http::Request::builder().uri(target);
        for host in hosts {
            request = request.header("host", *host);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        Hosts::new(7072, "https://Storage.example.org").check(&head)
    }

    #[test]
    fn only_its_own_names_are_answered() {
        for own in ["127.0.0.1:7072", "LOCALHOST:7072", "[::1]:7072", "storage.example.org"] {
            assert!(check("/", &[own]).is_ok(), "{own}");
        }
        let strange = ["evil.example:7072", "127.0.0.1", "127.0.0.1:7071", "127.0.0.1.nip.io:7072"];
        for strange in strange {
            assert!(matches!(check("/", &[strange]), Err(Refusal::Misdirected)), "{strange}");
        }
        let absolute = check("http://evil.example/x", &["127.0.0.1:7072"]);
        assert!(matches!(absolute, Err(Refusal::Misdirected)));
        for hosts in [&[][..], &["127.0.0.1:7072", "evil.example"]] {
            assert!(matches!(check("/", hosts), Err(Refusal::InvalidHeader(_))));
        }
    }
}
