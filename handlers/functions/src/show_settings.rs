//! `show-settings`: what the pages must know before anybody signs in. Nothing here is a secret.
//!
//! Trigger: HTTP GET and HEAD /settings.json. Touches: nothing.

use custom_handler::{Failure, Function, Method, Reply, Request};
use domain::deployment::Deployment;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::settings::Operator;

pub fn function() -> Function<App> {
    Function::http("show-settings", &[Method::GET, Method::HEAD], "settings.json", show_settings)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageSettings {
    /// `OpenID` Connect issuer of the staff.
    #[schema(example = "http://127.0.0.1:7073")]
    pub issuer: String,
    /// What the staff pages are called there.
    pub client_id: String,
    /// What they ask it for.
    #[schema(example = "openid")]
    pub scope: String,
    /// Minutes without a hand after which their page locks.
    pub staff_lock_minutes: u32,
    /// Audience of the access tokens.
    pub audience: String,
    /// Where pictures go and come from.
    pub storage_origin: String,
    pub operator: Operator,
    /// Of this program.
    #[schema(example = "0.1.0")]
    pub version: &'static str,
    /// `trial` or `production`.
    #[schema(value_type = String)]
    pub deployment: Deployment,
    /// The service's clock: pages count from it and never read the device's.
    #[schema(value_type = String)]
    pub now: Timestamp,
}

#[utoipa::path(get, path = "/settings.json", tag = "open", responses(
    (status = 200, body = PageSettings),
))]
pub async fn show_settings(app: App, _: Request) -> Result<Reply, Failure> {
    let settings = &app.settings;
    Ok(Reply::ok(&PageSettings {
        issuer: settings.staff_issuer.clone(),
        client_id: settings.staff_client_id.clone(),
        scope: settings.staff_scope.clone(),
        staff_lock_minutes: settings.staff_lock_minutes,
        audience: settings.staff_audience.clone(),
        storage_origin: settings.storage_origin.clone(),
        operator: settings.operator.clone(),
        version: env!("CARGO_PKG_VERSION"),
        deployment: settings.deployment,
        now: app.now(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestApp, body};

    // R97, and pages that trust no clock of a device.
    #[tokio::test]
    async fn pages_learn_where_to_sign_in_who_runs_this_and_what_time_it_is() {
        let test = TestApp::at("2034-11-22T09:00:00Z").await;
        let call = Request::for_test(Method::GET, "/settings.json").build();
        let shown = body(&show_settings(test.app.clone(), call).await.unwrap());
        assert_eq!(shown["issuer"], "http://127.0.0.1:7073");
        assert_eq!(shown["clientId"], "aftersight-pages");
        assert_eq!(shown["operator"]["name"], "Aftersight Trial Operator Ltd");
        assert_eq!(shown["deployment"], "trial");
        assert_eq!(shown["now"], "2034-11-22T09:00:00Z");
    }
}
