//! `/dev/sign-in`: who there is, and a token for one of them.

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::page::{self, escape};
use super::{DevPages, wants_json};
use crate::issuer::DemoStaff;

#[derive(Deserialize)]
struct SignIn {
    /// The e-mail address of one of the staff.
    r#as: String,
}

impl DevPages {
    /// `GET`: a page, or `{"staff": [{"email", "name", "controller", "teams", "roles"}]}`.
    pub(super) fn show_staff(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let staff = self.issuer.staff();
        if wants_json(request.headers()) {
            let staff: Vec<Value> = staff.iter().map(as_json).collect();
            return page::json(StatusCode::OK, &json!({ "staff": staff }));
        }
        let rows: Vec<String> = staff
            .iter()
            .map(|person| {
                format!(
                    "<li><strong>{}</strong> {}<br>{}, {}: {}</li>",
                    escape(&person.name),
                    escape(&person.email),
                    escape(&person.controller),
                    escape(&person.teams.join(", ")),
                    escape(&person.roles.join(", ")),
                )
            })
            .collect();
        let first = staff.first().map(|person| escape(&person.email)).unwrap_or_default();
        let body = format!(
            "<p>For scripts. Post an e-mail address as JSON; a token of ten minutes comes back. \
             The first of the list may do the whole main job.</p>\
             <pre>curl -H 'Content-Type: application/json' -d '{{\"as\":\"{first}\"}}' \
             \u{2026}/dev/sign-in</pre><ul>{}</ul>",
            rows.concat()
        );
        page::html(StatusCode::OK, "Sign in from a script", &body, "'none'")
    }

    /// `POST {"as": e-mail}` → `{"token"}`.
    pub(super) fn sign_in(&self, request: &Request<Bytes>) -> Response<Bytes> {
        // Browsers ask before they send JSON to another origin; nobody here says yes.
        if !is_json(request) {
            return page::json(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                &problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send JSON"),
            );
        }
        let Ok(wish) = serde_json::from_slice::<SignIn>(request.body()) else {
            let said = "Send {\"as\": \"an e-mail address of the list\"}";
            return page::json(StatusCode::BAD_REQUEST, &problem(StatusCode::BAD_REQUEST, said));
        };
        match self.issuer.token_for(&wish.r#as) {
            Some(token) => page::json(StatusCode::OK, &json!({ "token": token })),
            None => page::json(
                StatusCode::NOT_FOUND,
                &problem(StatusCode::NOT_FOUND, "No such e-mail address in the list"),
            ),
        }
    }
}

fn as_json(person: &DemoStaff) -> Value {
    json!({
        "email": person.email,
        "name": person.name,
        "controller": person.controller,
        "teams": person.teams,
        "roles": person.roles,
    })
}

fn is_json(request: &Request<Bytes>) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let essence = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    essence.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn problem(status: StatusCode, title: &str) -> Value {
    json!({ "type": "about:blank", "title": title, "status": status.as_u16() })
}
