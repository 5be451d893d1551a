//! The key of a call that makes something: the caller's own `Idempotency-Key`, else the id of the
//! invocation, which the host keeps when it sends a broken call again. Bound to the member of staff,
//! the function and the body.

use custom_handler::{Failure, Problem, Request, StatusCode};
use domain::keyed_hash::keyed_hash;
use domain::press::{Again, Press};
use domain::record::TOLD;
use domain::register;
use jiff::Timestamp;
use serde::Serialize;

use crate::app::{App, stored};
use crate::problems;
use crate::sign_in::staff::SignedIn;

/// See the module.
pub struct PressKey {
    hash: String,
    fingerprint: String,
}

impl PressKey {
    /// Of a call of `function` that says `body`; 422 for a key that is none.
    pub async fn of(
        app: &App,
        request: &Request,
        signed_in: &SignedIn,
        function: &str,
        body: &impl Serialize,
    ) -> Result<Self, Failure> {
        let own = match request.header("idempotency-key") {
            Some(key) if key.is_empty() || key.len() > 200 => {
                let words = "Send a key of 1 to 200 characters";
                let line = ("Idempotency-Key".into(), words.into());
                return Err(problems::wrong_fields(vec![line]).into());
            }
            Some(key) => format!("key {key}"),
            None => format!("invocation {}", request.invocation),
        };
        // Bodies hold names and numbers: what is kept of them says nothing without the key.
        let key = stored(app.keys.number_key(&signed_in.controller.controller).await)?;
        let body = serde_json::to_string(body).map_err(Failure::broken)?;
        let staff = &signed_in.staff.subject;
        Ok(Self {
            hash: keyed_hash(&key, &format!("press\n{function}\n{staff}\n{own}")).to_string(),
            fingerprint: keyed_hash(&key, &format!("pressed\n{body}")).to_string(),
        })
    }

    /// The document in a record that remembers it.
    pub fn in_record(&self) -> String {
        format!("{TOLD}key-{}", self.hash)
    }

    /// The row in the register that remembers it.
    pub fn in_register(&self) -> String {
        format!("{}{}", register::KEY, self.hash)
    }

    /// What is remembered of a first call that makes `made`.
    pub fn press(&self, made: &str, now: Timestamp) -> Press {
        let (fingerprint, made) = (self.fingerprint.clone(), made.to_owned());
        Press { fingerprint, made, pressed_at: now }
    }

    /// What the first call made, where this one is the same; 422 where the body is another.
    pub fn made_by(&self, first: &Press, now: Timestamp) -> Result<Option<String>, Failure> {
        match first.again(&self.fingerprint, now) {
            Again::Same => Ok(Some(first.made.clone())),
            Again::Forgotten => Ok(None),
            Again::Other => Err(key_used_otherwise().into()),
        }
    }
}

/// 422: one key is one wish.
pub fn key_used_otherwise() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key-used", "This key was used already")
        .detail("The same Idempotency-Key came with another request before. Nothing was sent.")
}
