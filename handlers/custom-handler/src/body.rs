//! Bodies: read whole, within a limit and a deadline, however they are framed.

use std::pin::pin;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

/// How much is read of a body that nobody wants, in bytes. Rule e: an answer given before the body
/// is read becomes a 500 at the client.
const DRAINED: usize = 8 * 1024 * 1024;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// Larger than the limit. The rest has been drained, within its bounds.
    TooLarge,
    /// The deadline came first.
    Late,
    /// The connection broke.
    Broken,
}

/// The whole body, if it has at most `limit` bytes and is there by `until`.
pub(crate) async fn read<S, B, E>(body: S, limit: usize, until: Instant) -> Result<Bytes, Unread>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let mut read = Read { limit, seen: 0, single: Bytes::new(), joined: BytesMut::new() };
    let end = timeout_at(until, read.all_of(body)).await;
    match end {
        Ok(Err(Broken)) => Err(Unread::Broken),
        _ if read.seen > limit => Err(Unread::TooLarge),
        Ok(Ok(())) => Ok(read.whole()),
        Err(_) => Err(Unread::Late),
    }
}

struct Broken;

struct Read {
    limit: usize,
    seen: usize,
    /// The only chunk so far. Most bodies have one, and that one is not copied.
    single: Bytes,
    /// All chunks, once there are two.
    joined: BytesMut,
}

impl Read {
    async fn all_of<S, B, E>(&mut self, body: S) -> Result<(), Broken>
    where
        S: Stream<Item = Result<B, E>>,
        B: Buf,
    {
        let mut body = pin!(body);
        while let Some(chunk) = body.next().await {
            let mut chunk = chunk.map_err(|_| Broken)?;
            let size = chunk.remaining();
            self.seen = self.seen.saturating_add(size);
            if self.seen > self.limit {
                (self.single, self.joined) = (Bytes::new(), BytesMut::new());
                if self.seen > self.limit.max(DRAINED) {
                    break;
                }
            } else if self.seen == size {
                self.single = chunk.copy_to_bytes(size);
            } else {
                self.joined.put(std::mem::take(&mut self.single));
                self.joined.put(chunk);
            }
        }
        Ok(())
    }

    fn whole(self) -> Bytes {
        if self.joined.is_empty() { self.single } else { self.joined.freeze() }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use futures_util::stream;
    use proptest::prelude::*;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    fn chunks(sizes: &[usize]) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
        let chunks: Vec<_> = sizes.iter().map(|size| Ok(Bytes::from(vec![7; *size]))).collect();
        stream::iter(chunks)
    }

    #[tokio::test]
    async fn a_body_at_the_limit_is_read_and_one_byte_more_is_too_large() {
        assert_eq!(read(chunks(&[3, 4, 3]), 10, soon()).await.unwrap().len(), 10);
        assert_eq!(read(chunks(&[3, 4, 4]), 10, soon()).await, Err(Unread::TooLarge));
    }

    // Rule e: drained first, but only so far.
    #[tokio::test]
    async fn what_is_too_large_is_drained_within_a_bound() {
        let left_of = async |count: usize| {
            let mut left = stream::iter(
                (0..count).map(|_| Ok::<_, Infallible>(Bytes::from(vec![0; 1024 * 1024]))),
            );
            assert_eq!(read(&mut left, 10, soon()).await, Err(Unread::TooLarge));
            left.count().await
        };

        assert_eq!(left_of(8).await, 0);
        assert_eq!(left_of(12).await, 3);
    }

    // Rule d: reading has a deadline, and what has been seen by then decides the answer.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_end_is_late() {
        let endless = |first: &[usize]| chunks(first).chain(stream::pending());

        assert_eq!(read(endless(&[]), 10, soon()).await, Err(Unread::Late));
        assert_eq!(read(endless(&[9]), 10, soon()).await, Err(Unread::Late));
        assert_eq!(read(endless(&[11]), 10, soon()).await, Err(Unread::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_broken() {
        let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err("reset")]);

        assert_eq!(read(broken, 10, soon()).await, Err(Unread::Broken));
    }

    proptest! {
        #[test]
        fn however_it_is_cut_a_body_arrives_whole(parts in proptest::collection::vec(any::<Vec<u8>>(), 0..6)) {
            let whole = parts.concat();
            let stream = stream::iter(parts.into_iter().map(|part| Ok::<_, Infallible>(Bytes::from(part))));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();

            let read = runtime.block_on(async { read(stream, whole.len(), soon()).await });
            prop_assert_eq!(read.unwrap(), whole);
        }
    }
}
