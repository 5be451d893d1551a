//! `/authorize`: who signs in. The page lists the demo staff; a choice sends a code back.

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::exchange::read_form;
use super::form::{Form, with_query};
use super::grants::Grant;
use super::pkce::Challenge;
use super::{Issuer, random};
use crate::dev::page::{self, escape};

/// Cookies know no ports: the name keeps it apart from the cookies of the front.
pub(super) const SESSION_COOKIE: &str = "aftersight-demo-issuer";

/// A request for a code that can be granted once somebody is chosen.
struct AuthorizeRequest {
    client: String,
    redirect_uri: String,
    scope: String,
    state: Option<String>,
    nonce: Option<String>,
    challenge: Challenge,
    never_asks: bool,
}

enum AuthorizeRefused {
    /// Nothing may be sent to this place (RFC 6749 §4.1.2.1).
    NoWayBack(&'static str),
    /// Said to the client, at its own redirect.
    Error { redirect_uri: String, state: Option<String>, error: &'static str, said: &'static str },
}

impl Issuer {
    /// `GET /authorize`: shows the staff, or answers at once when the client asked for no page.
    pub(super) fn authorize(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let query = request.uri().query().unwrap_or_default();
        let Some(form) = Form::parse(query) else {
            return self.refuse(AuthorizeRefused::NoWayBack("A parameter stands twice."));
        };
        let asked = match self.parse(&form) {
            Ok(asked) => asked,
            Err(refused) => return self.refuse(refused),
        };
        if !asked.never_asks {
            return self.staff_page(&form);
        }
        let session = cookie(request, SESSION_COOKIE)
            .and_then(|token| self.grants().session(token, self.clock.now()));
        match session {
            Some((subject, since)) if self.person(&subject).is_some() => {
                self.grant_code(asked, subject, since)
            }
            _ => self.refuse(asked.error("login_required", "nobody is signed in here")),
        }
    }

    /// `POST /authorize`: the same parameters and the chosen `subject`.
    pub(super) fn choose(&self, request: &Request<Bytes>) -> Response<Bytes> {
        // Another site's form must not sign anybody in.
        let origin = request.headers().get(header::ORIGIN);
        if origin.is_some_and(|origin| *origin != self.origin.as_str()) {
            return page::refuse(StatusCode::FORBIDDEN, "Only this page may choose");
        }
        let Some(form) = read_form(request) else {
            return self.refuse(AuthorizeRefused::NoWayBack("This is not the form of this page."));
        };
        let asked = match self.parse(&form) {
            Ok(asked) => asked,
            Err(refused) => return self.refuse(refused),
        };
        let Some(person) = form.get("subject").and_then(|subject| self.person(subject)) else {
            return page::refuse(StatusCode::BAD_REQUEST, "There is nobody of that name");
        };
        let Some(session) = random::fresh_token() else {
            return self.refuse(asked.error("temporarily_unavailable", "try again"));
        };
        let now = self.clock.now();
        self.grants().add_session(session.clone(), &person.subject, now);
        let mut answer = self.grant_code(asked, person.subject.clone(), now);
        let cookie = format!("{SESSION_COOKIE}={session}; HttpOnly; SameSite=Lax; Path=/authorize");
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().insert(header::SET_COOKIE, value);
        }
        answer
    }

    fn parse(&self, form: &Form) -> Result<AuthorizeRequest, AuthorizeRefused> {
        let redirect_uri = form
            .get("redirect_uri")
            .filter(|uri| self.is_on_public_origin(uri))
            .ok_or(AuthorizeRefused::NoWayBack("The redirect_uri is not a page of this system."))?;
        let state = form.get("state");
        let refuse = |error, said| AuthorizeRefused::Error {
            redirect_uri: redirect_uri.to_owned(),
            state: state.map(str::to_owned),
            error,
            said,
        };
        let client = form
            .get("client_id")
            .ok_or_else(|| refuse("invalid_request", "client_id is missing"))?;
        if form.get("response_type") != Some("code") {
            return Err(refuse("unsupported_response_type", "response_type is code"));
        }
        let scope = form.get("scope").unwrap_or_default();
        if !scope.split(' ').any(|word| word == "openid") {
            return Err(refuse("invalid_scope", "scope has openid in it"));
        }
        if form.get("code_challenge_method") != Some("S256") {
            return Err(refuse("invalid_request", "code_challenge_method is S256"));
        }
        let challenge = form
            .get("code_challenge")
            .and_then(Challenge::parse)
            .ok_or_else(|| refuse("invalid_request", "code_challenge is a SHA-256"))?;
        Ok(AuthorizeRequest {
            client: client.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            scope: scope.to_owned(),
            state: state.map(str::to_owned),
            nonce: form.get("nonce").map(str::to_owned),
            challenge,
            never_asks: form.get("prompt") == Some("none"),
        })
    }

    // A path must follow at once: `http://127.0.0.1:7071.example.net/` starts with the origin too.
    pub(super) fn is_on_public_origin(&self, uri: &str) -> bool {
        let path = uri.strip_prefix(self.public_origin.as_str());
        path.is_some_and(|path| path.starts_with('/')) && !uri.contains('#')
    }

    fn grant_code(
        &self,
        asked: AuthorizeRequest,
        subject: String,
        signed_in_at: Timestamp,
    ) -> Response<Bytes> {
        let Some(code) = random::fresh_token() else {
            return self.refuse(asked.error("temporarily_unavailable", "try again"));
        };
        let AuthorizeRequest { client, redirect_uri, scope, state, nonce, challenge, .. } = asked;
        let grant = Grant { subject, client, scope, nonce, signed_in_at };
        let now = self.clock.now();
        self.grants().add_code(code.clone(), grant, &redirect_uri, challenge, now);
        let mut pairs = vec![("code", code.as_str()), ("iss", self.origin.as_str())];
        pairs.extend(state.as_deref().map(|state| ("state", state)));
        page::redirect(&with_query(&redirect_uri, &pairs))
    }

    fn refuse(&self, refused: AuthorizeRefused) -> Response<Bytes> {
        match refused {
            AuthorizeRefused::NoWayBack(said) => page::refuse(StatusCode::BAD_REQUEST, said),
            AuthorizeRefused::Error { redirect_uri, state, error, said } => {
                let mut pairs =
                    vec![("error", error), ("error_description", said), ("iss", &self.origin)];
                pairs.extend(state.as_deref().map(|state| ("state", state)));
                page::redirect(&with_query(&redirect_uri, &pairs))
            }
        }
    }

    fn staff_page(&self, form: &Form) -> Response<Bytes> {
        let hidden: Vec<String> = form
            .pairs()
            .filter(|(name, _)| !matches!(*name, "subject" | "prompt"))
            .map(|(name, value)| {
                let (name, value) = (escape(name), escape(value));
                format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
            })
            .collect();
        let buttons: Vec<String> = self
            .staff
            .iter()
            .map(|person| {
                format!(
                    "<li><button name=\"subject\" value=\"{}\">{}</button> \
                     <span>{}<br>{}, {} ({})</span></li>",
                    escape(&person.subject),
                    escape(&person.name),
                    escape(&person.email),
                    escape(&person.controller),
                    escape(&person.teams.join(", ")),
                    escape(&person.roles.join(", ")),
                )
            })
            .collect();
        let body = format!(
            "<p>This is a demo. It asks for no password, knows only made-up people and answers \
             only this machine.</p><h2 id=\"who\">Sign in as</h2>\
             <form method=\"post\" action=\"/authorize\" aria-labelledby=\"who\">{}\
             <ul>{}</ul></form>",
            hidden.concat(),
            buttons.concat()
        );
        // Browsers hold a form to its policy through the redirect that answers it.
        let may_post_to = format!("'self' {}", self.public_origin);
        page::html(StatusCode::OK, "Demo sign-in", &body, &may_post_to)
    }
}

impl AuthorizeRequest {
    fn error(self, error: &'static str, said: &'static str) -> AuthorizeRefused {
        AuthorizeRefused::Error { redirect_uri: self.redirect_uri, state: self.state, error, said }
    }
}

pub(super) fn cookie<'a>(request: &'a Request<Bytes>, name: &str) -> Option<&'a str> {
    let all = request.headers().get_all(header::COOKIE).into_iter();
    all.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
