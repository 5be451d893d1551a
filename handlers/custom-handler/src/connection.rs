//! A connection that a stalled reader cannot hold for ever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tracing::warn;

/// A TCP connection on which one answer may take so long and no longer (rule d).
///
/// The clock starts when the peer first keeps an answer waiting and stops with the next request, so
/// a peer that takes a byte now and then gains nothing. Answers that fit into the socket's buffers
/// never start it.
pub(crate) struct Connection {
    stream: TcpStream,
    write: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, write: Duration) -> Self {
        // Answers leave in one piece; without this the second of two small ones would wait.
        let _ = stream.set_nodelay(true);
        Self { stream, write, stalled: None }
    }

    fn bounded<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            return poll;
        }
        let write = self.write;
        ready!(self.stalled.get_or_insert_with(|| Box::pin(sleep(write))).as_mut().poll(cx));
        warn!("an answer was cut off: its reader was too slow");
        // A reset, because what lies in the buffers would keep the reader busy after a plain close.
        let _ = self.stream.set_zero_linger();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.stalled = None;
        }
        poll
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.bounded(cx, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.bounded(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::task::yield_now;
    use tokio::time::advance;

    use super::*;

    const WRITE: Duration = Duration::from_mins(1);

    /// The handler's end, and the host's.
    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let host = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (Connection::new(stream, WRITE), host)
    }

    /// Writes until the reader keeps it waiting. How much went out, or that it was cut off.
    async fn write_what_goes(connection: &mut Connection) -> io::Result<usize> {
        let mut written = 0;
        poll_fn(|cx| {
            loop {
                match Pin::new(&mut *connection).poll_write(cx, &[0; 16 * 1024]) {
                    Poll::Ready(Ok(some)) => written += some,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => return Poll::Ready(Ok(written)),
                }
            }
        })
        .await
    }

    async fn write_some(connection: &mut Connection) -> io::Result<usize> {
        loop {
            match write_what_goes(connection).await {
                Ok(0) => yield_now().await,
                written => return written,
            }
        }
    }

    // Rule d: a slow reader of a large answer would run into functionTimeout.
    #[tokio::test(start_paused = true)]
    async fn an_answer_is_cut_off_when_its_time_is_up_however_much_was_read_meanwhile() {
        let (mut connection, mut host) = pair().await;
        let mut page = vec![0; 8 * 1024 * 1024];
        write_some(&mut connection).await.unwrap();

        for _ in 0..3 {
            advance(WRITE / 4).await;
            host.read_exact(&mut page[..64 * 1024]).await.unwrap();
            write_what_goes(&mut connection).await.unwrap();
        }
        advance(WRITE / 4).await;
        let error = write_what_goes(&mut connection).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);

        // The host is told at once, instead of being fed from the buffers for as long as it likes.
        drop(connection);
        while host.read(&mut page).await.is_ok_and(|read| read > 0) {}
        assert_eq!(host.read(&mut page).await.unwrap_or(0), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_answer_has_its_whole_time_again() {
        let (mut connection, mut host) = pair().await;
        let mut left = write_some(&mut connection).await.unwrap();
        advance(WRITE / 2).await;
        let mut page = vec![0; 1024 * 1024];
        while left > 0 {
            left -= host.read(&mut page).await.unwrap();
        }
        host.write_all(b"GET").await.unwrap();
        connection.read_exact(&mut [0; 3]).await.unwrap();
        advance(WRITE).await;

        assert!(write_some(&mut connection).await.is_ok());
        advance(WRITE / 2).await;
        assert!(write_what_goes(&mut connection).await.is_ok());
    }
}
