//! One kind of request, sent again and again over a few kept connections.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;

pub struct Load {
    pub name: &'static str,
    /// The whole request, as it goes over the wire.
    pub request: Vec<u8>,
    /// How many times a round.
    pub requests: u32,
    /// Over how many connections at once.
    pub connections: u32,
}

impl Load {
    /// Builds the wire form. `headers` are whole lines without their ends.
    pub fn new(
        name: &'static str,
        first_line: &str,
        headers: &[String],
        body: &str,
        requests: u32,
        connections: u32,
    ) -> Self {
        let mut head = format!("{first_line} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for line in headers {
            head.push_str(line);
            head.push_str("\r\n");
        }
        if !body.is_empty() {
            let length = body.len();
            // Writing to a String cannot fail.
            let _ = write!(head, "Content-Type: application/json\r\nContent-Length: {length}\r\n");
        }
        Self { name, request: format!("{head}\r\n{body}").into_bytes(), requests, connections }
    }

    /// Sends all requests to a port of this machine; each must be answered 200.
    pub fn run(&self, port: u16) -> Result<(), String> {
        thread::scope(|scope| {
            let each = self.requests / self.connections;
            let senders: Vec<_> =
                (0..self.connections).map(|_| scope.spawn(move || self.send(port, each))).collect();
            for sender in senders {
                let sent = sender.join().map_err(|_| "a sender broke".to_owned())?;
                sent.map_err(|error| format!("{}: {error}", self.name))?;
            }
            Ok(())
        })
    }

    fn send(&self, port: u16, times: u32) -> io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        let mut answers = BufReader::new(stream.try_clone()?);
        for _ in 0..times {
            stream.write_all(&self.request)?;
            read_answer(&mut answers)?;
        }
        Ok(())
    }
}

/// Reads one answer to its end; an error for another status than 200.
fn read_answer(answers: &mut BufReader<TcpStream>) -> io::Result<()> {
    let mut line = String::new();
    answers.read_line(&mut line)?;
    if line.split(' ').nth(1) != Some("200") {
        return Err(io::Error::other(format!("answered {}", line.trim())));
    }
    let mut length = 0;
    loop {
        line.clear();
        answers.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    io::copy(&mut answers.take(length), &mut io::sink())?;
    Ok(())
}
