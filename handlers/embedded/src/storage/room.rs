//! Who has a place at a listener. Connections that have not shown a signature yet are cut, the
//! oldest first, where new ones need their place: an honest client shows one with its first bytes.
//! Those that have shown one have places of their own, and one patient a share of these.
//!
//! Nothing here looks at an address: behind a proxy all clients have the same.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::refusal::Refusal;

/// How long a signed request waits for a place.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many places there are. Together with the files that requests open they fit into the 1,024
/// descriptors that a process has by default.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    /// Connections that show no signature.
    pub(crate) strangers: usize,
    /// Requests that showed one.
    pub(crate) signed: usize,
    /// Of these, for what is sent for one patient.
    pub(crate) of_one: usize,
}

/// The places of one listener.
pub(crate) struct Room {
    places: Places,
    strangers: Mutex<VecDeque<Weak<Seat>>>,
    signed: Arc<Semaphore>,
    /// Requests that send, by patient.
    sending: Mutex<HashMap<String, usize>>,
}

/// A connection's place; it is given back when dropped.
pub(crate) struct Seat {
    room: Arc<Room>,
    needed: Notify,
}

/// A request that showed a signature. Dropped behind its reply.
pub(crate) struct Signed {
    seat: Arc<Seat>,
    sender: Option<String>,
    _place: OwnedSemaphorePermit,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Room {
    pub(crate) fn with(places: Places) -> Arc<Self> {
        Arc::new(Self {
            places,
            strangers: Mutex::default(),
            signed: Arc::new(Semaphore::new(places.signed)),
            sending: Mutex::default(),
        })
    }

    /// A place for a connection that was just made.
    pub(crate) fn enter(self: &Arc<Self>) -> Arc<Seat> {
        let seat = Arc::new(Seat { room: Arc::clone(self), needed: Notify::new() });
        self.take_in(&seat);
        seat
    }

    fn take_in(&self, seat: &Arc<Seat>) {
        let mut strangers = locked(&self.strangers);
        strangers.retain(|other| other.strong_count() > 0);
        while strangers.len() >= self.places.strangers
            && let Some(oldest) = strangers.pop_front()
        {
            if let Some(oldest) = oldest.upgrade() {
                oldest.needed.notify_one();
            }
        }
        strangers.push_back(Arc::downgrade(seat));
    }
}

impl Seat {
    /// Ends when somebody else needs the place.
    pub(crate) async fn is_needed(&self) {
        self.needed.notified().await;
    }

    /// The signature of a request is good: it has a place that no stranger takes. `sender` is the
    /// patient that it sends for.
    pub(crate) async fn shows_signature(
        self: &Arc<Self>,
        sender: Option<&str>,
    ) -> Result<Signed, Refusal> {
        let places = Arc::clone(&self.room.signed).acquire_owned();
        let place = timeout(PATIENCE, places).await.ok().and_then(Result::ok);
        let place = place.ok_or(Refusal::TooManyAtOnce)?;
        if let Some(sender) = sender {
            let mut sending = locked(&self.room.sending);
            let count = sending.entry(sender.to_owned()).or_default();
            if *count >= self.room.places.of_one {
                return Err(Refusal::TooManyAtOnce);
            }
            *count += 1;
        }
        locked(&self.room.strangers)
            .retain(|other| !std::ptr::eq(other.as_ptr(), &raw const **self));
        Ok(Signed { seat: Arc::clone(self), sender: sender.map(str::to_owned), _place: place })
    }
}

impl Drop for Signed {
    fn drop(&mut self) {
        if let Some(sender) = &self.sender {
            let mut sending = locked(&self.seat.room.sending);
            if let Some(count) = sending.get_mut(sender) {
                *count -= 1;
                if *count == 0 {
                    sending.remove(sender);
                }
            }
        }
        self.seat.room.take_in(&self.seat);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Places = Places { strangers: 2, signed: 2, of_one: 1 };

    fn is_needed(seat: &Arc<Seat>) -> bool {
        let mut needed = std::pin::pin!(seat.is_needed());
        let waker = std::task::Waker::noop();
        let mut context = std::task::Context::from_waker(waker);
        std::future::Future::poll(needed.as_mut(), &mut context).is_ready()
    }

    #[tokio::test]
    async fn the_oldest_stranger_goes_and_who_showed_a_signature_stays() {
        let room = Room::with(FEW);
        let (first, second) = (room.enter(), room.enter());
        let signed = first.shows_signature(None).await.unwrap();
        let third = room.enter();
        assert!(!is_needed(&second), "the signed one left its place among the strangers");
        let _fourth = room.enter();
        assert!(is_needed(&second) && !is_needed(&first) && !is_needed(&third));
        drop(signed);
        assert!(is_needed(&third), "behind its reply it is a stranger again, and the newest");
        assert!(!is_needed(&first));
    }

    #[tokio::test(start_paused = true)]
    async fn one_patient_has_a_share_of_the_signed_places() {
        let room = Room::with(FEW);
        let seats = [room.enter(), room.enter(), room.enter()];
        let one = seats[0].shows_signature(Some("p")).await.unwrap();
        let again = seats[1].shows_signature(Some("p")).await;
        assert!(matches!(again, Err(Refusal::TooManyAtOnce)));
        let other = seats[1].shows_signature(Some("q")).await.unwrap();
        let third = seats[2].shows_signature(Some("r")).await;
        assert!(matches!(third, Err(Refusal::TooManyAtOnce)), "it waited, and both stayed");
        drop((one, other));
        assert!(seats[2].shows_signature(Some("p")).await.is_ok());
    }
}
