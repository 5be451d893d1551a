//! The door of the staff's functions: who calls, and what is told where they are refused. A refusal is
//! an event in the caller's own day; what they are told stays the same, whether the thing exists or not.

use std::future::Future;

use custom_handler::{Failure, InvocationId, Problem, Reply, Request, StatusCode};
use domain::ids::made_at;
use domain::purpose::Purpose;
use serde_json::Value;

use crate::app::App;
use crate::looks::{Looks, look_of};
use crate::record::NewEvent;
use crate::refused_looks::RefusedLooks;
use crate::search_count::count_search;
use crate::sign_in::staff::{SignedIn, who_calls};

/// Parameters of routes that name a thing of a patient.
const NAMES: [&str; 3] = ["patient", "item", "request"];

/// A staff function's own work, and what its events say.
#[derive(Debug, Clone, Copy)]
pub struct StaffDoor {
    /// The function's name.
    pub function: &'static str,
    /// What it is for.
    pub purpose: Purpose,
}

/// What was asked for, kept while the function has the request.
struct Wanted {
    invocation: InvocationId,
    /// Random ids of ours. What else somebody puts into a path may be a name, and stays out.
    ids: Vec<(&'static str, String)>,
}

impl StaffDoor {
    /// Runs `act` for a member of staff, and tells of it where it refuses to show them something.
    pub async fn open<F, Fut>(self, app: App, request: Request, act: F) -> Result<Reply, Failure>
    where
        F: FnOnce(App, Request, SignedIn) -> Fut,
        Fut: Future<Output = Result<Reply, Failure>>,
    {
        let signed_in = who_calls(&app, &request).await?;
        let wanted = Wanted::of(&request);
        let answer = match self.admit(&app, &signed_in, &wanted).await {
            Ok(()) => act(app.clone(), request, signed_in.clone()).await,
            Err(refused) => Err(refused),
        };
        if let Err(failure) = &answer {
            self.tell_refusal(&app, &signed_in, &wanted, failure.as_problem()).await?;
        }
        answer
    }

    /// 403 for one who left, 429 for one who was refused so often that nothing is looked at for them.
    async fn admit(self, app: &App, signed_in: &SignedIn, wanted: &Wanted) -> Result<(), Failure> {
        signed_in.must_be_here()?;
        if wanted.ids.is_empty() {
            return Ok(());
        }
        let operation = signed_in.refused_operation(self.purpose);
        RefusedLooks::of(app, signed_in, &operation, app.now()).must_not_be_too_many().await
    }

    async fn tell_refusal(
        self,
        app: &App,
        signed_in: &SignedIn,
        wanted: &Wanted,
        problem: &Problem,
    ) -> Result<(), Failure> {
        let now = app.now();
        let operation = signed_in.refused_operation(self.purpose);
        let status = problem.status().as_u16().to_string();
        let mut about = vec![("function", self.function), ("status", status.as_str())];
        let fact = look_of(&wanted.invocation);
        if matches!(problem.status(), StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) {
            about.extend(wanted.ids.iter().map(|(name, id)| (*name, id.as_str())));
            let event = NewEvent { operation: &operation, what: "look-refused", about: &about };
            return RefusedLooks::of(app, signed_in, &operation, now).tell(event, &fact).await;
        }
        // A refusal that names a patient has found one: it is a search by another door.
        let Some(Value::String(patient)) = problem.extension_of("patient") else {
            return Ok(());
        };
        count_search(app, signed_in, &operation, now).await?;
        about.push(("patient", patient));
        let event = NewEvent { operation: &operation, what: "patient-found-known", about: &about };
        Looks::of(app, signed_in, now).tell(event, &fact).await
    }
}

impl Wanted {
    fn of(request: &Request) -> Self {
        let ours = |name: &'static str| {
            let id = request.param(name);
            made_at(id).map(|_| (name, id.to_owned()))
        };
        let ids = NAMES.into_iter().filter_map(ours).collect();
        Self { invocation: request.invocation.clone(), ids }
    }
}
