//! HTTP/1.1 as bytes: enough to send what a recording holds and to take apart what comes back.

/// Takes the chunks of a chunked body apart. `None`: it is cut off or no chunked body.
pub fn dechunk(mut wire: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(wire, b"\r\n")?;
        let line = String::from_utf8_lossy(wire.get(..end)?).into_owned();
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        let start = end + 2;
        if size == 0 {
            return wire.get(start..)?.ends_with(b"\r\n").then_some(body);
        }
        body.extend_from_slice(wire.get(start..start + size)?);
        wire = wire.get(start + size + 2..)?;
    }
}

/// One body in `pieces` chunks of about one size.
pub fn chunked(body: &[u8], pieces: usize) -> Vec<u8> {
    let mut wire = Vec::new();
    for piece in split(body, pieces) {
        wire.extend_from_slice(&chunk(piece));
    }
    wire.extend_from_slice(b"0\r\n\r\n");
    wire
}

pub fn chunk(piece: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

/// `body` in at most `pieces` parts, all of one size but the last; no part is empty.
pub fn split(body: &[u8], pieces: usize) -> Vec<&[u8]> {
    if body.is_empty() {
        return Vec::new();
    }
    body.chunks(body.len().div_ceil(pieces.max(1))).collect()
}

/// How many chunks make a body of `length` bytes `on_wire` bytes long.
pub fn chunks_for(length: usize, on_wire: usize) -> Option<usize> {
    if length == 0 {
        return (on_wire == 5).then_some(0);
    }
    let most = on_wire.checked_sub(length)? / 5 + 1;
    (1..=most.min(4096)).find(|pieces| {
        let size = length.div_ceil(*pieces);
        let full = length / size;
        let rest = length % size;
        let frame = |n: usize| format!("{n:x}").len() + 4;
        let framing = full * frame(size) + if rest > 0 { frame(rest) } else { 0 };
        length + framing + 5 == on_wire
    })
}

pub fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

/// The body of a request or an answer that was recorded whole, chunk framing taken off.
pub fn body_of_raw(wire: &[u8]) -> Vec<u8> {
    let Some(end) = find(wire, b"\r\n\r\n") else { return Vec::new() };
    let (head, body) = wire.split_at(end + 4);
    let is_chunked = String::from_utf8_lossy(head).to_ascii_lowercase().contains("chunked");
    if is_chunked { dechunk(body).unwrap_or_default() } else { body.to_vec() }
}

/// Status line and headers of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerHead {
    /// `1.1`
    pub version: String,
    /// For example `404 Not Found`.
    pub status: String,
    pub headers: Vec<(String, String)>,
}

impl AnswerHead {
    /// `None`: this is no HTTP/1 head.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.trim_end_matches("\r\n").split("\r\n");
        let (version, status) = lines.next()?.strip_prefix("HTTP/1.")?.split_once(' ')?;
        let (version, status) = (format!("1.{version}"), status.to_owned());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Some(Self { version, status, headers })
    }

    pub fn code(&self) -> u16 {
        self.status.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or_default()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_go_on_and_come_off() {
        assert_eq!(chunked(b"onetwo", 2), b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
        assert_eq!(dechunk(&chunked(b"onetwo", 2)).unwrap(), b"onetwo");
        assert_eq!(chunked(b"", 3), b"0\r\n\r\n");
        assert!(dechunk(b"3\r\non").is_none());
        assert!(dechunk(b"3\r\none\r\n").is_none());
    }

    #[test]
    fn the_length_on_the_wire_tells_how_many_chunks_there_were() {
        for (length, pieces) in [(7, 2), (1, 1), (5_242_880, 80), (11, 3), (0, 0)] {
            let wire = chunked(&vec![b'x'; length], pieces);
            assert_eq!(chunks_for(length, wire.len()), Some(pieces));
        }
        assert_eq!(chunks_for(5_242_880, 5_243_605), Some(80));
        assert_eq!(chunks_for(7, 7), None);
    }

    #[test]
    fn an_answer_head_is_taken_apart() {
        let head = AnswerHead::parse("HTTP/1.1 418 Tea Time\r\nA: b: c\r\nEmpty:\r\n").unwrap();
        assert_eq!((head.code(), head.status.as_str()), (418, "418 Tea Time"));
        assert_eq!((head.get("a"), head.get("empty")), (Some("b: c"), Some("")));
        assert!(AnswerHead::parse("<<ConnectionResetError>>").is_none());
    }
}
