//! `show-me`: who I am, my controller and my teams.
//!
//! Trigger: HTTP GET /api/me. Touches: nothing.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::register::staff::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::sign_in::staff::sign_in;

pub fn function() -> Function<App> {
    Function::http("show-me", &[Method::GET], "api/me", show_me)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub name: String,
    pub controller: String,
    pub controller_name: String,
    /// How long a link works where nobody says otherwise, 1 to 28 days.
    pub link_days: u32,
    pub teams: Vec<MyTeam>,
    #[schema(value_type = Vec<String>)]
    pub roles: Vec<Role>,
}

#[derive(Serialize, ToSchema)]
pub struct MyTeam {
    pub team: String,
    pub name: String,
}

#[utoipa::path(get, path = "/api/me", tag = "staff", responses(
    (status = 200, body = Me), (status = 401, description = "Sign in first"),
))]
pub async fn show_me(app: App, request: Request) -> Result<Reply, Failure> {
    let signed_in = sign_in(&app, &request).await?;
    let teams = signed_in.controller.teams.iter().filter(|team| signed_in.staff.is_in(&team.team));
    Ok(Reply::ok(&Me {
        name: signed_in.staff.name.clone(),
        controller: signed_in.controller.controller.clone(),
        controller_name: signed_in.controller.name.clone(),
        link_days: signed_in.controller.link_days,
        teams: teams
            .map(|team| MyTeam { team: team.team.clone(), name: team.name.clone() })
            .collect(),
        roles: signed_in.staff.roles.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{ASHA, TestApp, body};

    #[tokio::test]
    async fn my_controller_says_how_long_a_link_works() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        test.apply_with("/controllers/0/linkDays", json!(17)).await;
        let me = TestApp::staff_at(ASHA, &[], &json!({}));
        let me = super::show_me(test.app.clone(), me).await.unwrap();
        assert_eq!(body(&me)["linkDays"], 17);
    }
}
