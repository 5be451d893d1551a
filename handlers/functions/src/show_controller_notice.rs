//! `show-controller-notice`: an organisation's own notice, for everybody, without script (R2), and
//! how to reach it: for a question, a correction, or to have everything deleted (R68).
//!
//! Trigger: HTTP GET and HEAD /privacy/{controller}. Touches: nothing.

use custom_handler::{Failure, Function, Method, Reply, Request, StatusCode};
use domain::ports::documents::Container;
use domain::register::CONTROLLER;
use domain::register::controller::Controller;
use domain::register::text_provider::SubProcessor;

use crate::app::{App, stored};
use crate::notice_html::{followed, notice_html};
use crate::plain_page::{PlainPage, escape};
use crate::show_notice::{text_of, text_path};
use crate::www_pages::Surface;

pub fn function() -> Function<App> {
    Function::http(
        "show-controller-notice",
        &[Method::GET, Method::HEAD],
        "privacy/{controller}",
        show_controller_notice,
    )
}

#[utoipa::path(get, path = "/privacy/{controller}", tag = "open", responses(
    (status = 200, description = "HTML; with `?as=text` the plain text that the hash is of"),
    (status = 404, description = "HTML: no such organisation"),
))]
pub async fn show_controller_notice(app: App, request: Request) -> Result<Reply, Failure> {
    let id = request.param("controller");
    let found = stored(app.documents.get(Container::Register, id, CONTROLLER).await)?;
    let reply = match found {
        Some(found) => {
            let controller = stored(found.read::<Controller>())?;
            text_of(&controller.notice, &request).unwrap_or_else(|| page(&controller, &app))
        }
        None => PlainPage::new("Page not found", NOT_FOUND).reply(&app, StatusCode::NOT_FOUND),
    };
    Ok(Surface::Plain.guard(reply, &app.settings))
}

const NOT_FOUND: &str = "<p>No hospital or clinic here has that name. The \
                         <a href=\"/privacy\">privacy notice</a> lists them all.</p>\n";

fn page(controller: &Controller, app: &App) -> Reply {
    let contents = format!(
        "{}{}{}<p>This notice is {}'s own. The platform that keeps the data for it has \
         <a href=\"/privacy\">a notice too</a>.</p>\n",
        contact(controller),
        notice_html(&controller.notice, &text_path(&controller.controller)),
        others(controller),
        escape(&controller.name),
    );
    PlainPage::new("Privacy notice", contents).of(&controller.name).reply(app, StatusCode::OK)
}

/// R68: the way to have data deleted stands first, where somebody in a hurry finds it.
fn contact(controller: &Controller) -> String {
    format!(
        "<h2 class=\"nhsuk-heading-m\" id=\"contact\">Ask {}, or have your data deleted</h2>\n\
         <p>Phone {}. You can ask for a copy of your data, have something put right, have it \
         deleted, or take back your consent. Say so in your own words.</p>\n\
         <p>Or write to the data protection officer: {}, {}. It costs nothing, and you get an answer \
         within one month. You need not say why.</p>\n",
        escape(&controller.name),
        escape(&controller.phone),
        escape(&controller.officer.name),
        followed(&controller.officer.contact),
    )
}

/// R46: who else handles data for this organisation, as its register of sub-processors says.
fn others(controller: &Controller) -> String {
    if controller.sub_processors.is_empty() {
        return String::new();
    }
    let line = |entry: &SubProcessor| {
        let (name, role) = (escape(&entry.name), escape(&entry.role));
        format!("<li>{name}: {role} ({})</li>\n", escape(&entry.region))
    };
    format!(
        "<h2 class=\"nhsuk-heading-m\" id=\"others\">Who else handles your data</h2>\n<ul>\n{}</ul>\n",
        controller.sub_processors.iter().map(line).collect::<String>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestApp;

    async fn get(test: &TestApp, controller: &str) -> (u16, String) {
        let call = Request::for_test(Method::GET, "/").param("controller", controller).build();
        let reply = show_controller_notice(test.app.clone(), call).await.unwrap();
        (reply.status().as_u16(), String::from_utf8(reply.body().to_vec()).unwrap())
    }

    // R2, R68.
    #[tokio::test]
    async fn an_organisation_speaks_for_itself_and_says_how_to_be_deleted() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let (status, page) = get(&test, "riverside").await;
        assert_eq!(status, 200);
        for part in [
            "<p class=\"header__name\">Riverside Hospital</p>",
            "have your data deleted",
            "Phone 020 7946 0018",
            "mailto:dpo@riverside.example.net",
            "Why we ask for photos",
            "href=\"/privacy/riverside?as=text\"",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("Hillview"));
    }

    // R46.
    #[tokio::test]
    async fn the_notice_lists_who_else_handles_the_data() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        assert!(!get(&test, "riverside").await.1.contains("id=\"others\""));
        let entry = serde_json::json!([{
            "id": "gov-uk-notify", "name": "Government <Digital> Service", "role": "sends texts",
            "region": "UK", "agreedOn": "2026-11-01", "evidence": "https://example.org/assurance",
        }]);
        crate::patient_page::change_controller(&test, |riverside| {
            riverside["subProcessors"] = entry;
        })
        .await;
        let (_, page) = get(&test, "riverside").await;
        let line = "<li>Government &#60;Digital&#62; Service: sends texts (UK)</li>";
        assert!(page.contains(line), "{page}");
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_leads_to_the_list() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        for unknown in ["nobody", "controller-directory", "staff-directory"] {
            let (status, page) = get(&test, unknown).await;
            assert_eq!(status, 404, "{unknown}");
            assert!(page.contains("href=\"/privacy\""));
        }
    }
}
