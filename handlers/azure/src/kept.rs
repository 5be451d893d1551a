//! A value that is asked for over the network and kept. No lock spans the asking: what is known is
//! answered at once, and whoever has to wait, waits for the one call that is under way.
//!
//! The call goes on by itself. A caller who gives up ends nothing for the others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tracing::Instrument as _;

/// The call ended without an answer: it panicked, or its runtime is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call ended without an answer")]
pub struct Lost;

/// One value. Clones are the same one.
pub struct Kept<T, E>(Arc<Mutex<State<T, E>>>);

struct State<T, E> {
    known: Option<T>,
    failed: Option<E>,
    flight: Option<Flight<T, E>>,
}

/// A call that is under way, for one of those who wait for it.
pub struct Flight<T, E>(watch::Receiver<Option<Result<T, E>>>);

impl<T, E> Kept<T, E>
where
    T: Clone + Send + Sync + 'static,
    E: Clone + From<Lost> + Send + Sync + 'static,
{
    /// What the last call that worked brought.
    pub fn known(&self) -> Option<T> {
        self.lock().known.clone()
    }

    /// Why the last call brought nothing; `None` where it worked.
    pub fn failed(&self) -> Option<E> {
        self.lock().failed.clone()
    }

    /// The call that is under way.
    pub fn under_way(&self) -> Option<Flight<T, E>> {
        self.lock().flight.clone().filter(Flight::is_under_way)
    }

    /// Joins the call that is under way, or begins `call`. Nobody has to wait for its answer: what
    /// it brings is known afterwards.
    pub fn ask<F>(&self, call: F) -> Flight<T, E>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let mut state = self.lock();
        if let Some(flight) = state.flight.clone().filter(Flight::is_under_way) {
            return flight;
        }
        let (answer, waiting) = watch::channel(None);
        let flight = Flight(waiting);
        state.flight = Some(flight.clone());
        drop(state);
        let kept = self.clone();
        let call = async move {
            let result = call.await;
            kept.land(&result);
            // Those who waited may have given up.
            let _ = answer.send(Some(result));
        };
        tokio::spawn(call.in_current_span());
        flight
    }

    fn land(&self, result: &Result<T, E>) {
        let mut state = self.lock();
        state.flight = None;
        match result {
            Ok(value) => (state.known, state.failed) = (Some(value.clone()), None),
            Err(error) => state.failed = Some(error.clone()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E> Flight<T, E>
where
    T: Clone,
    E: Clone + From<Lost>,
{
    /// Waits for what the call brings.
    pub async fn answer(mut self) -> Result<T, E> {
        match self.0.wait_for(Option::is_some).await {
            Ok(answer) => answer.clone().unwrap_or_else(|| Err(Lost.into())),
            Err(_) => Err(Lost.into()),
        }
    }

    /// False once nobody is left who could answer.
    fn is_under_way(&self) -> bool {
        self.0.has_changed().is_ok()
    }
}

impl<T, E> Default for Kept<T, E> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State { known: None, failed: None, flight: None })))
    }
}

impl<T, E> Clone for Kept<T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, E> Clone for Flight<T, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    type Number = Kept<u32, Lost>;

    /// A service that answers when the test lets it, with how often it was asked.
    #[derive(Clone)]
    struct Service(Arc<(AtomicU32, Semaphore)>);

    impl Service {
        fn closed() -> Self {
            Self(Arc::new((AtomicU32::new(0), Semaphore::new(0))))
        }

        fn open(&self) {
            self.0.1.add_permits(1);
        }

        async fn answer(self) -> Result<u32, Lost> {
            let asked = self.0.0.fetch_add(1, Ordering::Relaxed) + 1;
            self.0.1.acquire().await.unwrap().forget();
            Ok(asked)
        }
    }

    #[tokio::test]
    async fn all_who_wait_wait_for_one_call() {
        let (kept, service) = (Number::default(), Service::closed());
        let waiting: Vec<_> = (0..256).map(|_| kept.ask(service.clone().answer())).collect();
        service.open();
        for flight in waiting {
            assert_eq!(flight.answer().await, Ok(1));
        }
        assert_eq!((kept.known(), kept.under_way().is_some()), (Some(1), false));
    }

    #[tokio::test]
    async fn what_is_known_is_answered_while_the_next_is_on_its_way() {
        let (kept, service) = (Number::default(), Service::closed());
        service.open();
        kept.ask(service.clone().answer()).answer().await.unwrap();
        let next = kept.ask(service.clone().answer());
        assert_eq!(kept.known(), Some(1));
        service.open();
        assert_eq!(next.answer().await, Ok(2));
        assert_eq!(kept.known(), Some(2));
    }

    #[tokio::test]
    async fn one_who_gives_up_ends_nothing_for_the_others() {
        let (kept, service) = (Number::default(), Service::closed());
        let other = kept.ask(service.clone().answer());
        drop(kept.ask(service.clone().answer()));
        service.open();
        assert_eq!(other.answer().await, Ok(1));
    }

    #[tokio::test]
    async fn a_call_that_panics_is_over_and_the_next_one_begins() {
        let kept = Number::default();
        let broken = kept.ask(async { panic!("planned") });
        assert_eq!(broken.answer().await, Err(Lost));
        assert_eq!(kept.ask(async { Ok(7) }).answer().await, Ok(7));
    }

    #[tokio::test]
    async fn a_failure_is_remembered_beside_what_was_known_before() {
        let kept = Number::default();
        kept.ask(async { Ok(7) }).answer().await.unwrap();
        kept.ask(async { Err(Lost) }).answer().await.unwrap_err();
        assert_eq!((kept.known(), kept.failed()), (Some(7), Some(Lost)));
        kept.ask(async { Ok(8) }).answer().await.unwrap();
        assert_eq!((kept.known(), kept.failed()), (Some(8), None));
    }
}
