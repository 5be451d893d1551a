//! The wire, as a browser and a queue trigger use it: one request a connection, seen byte for byte
//! where it is in the clear.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ports::clock::Clock as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::fmt::rfc2822::DateTimePrinter;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Caller, Opened};

/// A reply.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The code of an error, from its header and, where there is a body, its XML.
    pub(crate) fn code(&self) -> &str {
        let code = self.header("x-ms-error-code").unwrap_or_default();
        let body = self.text();
        let told = element(&body, "Code");
        assert!(body.is_empty() || told.as_deref() == Some(code), "{code} in {body}");
        code
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The text of the first element of this name.
pub(crate) fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text.to_owned())
}

/// `host:port` and what follows, of an `http://` URL.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}

/// Whoever trusts the certificate of the servers behind `https://` URLs.
static TRUSTING: OnceLock<reqwest::Client> = OnceLock::new();

/// Says who trusts them; all emulators of a run have one authority.
pub(crate) fn trust(client: reqwest::Client) {
    let _ = TRUSTING.set(client);
}

async fn send_secured(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut call = TRUSTING.get().unwrap().request(method.parse().unwrap(), url);
    for (name, value) in headers {
        call = call.header(*name, *value);
    }
    if !body.is_empty() || ["PUT", "POST"].contains(&method) {
        call = call.header("content-length", body.len()).body(body.to_vec());
    }
    let reply = call.send().await.unwrap();
    let headers = reply.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let status = reply.status().as_u16();
    Reply { status, headers, body: reply.bytes().await.unwrap().to_vec() }
}

/// Sends one request and reads its reply to the end.
pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    if url.starts_with("https://") {
        return send_secured(method, url, headers, body).await;
    }
    let (host, target) = split(url);
    let mut lines = vec![format!("{method} {target} HTTP/1.1")];
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        lines.push(format!("Host: {host}"));
    }
    lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
    if !body.is_empty() || ["PUT", "POST"].contains(&method) {
        lines.push(format!("Content-Length: {}", body.len()));
    }
    let head = format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n"));
    raw(host, &[head.as_bytes(), body].concat()).await
}

/// Sends these bytes, no more, and reads the reply to the end.
pub(crate) async fn raw(host: &str, bytes: &[u8]) -> Reply {
    let (mut from, mut to) = TcpStream::connect(host).await.unwrap().into_split();
    // As a browser does: it reads while it sends, because a refused body is not read to its end.
    let bytes = bytes.to_vec();
    let sending = tokio::spawn(async move { to.write_all(&bytes).await.map(|()| to) });
    let mut reply = Vec::new();
    let read = from.read_to_end(&mut reply).await;
    assert!(read.is_ok() || !reply.is_empty(), "{read:?}");
    drop(sending);
    parse(&reply)
}

fn parse(reply: &[u8]) -> Reply {
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").expect("a reply has a head");
    let head = String::from_utf8(reply[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<_> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let chunked =
        headers.iter().any(|header| *header == ("transfer-encoding".into(), "chunked".into()));
    let body = &reply[end + 4..];
    Reply { status, headers, body: if chunked { joined(body) } else { body.to_vec() } }
}

/// The body of which these are the chunks.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|two| two == b"\r\n").expect("a chunk has a length");
        let length = std::str::from_utf8(&chunks[..end]).unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return body;
        }
        let begin = end + 2;
        body.extend_from_slice(&chunks[begin..begin + length]);
        chunks = &chunks[begin + length + 2..];
    }
}

/// Sends a queue call signed with the account's key, dated now by the adapter's clock.
pub(crate) async fn signed(opened: &Opened, method: &str, path: &str, body: &str) -> Reply {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&opened.clock.now()).unwrap();
    signed_at(opened, method, path, body, &date).await
}

/// As [`signed`], dated `date`.
pub(crate) async fn signed_at(
    opened: &Opened,
    method: &str,
    path: &str,
    body: &str,
    date: &str,
) -> Reply {
    let url = format!("{}{path}", opened.queue_endpoint);
    let key = match &opened.caller {
        Caller::Key(key) => key,
        Caller::Token(credential) => {
            let scope = ["https://storage.azure.com/.default"];
            let token = credential.get_token(&scope, None).await.unwrap();
            let authorization = format!("Bearer {}", token.token.secret());
            let version = ("x-ms-version", "2021-12-02");
            let headers = [("x-ms-date", date), version, ("Authorization", &authorization)];
            return send(method, &url, &headers, body.as_bytes()).await;
        }
    };
    let (_, target) = split(&url);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let account = path.split('/').nth(1).unwrap();
    let mut parameters: Vec<_> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| {
            format!(
                "\n{name}:{}",
                value.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
            )
        })
        .collect();
    parameters.sort();
    let length = if body.is_empty() { String::new() } else { body.len().to_string() };
    let text = format!(
        "{method}\n\n\n{length}\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-12-02\n\
         /{account}{path}{}",
        parameters.concat()
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let authorization = format!("SharedKey {account}:{signature}");
    let headers = [
        ("x-ms-date", date),
        ("x-ms-version", "2021-12-02"),
        ("Authorization", authorization.as_str()),
    ];
    send(method, &url, &headers, body.as_bytes()).await
}
