//! What was granted and not yet used up: codes, refresh tokens, sessions. Rules over `now`.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::pkce::Challenge;

const CODE_LIFE: SignedDuration = SignedDuration::from_secs(60);
const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(8);
/// A working day; the browser forgets it sooner when it is closed.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(8);

/// Who signed in, for which client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub subject: String,
    pub client: String,
    pub scope: String,
    /// Returned in the identity token.
    pub nonce: Option<String>,
    pub signed_in_at: Timestamp,
}

/// Why a code or a refresh token gives nothing. The client hears `invalid_grant` each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefused {
    #[error("it was never given or was given up")]
    Unknown,
    #[error("it was used before")]
    Used,
    #[error("its time is over")]
    Expired,
    #[error("it was given to another client")]
    OtherClient,
    #[error("it was asked for with another redirect_uri")]
    OtherRedirect,
    #[error("the code_verifier is not the one that its challenge was made from")]
    WrongVerifier,
}

struct Code {
    grant: Grant,
    redirect_uri: String,
    challenge: Challenge,
    good_until: Timestamp,
    used: bool,
}

struct Refresh {
    grant: Grant,
    /// All refresh tokens that follow from one code; one used twice ends them all (RFC 9700 §4.14).
    family: String,
    good_until: Timestamp,
    used: bool,
}

struct Session {
    subject: String,
    signed_in_at: Timestamp,
}

/// Everything outstanding, in memory.
#[derive(Default)]
pub struct Grants {
    codes: HashMap<String, Code>,
    refreshes: HashMap<String, Refresh>,
    sessions: HashMap<String, Session>,
}

impl Grants {
    /// Remembers that `code` stands for `grant`, for 60 seconds and one use.
    pub fn add_code(
        &mut self,
        code: String,
        grant: Grant,
        redirect_uri: &str,
        challenge: Challenge,
        now: Timestamp,
    ) {
        self.forget_what_is_over(now);
        let good_until = after(now, CODE_LIFE);
        let redirect_uri = redirect_uri.to_owned();
        self.codes.insert(code, Code { grant, redirect_uri, challenge, good_until, used: false });
    }

    /// Uses up `code`. Any try uses it up, a wrong one too.
    pub fn redeem_code(
        &mut self,
        code: &str,
        client: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<Grant, GrantRefused> {
        let kept = self.codes.get_mut(code).ok_or(GrantRefused::Unknown)?;
        if std::mem::replace(&mut kept.used, true) {
            // Somebody else holds what the first use gave (RFC 6749 §4.1.2).
            self.refreshes.retain(|_, refresh| refresh.family != code);
            return Err(GrantRefused::Used);
        }
        if now >= kept.good_until {
            return Err(GrantRefused::Expired);
        }
        if kept.grant.client != client {
            return Err(GrantRefused::OtherClient);
        }
        if kept.redirect_uri != redirect_uri {
            return Err(GrantRefused::OtherRedirect);
        }
        if !kept.challenge.is_met_by(verifier) {
            return Err(GrantRefused::WrongVerifier);
        }
        Ok(kept.grant.clone())
    }

    /// Remembers the first refresh token that follows from `code`.
    pub fn add_refresh(&mut self, token: String, code: &str, grant: Grant, now: Timestamp) {
        self.forget_what_is_over(now);
        let good_until = after(now, REFRESH_LIFE);
        self.refreshes
            .insert(token, Refresh { grant, family: code.to_owned(), good_until, used: false });
    }

    /// Uses up refresh token `token` and puts `next` in its place.
    pub fn rotate_refresh(
        &mut self,
        token: &str,
        client: &str,
        next: String,
        now: Timestamp,
    ) -> Result<Grant, GrantRefused> {
        let kept = self.refreshes.get_mut(token).ok_or(GrantRefused::Unknown)?;
        if kept.grant.client != client {
            return Err(GrantRefused::OtherClient);
        }
        if now >= kept.good_until {
            return Err(GrantRefused::Expired);
        }
        let (grant, family) = (kept.grant.clone(), kept.family.clone());
        if std::mem::replace(&mut kept.used, true) {
            self.refreshes.retain(|_, refresh| refresh.family != family);
            return Err(GrantRefused::Used);
        }
        let good_until = after(now, REFRESH_LIFE);
        self.refreshes
            .insert(next, Refresh { grant: grant.clone(), family, good_until, used: false });
        Ok(grant)
    }

    /// Forgets the refresh token and all that follow from the same code.
    pub fn revoke_refresh(&mut self, token: &str, client: &str) -> Result<(), GrantRefused> {
        let kept = self.refreshes.get(token).ok_or(GrantRefused::Unknown)?;
        if kept.grant.client != client {
            return Err(GrantRefused::OtherClient);
        }
        let family = kept.family.clone();
        self.refreshes.retain(|_, refresh| refresh.family != family);
        Ok(())
    }

    /// Remembers who the browser with this session cookie is.
    pub fn add_session(&mut self, token: String, subject: &str, now: Timestamp) {
        self.forget_what_is_over(now);
        self.sessions.insert(token, Session { subject: subject.to_owned(), signed_in_at: now });
    }

    /// Who that is, and since when.
    pub fn session(&self, token: &str, now: Timestamp) -> Option<(String, Timestamp)> {
        let session = self.sessions.get(token)?;
        (now < after(session.signed_in_at, SESSION_LIFE))
            .then(|| (session.subject.clone(), session.signed_in_at))
    }

    /// Forgets the session and every refresh token of the person in it.
    pub fn end_session(&mut self, token: &str) {
        if let Some(Session { subject, .. }) = self.sessions.remove(token) {
            self.refreshes.retain(|_, refresh| refresh.grant.subject != subject);
        }
    }

    // Whatever came of them, nothing can be had from these any more.
    fn forget_what_is_over(&mut self, now: Timestamp) {
        // A used code is kept as long as its refresh tokens, or its second use would go unnoticed.
        self.codes.retain(|_, code| now < after(code.good_until, REFRESH_LIFE));
        self.refreshes.retain(|_, refresh| now < refresh.good_until);
        self.sessions.retain(|_, session| now < after(session.signed_in_at, SESSION_LIFE));
    }
}

fn after(moment: Timestamp, life: SignedDuration) -> Timestamp {
    moment.saturating_add(life).unwrap_or(Timestamp::MAX)
}
