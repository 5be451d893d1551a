//! From a bearer token to a member of staff of one controller.

use custom_handler::{Failure, Request};
use domain::event_chain::Actor;
use domain::ports::documents::Container;
use domain::purpose::Purpose;
use domain::register::controller::Controller;
use domain::register::staff::{Role, Staff, staff_id};
use domain::register::{CONTROLLER, STAFF_DIRECTORY};

use crate::app::{App, stored};
use crate::operation::Operation;
use crate::problems;

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub staff: Staff,
    pub controller: Controller,
}

/// 401 without a good token, 403 where nobody registered its owner.
pub async fn sign_in(app: &App, request: &Request) -> Result<SignedIn, Failure> {
    let token = request
        .header("authorization")
        .and_then(|header| header.strip_prefix("Bearer "))
        .ok_or_else(problems::sign_in_first)?;
    let subject = app.tokens.subject(token, app.now()).await?;
    let id = staff_id(&app.settings.staff_issuer, &subject);
    let row = stored(app.documents.get(Container::Register, STAFF_DIRECTORY, &id).await)?
        .ok_or_else(problems::not_registered)?;
    let staff: Staff = stored(row.read())?;
    if staff.has_left() {
        return Err(problems::not_registered().into());
    }
    let controller = controller(app, &staff.controller).await?;
    Ok(SignedIn { staff, controller })
}

/// The controller's document; one that is gone is nobody's.
pub async fn controller(app: &App, id: &str) -> Result<Controller, Failure> {
    let row = stored(app.documents.get(Container::Register, id, CONTROLLER).await)?
        .ok_or_else(problems::not_registered)?;
    stored(row.read())
}

impl SignedIn {
    /// 403 unless they have `role` (R5).
    pub fn must_be(&self, role: Role) -> Result<(), Failure> {
        if self.staff.has(role) { Ok(()) } else { Err(problems::not_your_role().into()) }
    }

    /// The operation of this person under `purpose`, or why the register refuses it.
    pub fn operation(&self, purpose: Purpose) -> Result<Operation, Failure> {
        Operation::under(
            &self.controller,
            purpose,
            Actor::Staff { subject: self.staff.subject.clone() },
        )
    }

    /// The team they act for: the one they name, if it is theirs, else their first.
    pub fn team(&self, named: Option<&str>) -> Result<String, Failure> {
        match named {
            Some(team) if self.staff.is_in(team) => Ok(team.to_owned()),
            Some(_) => Err(problems::no_such("team").into()),
            None => {
                self.staff.teams.first().cloned().ok_or_else(|| problems::not_your_role().into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use custom_handler::Method;
    use serde_json::json;

    use crate::testing::{TestApp, status};

    #[tokio::test]
    async fn whom_nobody_registered_may_do_nothing() {
        let app = TestApp::at("2026-11-22T10:00:00Z").await;
        let me = TestApp::staff("somebody-else", Method::GET, "/api/me", &json!({}));
        let refused = crate::show_me::show_me(app.app.clone(), me).await.unwrap_err();
        assert_eq!(status(&refused), 403);
    }
}
