//! The demo issuer: `OpenID` Connect on a port of its own, for the staff of the demo document.
//!
//! It is what Entra ID is in production: the handler reads its JWKS and validates its access
//! tokens with the same code. Nobody's password is asked for; whoever reaches the loopback port
//! may sign in as any of the listed staff. Codes, refresh tokens and sessions live in memory.
//!
//! Standards: `OpenID` Connect Core 1.0, RFC 6749, RFC 7636 (PKCE, S256 only), RFC 9068 (`at+jwt`).

mod authorize;
mod discovery;
mod end_session;
mod exchange;
mod form;
mod grants;
mod key;
mod pkce;
mod random;
mod revoke;
mod server;
mod staff;
#[cfg(test)]
mod tests;
mod token;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};

use crate::dev::{loopback, page};
use crate::{FrontService, HostClock};

use grants::Grants;
pub use key::{KeyFileRefused, SigningKey};
pub use server::serve;
pub use staff::{DemoStaff, StaffRefused, read_staff};

/// What an issuer is made from.
pub struct IssuerOptions {
    /// `iss`, and the base of every endpoint: `http://127.0.0.1:7073`.
    pub origin: String,
    /// Where the pages are; the only place a code is sent to and the only origin CORS lets in.
    pub public_origin: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Who may be signed in as, in the order they are listed.
    pub staff: Vec<DemoStaff>,
    /// Made on first use, mode 0600.
    pub key_file: PathBuf,
    pub clock: HostClock,
}

/// The issuer: keys, demo staff, and what was granted.
pub struct Issuer {
    origin: String,
    public_origin: String,
    audience: String,
    staff: Vec<DemoStaff>,
    key: SigningKey,
    clock: HostClock,
    grants: Mutex<Grants>,
}

impl Issuer {
    /// Reads the signing key, or makes one.
    pub fn open(options: IssuerOptions) -> Result<Self, KeyFileRefused> {
        Ok(Self {
            key: SigningKey::open(&options.key_file)?,
            origin: options.origin,
            public_origin: options.public_origin,
            audience: options.audience,
            staff: options.staff,
            clock: options.clock,
            grants: Mutex::default(),
        })
    }

    /// Who may be signed in as, first the one who may do the whole main job.
    pub fn staff(&self) -> &[DemoStaff] {
        &self.staff
    }

    /// An access token for the member of staff with this e-mail address, without any page: what
    /// scripts ask `POST /dev/sign-in` for. `None`: there is nobody of that address.
    pub fn token_for(&self, email: &str) -> Option<String> {
        let person = self.staff.iter().find(|person| person.email.eq_ignore_ascii_case(email))?;
        self.access_token(&person.subject, "dev-sign-in", "openid", self.clock.now())
    }

    fn person(&self, subject: &str) -> Option<&DemoStaff> {
        self.staff.iter().find(|person| person.subject == subject)
    }

    // A panic elsewhere leaves these maps whole: every change to them is one insert or remove.
    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn route(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if !loopback::is_loopback_host(request.headers()) {
            return page::refuse(StatusCode::FORBIDDEN, "Only for this machine");
        }
        let answer = match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/") => front_page(),
            (&Method::GET, "/authorize") => return self.authorize(request),
            (&Method::POST, "/authorize") => return self.choose(request),
            (&Method::GET, "/authorize/end") => return self.end_session(request),
            (&Method::GET, "/.well-known/openid-configuration") => self.discovery(),
            (&Method::GET, "/jwks") => self.jwks(),
            (&Method::POST, "/token") => self.exchange(request),
            (&Method::POST, "/revoke") => self.revoke(request),
            (
                &Method::OPTIONS,
                "/token" | "/revoke" | "/jwks" | "/.well-known/openid-configuration",
            ) => page::empty(StatusCode::NO_CONTENT),
            _ => page::refuse(StatusCode::NOT_FOUND, "There is no such page"),
        };
        self.let_pages_read(request, answer)
    }
}

impl FrontService for Issuer {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Response<Bytes>> {
        std::future::ready(self.route(&request)).boxed()
    }
}

fn front_page() -> Response<Bytes> {
    page::html(
        StatusCode::OK,
        "Demo sign-in",
        "<p>This is the sign-in of a demo system. It asks for no password, knows only made-up \
         people and answers only this machine. Never put it where others can reach it.</p>\
         <p>See the <a href=\"/.well-known/openid-configuration\">configuration</a>.</p>",
        "'self'",
    )
}
