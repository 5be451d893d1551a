//! Tokens of an identity, by scope, kept until they end. The official credentials keep tokens too,
//! but under a lock that spans the call for the next one: everybody would wait for a slow identity
//! service, those with a good token included.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use domain::ports::clock::Clock;
use jiff::SignedDuration;

use crate::delegation_key::moment;
use crate::kept::{Kept, Lost};

/// A token is renewed beside while it has this long to live. The credentials ask for no new one
/// before that.
const SPARE: SignedDuration = SignedDuration::from_mins(5);

/// The credential behind, and what it gave.
pub(crate) struct KeptTokens {
    credential: Arc<dyn TokenCredential>,
    clock: Arc<dyn Clock>,
    tokens: Mutex<BTreeMap<Vec<String>, Kept<AccessToken, NoToken>>>,
}

/// Why there is no token, for all who waited for it.
#[derive(Debug, Clone)]
struct NoToken(Arc<str>);

impl From<Lost> for NoToken {
    fn from(lost: Lost) -> Self {
        Self(lost.to_string().into())
    }
}

impl KeptTokens {
    pub(crate) fn of(credential: Arc<dyn TokenCredential>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { credential, clock, tokens: Mutex::default() })
    }
}

/// Says nothing of the tokens.
impl fmt::Debug for KeptTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptTokens(..)")
    }
}

#[async_trait]
impl TokenCredential for KeptTokens {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let kept = {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            tokens.entry(scopes.clone()).or_default().clone()
        };
        let failed =
            |why: &str| azure_core::Error::with_message(ErrorKind::Credential, why.to_owned());
        let at = |at| moment(at).map_err(|error| failed(&error.to_string()));
        let now = self.clock.now();
        let (this_moment, soon) = (at(now)?, at(now + SPARE)?);
        let credential = Arc::clone(&self.credential);
        let call = async move {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            let token = credential.get_token(&scopes, None).await;
            // The credential's own words say which identity; no personal data is near.
            token.map_err(|error| NoToken(error.to_string().into()))
        };
        match kept.known().filter(|token| this_moment < token.expires_on) {
            Some(token) => {
                if token.expires_on <= soon {
                    kept.ask(call);
                }
                Ok(token)
            }
            None => kept.ask(call).answer().await.map_err(|NoToken(why)| failed(&why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use azure_core::time::{Duration, OffsetDateTime};
    use futures_util::FutureExt as _;
    use jiff::Timestamp;
    use tokio::sync::Semaphore;

    use super::*;

    /// Gives tokens of an hour: at once for the first scope, for others when the test lets it.
    #[derive(Debug)]
    struct Slow {
        door: Semaphore,
        asked: Mutex<Vec<String>>,
    }

    #[async_trait]
    impl TokenCredential for Slow {
        async fn get_token(
            &self,
            scopes: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            let is_first = self.asked.lock().unwrap().is_empty();
            self.asked.lock().unwrap().push(scopes.concat());
            if !is_first {
                self.door.acquire().await.unwrap().forget();
            }
            Ok(AccessToken::new("a token", OffsetDateTime::UNIX_EPOCH + Duration::hours(1)))
        }
    }

    struct StandingClock(Mutex<Timestamp>);

    impl Clock for StandingClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    #[tokio::test]
    async fn who_has_a_token_does_not_wait_for_an_identity_service_that_is_slow() {
        let slow = Arc::new(Slow { door: Semaphore::new(0), asked: Mutex::default() });
        let clock = Arc::new(StandingClock(Mutex::new(Timestamp::UNIX_EPOCH)));
        let tokens = KeptTokens::of(slow.clone(), clock.clone());
        tokens.get_token(&["storage"], None).await.unwrap();

        // Another scope waits, and a token that ends soon is renewed: neither holds anybody up.
        let other = tokio::spawn({
            let tokens = Arc::clone(&tokens);
            async move { tokens.get_token(&["vault"], None).await }
        });
        *clock.0.lock().unwrap() = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(55);
        for _ in 0..20 {
            let answered = tokens.get_token(&["storage"], None).now_or_never();
            answered.expect("it waited").unwrap();
            tokio::task::yield_now().await;
        }
        let asked = slow.asked.lock().unwrap().clone();
        assert_eq!(asked.iter().filter(|scope| *scope == "storage").count(), 2, "{asked:?}");

        *clock.0.lock().unwrap() = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        let ended = tokio::spawn(async move { tokens.get_token(&["storage"], None).await });
        tokio::task::yield_now().await;
        assert!(!ended.is_finished(), "a token that ended is no token");
        slow.door.add_permits(2);
        other.await.unwrap().unwrap();
        ended.await.unwrap().unwrap();
    }
}
