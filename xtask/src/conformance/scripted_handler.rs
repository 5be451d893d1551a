//! The handler process of a conformance run: raw TCP, so that it can answer, cut, hang and die
//! exactly as the recorded handler did.
//!
//! It knows nothing: each head that comes in is told to the script's writer, who says what to do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::conduct::{Body, Conduct, Head, LONG_BODY, Life, Step, Told, sha256_hex};

/// `args`: the address of the script's writer, for example `127.0.0.1:40123`.
pub fn run(args: &[String]) -> Result<ExitCode, String> {
    let [writer] = args else {
        return Err("scripted-handler is started by `conformance` only".to_owned());
    };
    let mut teller = Teller::connect(writer)?;
    let life: Life = teller.ask(&Told::Born)?;
    let (answered, was_answered) = mpsc::channel();
    if let Some(after) = life.listens_after {
        let port = port_given_by_the_host()?;
        let writer = writer.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(after));
            if let Err(problem) = listen(port, &writer, &answered) {
                eprintln!("scripted handler: {problem}");
            }
        });
    }
    if let Some((after, code)) = life.exits_after {
        thread::sleep(Duration::from_millis(after));
        if life.answers_first && was_answered.recv().is_err() {
            return Err("nobody can ask any more".to_owned());
        }
        return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
    }
    // Lives until it is killed, or until nobody is left who writes its script.
    teller.wait_for_the_end();
    Ok(ExitCode::from(200))
}

#[expect(clippy::disallowed_methods, reason = "the host hands the port over in the environment")]
fn port_given_by_the_host() -> Result<u16, String> {
    let text = std::env::var("FUNCTIONS_CUSTOMHANDLER_PORT").map_err(|e| e.to_string())?;
    text.parse().map_err(|_| format!("FUNCTIONS_CUSTOMHANDLER_PORT is {text}"))
}

fn listen(port: u16, writer: &str, answered: &Sender<()>) -> Result<(), String> {
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(|e| e.to_string())?;
    for connection in listener.incoming().flatten() {
        let (writer, answered) = (writer.to_owned(), answered.clone());
        thread::spawn(move || serve(&connection, &writer, &answered));
    }
    Ok(())
}

/// Serves one connection until it closes. What breaks on it concerns the recording's reader, not
/// this process: the writer sees which bodies stayed incomplete.
fn serve(connection: &TcpStream, writer: &str, answered: &Sender<()>) -> Option<()> {
    connection.set_nodelay(true).ok()?;
    let mut teller = Teller::connect(writer).ok()?;
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    while let Some(head) = read_head(&mut reader) {
        let framing = Framing::of(&head);
        let ends = head.header("Connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));
        let expects = head.header("Expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue"));
        let conduct: Conduct = teller.ask(&Told::Head(head)).ok()?;
        let mut out = connection;
        if conduct.reads_body {
            if expects {
                out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
            }
            teller.tell(&Told::Body(framing.read(&mut reader))).ok()?;
        }
        for step in conduct.steps {
            match step {
                Step::Send(encoded) => {
                    out.write_all(&BASE64_STANDARD.decode(encoded).ok()?).ok()?;
                }
                Step::Pause(milliseconds) => thread::sleep(Duration::from_millis(milliseconds)),
                Step::Hang => loop {
                    thread::park();
                },
                Step::Close => {
                    connection.shutdown(Shutdown::Both).ok();
                    return None;
                }
            }
        }
        // Nobody waits for it in an ordinary life.
        answered.send(()).ok();
        if ends {
            return None;
        }
    }
    None
}

fn read_head(reader: &mut BufReader<TcpStream>) -> Option<Head> {
    let mut wire = Vec::new();
    while !wire.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut wire).ok()? == 0 {
            return None;
        }
    }
    let text: String = wire.iter().map(|byte| char::from(*byte)).collect();
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.splitn(3, ' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let version = words.next()?.trim_start_matches("HTTP/").to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    Some(Head { method, target, version, headers, wire: BASE64_STANDARD.encode(&wire) })
}

enum Framing {
    Chunked,
    Length(usize),
}

impl Framing {
    fn of(head: &Head) -> Self {
        if head.header("Transfer-Encoding").is_some() {
            return Self::Chunked;
        }
        let length = head.header("Content-Length").and_then(|v| v.parse().ok());
        Self::Length(length.unwrap_or_default())
    }

    fn read(&self, reader: &mut BufReader<TcpStream>) -> Body {
        let mut arrived = Arrived::default();
        let complete = match self {
            Self::Length(length) => arrived.take(reader, *length, true).is_some(),
            Self::Chunked => arrived.chunks(reader).is_some(),
        };
        let short = arrived.body.len() <= LONG_BODY;
        Body {
            length: arrived.body.len(),
            sha256: sha256_hex(&arrived.body),
            bytes: short.then(|| BASE64_STANDARD.encode(&arrived.body)),
            wire: short.then(|| BASE64_STANDARD.encode(&arrived.wire)),
            chunks: arrived.chunks,
            complete,
        }
    }
}

#[derive(Default)]
struct Arrived {
    body: Vec<u8>,
    wire: Vec<u8>,
    chunks: Vec<usize>,
}

impl Arrived {
    /// Takes `count` bytes; `None` when the connection ended before.
    fn take(
        &mut self,
        reader: &mut BufReader<TcpStream>,
        count: usize,
        is_body: bool,
    ) -> Option<()> {
        let start = self.wire.len();
        let limit = u64::try_from(count).ok()?;
        reader.by_ref().take(limit).read_to_end(&mut self.wire).ok()?;
        let taken = self.wire.get(start..)?;
        if is_body {
            self.body.extend_from_slice(taken);
        }
        (taken.len() == count).then_some(())
    }

    fn chunks(&mut self, reader: &mut BufReader<TcpStream>) -> Option<()> {
        loop {
            let start = self.wire.len();
            reader.read_until(b'\n', &mut self.wire).ok()?;
            let line = String::from_utf8_lossy(self.wire.get(start..)?).into_owned();
            let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
            if size == 0 {
                return self.take(reader, 2, false);
            }
            self.chunks.push(size);
            self.take(reader, size, true)?;
            self.take(reader, 2, false)?;
        }
    }
}

/// A connection to the writer of the script.
struct Teller {
    out: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Teller {
    fn connect(writer: &str) -> Result<Self, String> {
        let out = TcpStream::connect(writer).map_err(|e| format!("{writer}: {e}"))?;
        out.set_nodelay(true).map_err(|e| e.to_string())?;
        let answers = BufReader::new(out.try_clone().map_err(|e| e.to_string())?);
        Ok(Self { out, answers })
    }

    fn tell(&mut self, told: &Told) -> Result<(), String> {
        let line = serde_json::to_string(told).map_err(|e| e.to_string())?;
        self.out.write_all(format!("{line}\n").as_bytes()).map_err(|e| e.to_string())
    }

    fn ask<T: serde::de::DeserializeOwned>(&mut self, told: &Told) -> Result<T, String> {
        self.tell(told)?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|e| e.to_string())?;
        serde_json::from_str(&line).map_err(|e| e.to_string())
    }

    fn wait_for_the_end(&mut self) {
        let mut rest = String::new();
        while matches!(self.answers.read_line(&mut rest), Ok(count) if count > 0) {
            rest.clear();
        }
    }
}
