//! How much of patients' pictures is in memory at once, whatever arrives together.
//!
//! A picture is checked and cleaned whole, so its bytes are in memory while that lasts, once as they
//! came and once clean. Many at once share this room; who finds it full waits in line.

use domain::upload_state::LARGEST;
use tokio::sync::{Semaphore, SemaphorePermit};

/// One place.
const MIB: u64 = 1 << 20;
/// Bytes of pictures as they came, together: one of the largest, and some of an ordinary kind beside.
const ROOM: u32 = 32;

static PLACES: Semaphore = Semaphore::const_new(ROOM as usize);

/// Waits until a blob of `bytes` bytes fits. What is larger than any picture is not read.
pub async fn room_for(bytes: u64) -> Option<SemaphorePermit<'static>> {
    let places = if bytes > LARGEST { 1 } else { bytes.div_ceil(MIB).max(1) };
    // Never closed, so never refused.
    PLACES.acquire_many(u32::try_from(places).unwrap_or(ROOM)).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_largest_picture_fits_and_no_second_one_beside_it() {
        let first = room_for(LARGEST).await;
        assert!(PLACES.available_permits() <= 7);
        let second = room_for(LARGEST);
        tokio::pin!(second);
        let waits = futures_util::future::poll_immediate(second.as_mut()).await;
        assert!(waits.is_none());
        drop(first);
        assert!(second.await.is_some());
    }
}
