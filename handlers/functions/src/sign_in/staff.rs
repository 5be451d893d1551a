//! From a bearer token to a member of staff of one controller.

use custom_handler::{Failure, Request, name_caller};
use domain::event_chain::Actor;
use domain::ports::documents::Container;
use domain::purpose::Purpose;
use domain::register::controller::Controller;
use domain::register::staff::{Role, Staff, staff_id};
use domain::register::{CONTROLLER, STAFF_DIRECTORY};
use domain::sha256_hex::Sha256Hex;

use crate::app::{App, stored};
use crate::operation::Operation;
use crate::problems;

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Id of their row in the staff directory: the only name of theirs that a log may hold.
    pub row: Sha256Hex,
    pub staff: Staff,
    pub controller: Controller,
}

/// 401 without a good token, 403 where nobody registered its owner.
pub async fn sign_in(app: &App, request: &Request) -> Result<SignedIn, Failure> {
    let signed_in = who_calls(app, request).await?;
    signed_in.must_be_here()?;
    Ok(signed_in)
}

/// The same for one who works here no longer: who that is can still be told.
pub async fn who_calls(app: &App, request: &Request) -> Result<SignedIn, Failure> {
    let token = request
        .header("authorization")
        .and_then(|header| header.strip_prefix("Bearer "))
        .ok_or_else(problems::sign_in_first)?;
    let subject = app.tokens.subject(token, app.now()).await?;
    let row = staff_id(&app.settings.staff_issuer, &subject);
    // Before anything can be refused, so that the line about a refusal says to whom.
    name_caller(row.as_str());
    let found = app.documents.get(Container::Register, STAFF_DIRECTORY, row.as_str()).await;
    let staff: Staff = stored(stored(found)?.ok_or_else(problems::not_registered)?.read())?;
    let controller = controller(app, &staff.controller).await?;
    Ok(SignedIn { row, staff, controller })
}

/// The controller's document; one that is gone is nobody's.
pub async fn controller(app: &App, id: &str) -> Result<Controller, Failure> {
    let row = stored(app.documents.get(Container::Register, id, CONTROLLER).await)?
        .ok_or_else(problems::not_registered)?;
    stored(row.read())
}

impl SignedIn {
    /// 403 for one who left.
    pub fn must_be_here(&self) -> Result<(), Failure> {
        if self.staff.has_left() { Err(problems::not_registered().into()) } else { Ok(()) }
    }

    /// 403 unless they have `role` (R5).
    pub fn must_be(&self, role: Role) -> Result<(), Failure> {
        if self.staff.has(role) { Ok(()) } else { Err(problems::not_your_role().into()) }
    }

    /// The operation of this person under `purpose`, or why the register refuses it.
    pub fn operation(&self, purpose: Purpose) -> Result<Operation, Failure> {
        Operation::under(&self.controller, purpose, self.actor())
    }

    /// The operation under which a refusal is told, which may be the register's own.
    pub fn refused_operation(&self, purpose: Purpose) -> Operation {
        Operation {
            actor: self.actor(),
            controller: self.controller.controller.clone(),
            purpose,
            instruction: self.controller.instruction.id.clone(),
        }
    }

    fn actor(&self) -> Actor {
        Actor::Staff { subject: self.staff.subject.clone() }
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
