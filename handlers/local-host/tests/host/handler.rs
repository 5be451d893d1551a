//! The handler of these tests: this very binary, started by the host with one test selected.
//!
//! What it does is asked for by the request: `/hang`, `/exit-7`, a message that says `fail`. Every
//! request with an invocation id is written to the file that `RECORD` names.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

/// Not a test: the handler's main. Returns at once where no host started it.
#[test]
fn scripted_handler() {
    let Some(port) = variable("FUNCTIONS_CUSTOMHANDLER_PORT") else { return };
    if variable("DIE").is_some() {
        exit(1);
    }
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        std::thread::spawn(move || while serve(&stream).is_some() {});
    }
}

#[expect(clippy::disallowed_methods, reason = "a handler is told its port by the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[expect(clippy::disallowed_methods, reason = "dying is what this handler is asked to do")]
fn exit(code: i32) -> ! {
    std::process::exit(code)
}

/// Answers one request; `None` when the connection is over.
fn serve(stream: &TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let header = |wanted: &str| {
        headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    let body = if header("Transfer-Encoding").is_some() {
        chunks(&mut reader)?
    } else {
        let length = header("Content-Length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        body
    };
    if header("X-Azure-Functions-InvocationId").is_none() {
        return answer(stream, "200 OK", "text/plain", b"ok");
    }
    record(&method, &path, &headers, &body);
    if let Some(code) = path.strip_prefix("/exit-") {
        exit(code.parse().unwrap());
    }
    match path.as_str() {
        "/hang" => wait_for_ever(),
        "/close" => None,
        "/large" => answer(stream, "200 OK", "text/plain", &vec![b'x'; 64 * 1_024 * 1_024]),
        "/drip" => {
            let mut stream = stream;
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndrop\r\n";
            stream.write_all(head).ok()?;
            wait_for_ever()
        }
        "/coffee" => answer(stream, "418 Tea Time", "text/plain", b"x"),
        _ if header("x-ms-invocation-id").is_some() => {
            answer(stream, "200 OK", "text/plain", format!("{method} {path}").as_bytes())
        }
        _ if path.starts_with("/failing-") => {
            answer(stream, "500 Internal Server Error", "application/json", b"{}")
        }
        _ => event(stream, &body),
    }
}

fn event(stream: &TcpStream, body: &[u8]) -> Option<()> {
    let envelope: Value = serde_json::from_slice(body).ok()?;
    let data = envelope["Data"].as_object()?.values().next()?.clone();
    let text: String = serde_json::from_str(data.as_str().unwrap_or("\"\"")).unwrap_or_default();
    let json = "application/json";
    match text.as_str() {
        "fail" => answer(stream, "500 Internal Server Error", json, b"{}"),
        "empty" => answer(stream, "200 OK", json, b""),
        "out" => answer(stream, "200 OK", json, br#"{"Outputs":{"outq":["one","two"]}}"#),
        "exit" => exit(1),
        "hang" => wait_for_ever(),
        _ => answer(stream, "200 OK", json, br#"{"Outputs":{},"Logs":[],"ReturnValue":null}"#),
    }
}

fn wait_for_ever() -> ! {
    loop {
        std::thread::park();
    }
}

fn answer(mut stream: &TcpStream, status: &str, kind: &str, body: &[u8]) -> Option<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()
}

fn chunks(reader: &mut impl std::io::BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim_end(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return Some(body);
        }
    }
}

fn record(method: &str, path: &str, headers: &[(String, String)], body: &[u8]) {
    let Some(file) = variable("RECORD") else { return };
    let body = String::from_utf8_lossy(body);
    let line = json!({"method": method, "path": path, "headers": headers, "body": body});
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}
