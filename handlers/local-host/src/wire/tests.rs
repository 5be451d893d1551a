use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// A handler that reads one request head (and `body` bytes more), says `answer` and closes.
async fn handler(answer: &'static [u8], body: usize) -> (u16, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        loop {
            let end = read.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
            if end.is_some_and(|end| read.len() >= end + body) {
                break;
            }
            assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0);
        }
        stream.write_all(answer).await.unwrap();
        read
    });
    (port, task)
}

fn get() -> Request {
    Request {
        method: "GET".into(),
        target: "/x?y".into(),
        headers: vec![("Host".into(), b"h".to_vec()), ("x-Odd_Case".into(), b"1".to_vec())],
    }
}

#[tokio::test]
async fn the_head_goes_out_as_it_was_given() {
    let (port, seen) = handler(b"HTTP/1.1 418 Tea Time\r\nContent-Length: 2\r\n\r\nok", 0).await;
    let answer = exchange(port, &get(), Body::Nothing, None).await.unwrap();
    assert_eq!((answer.status, answer.reason.as_str()), (418, "Tea Time"));
    assert_eq!(answer.body.whole(10).await.unwrap(), "ok");
    assert_eq!(seen.await.unwrap(), b"GET /x?y HTTP/1.1\r\nHost: h\r\nx-Odd_Case: 1\r\n\r\n");
}

#[tokio::test]
async fn chunks_come_out_as_one_body() {
    let answer =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3;x=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
    let (port, _) = handler(answer, 0).await;
    let answer = exchange(port, &get(), Body::Nothing, None).await.unwrap();
    assert_eq!(answer.body.whole(100).await.unwrap(), "abc0123456789");
}

#[tokio::test]
async fn a_body_is_sent_in_chunks_with_upper_case_sizes() {
    let (port, seen) = handler(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 4 + 28 + 5).await;
    let body = Bytes::from_static(b"abcdefghijklmnopqrstuvwxyz");
    exchange(port, &get(), Body::Chunked(&body), None).await.unwrap();
    let seen = String::from_utf8(seen.await.unwrap()).unwrap();
    assert!(seen.ends_with("1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n"), "{seen}");
}

#[tokio::test]
async fn a_connection_that_ends_says_whether_anything_came() {
    let (port, _) = handler(b"", 0).await;
    let error = exchange(port, &get(), Body::Nothing, None).await.err();
    assert!(matches!(error, Some(WireError::Ended { nothing_came: true })));
    let (port, _) = handler(b"HTTP/1.1 200", 0).await;
    let error = exchange(port, &get(), Body::Nothing, None).await.err();
    assert!(matches!(error, Some(WireError::Ended { nothing_came: false })));
}

#[tokio::test]
async fn a_cut_body_names_what_is_missing() {
    let (port, _) = handler(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc", 0).await;
    let answer = exchange(port, &get(), Body::Nothing, None).await.unwrap();
    let error = answer.body.whole(2_000).await.unwrap_err();
    assert!(error.to_string().contains("at least 997 additional bytes"), "{error}");
}

#[tokio::test]
async fn an_answer_to_head_has_no_body_whatever_it_says() {
    let (port, _) = handler(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", 0).await;
    let head = Request { method: "HEAD".into(), ..get() };
    let answer = exchange(port, &head, Body::Nothing, None).await.unwrap();
    assert_eq!(answer.body.whole(10).await.unwrap(), "");
}

#[tokio::test]
async fn a_value_beyond_ascii_never_leaves() {
    let mut request = get();
    request.headers.push(("Cookie".into(), "a=café".into()));
    let error = exchange(9, &request, Body::Nothing, None).await.err();
    assert!(matches!(error, Some(WireError::NotAscii)));
}

#[tokio::test]
async fn a_final_answer_instead_of_continue_saves_the_body() {
    let (port, seen) = handler(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", 0).await;
    let mut request = get();
    request.headers.push(("Expect".into(), b"100-continue".to_vec()));
    let body = Bytes::from_static(b"body");
    let answer = exchange(port, &request, Body::Whole(&body), None).await.unwrap();
    assert_eq!(answer.status, 413);
    assert!(seen.await.unwrap().ends_with(b"\r\n\r\n"));
}

#[tokio::test]
async fn silence_is_bounded() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let idle = Duration::from_millis(20);
    let error = exchange(port, &get(), Body::Nothing, Some(idle)).await.err();
    assert!(matches!(error, Some(WireError::Idle(_))));
}

#[tokio::test]
async fn a_large_body_goes_out_whole() {
    let body = Bytes::from(vec![b'x'; 300_000]);
    let (port, seen) = handler(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", body.len()).await;
    exchange(port, &get(), Body::Whole(&body), None).await.unwrap();
    assert!(seen.await.unwrap().ends_with(&body));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]

    #[test]
    fn every_body_survives_its_chunks(
        pieces in proptest::collection::vec(
            proptest::collection::vec(proptest::prelude::any::<u8>(), 1..3_000), 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let sent = pieces.clone();
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.read_buf(&mut Vec::new()).await.unwrap();
                let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                stream.write_all(head).await.unwrap();
                for piece in sent {
                    let size = format!("{:x}\r\n", piece.len());
                    stream.write_all(size.as_bytes()).await.unwrap();
                    stream.write_all(&piece).await.unwrap();
                    stream.write_all(b"\r\n").await.unwrap();
                }
                stream.write_all(b"0\r\n\r\n").await.unwrap();
            });
            let answer = exchange(port, &get(), Body::Nothing, None).await.unwrap();
            let body = answer.body.whole(100_000).await.unwrap();
            assert_eq!(body.as_ref(), pieces.concat());
        });
    }
}
