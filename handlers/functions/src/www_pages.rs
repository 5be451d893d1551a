//! `www-pages`: the pages and what they load, from the folder `pages` beside host.json (the host
//! starts the handler there). Its name sorts last on purpose: the host tries routes in the order of
//! function names, and this one takes whatever GET and HEAD are left.
//!
//! Trigger: HTTP GET and HEAD, everything else. Touches: nothing.

mod file_reply;
mod rewritten_link;
mod surface;
mod web_files;

use custom_handler::{Failure, Function, Method, Reply, Request, StatusCode};

use crate::app::App;
use crate::plain_page::{PlainPage, STYLE, STYLE_PATH, phone_link};
use rewritten_link::way_back;

pub use surface::Surface;
pub use web_files::WebFiles;

/// The folder, in the handler's working directory.
pub const FOLDER: &str = "pages";

const HOME: &str = "<p><a href=\"/staff\">Staff: sign in</a></p>";
const NOT_BUILT: &str = include_str!("www_pages/not_built.html");
const NOT_FOUND: &str = include_str!("www_pages/not_found.html");

pub fn function() -> Function<App> {
    Function::http("www-pages", &[Method::GET, Method::HEAD], "{*path}", www_pages)
}

pub async fn www_pages(app: App, request: Request) -> Result<Reply, Failure> {
    let path = request.path.strip_prefix('/').unwrap_or_default();
    if let Some(address) = way_back(path) {
        let reply = Reply::bytes(StatusCode::FOUND, "text/plain; charset=utf-8", "")
            .header("Location", &address)
            .header("Cache-Control", "no-store");
        return Ok(Surface::Plain.guard(reply, &app.settings));
    }
    let (surface, file) = match path {
        // Where a link from a text lands; its code stays behind the `#`, in the browser.
        "r" => (Surface::Patient, "patient.html"),
        _ if is_staff_page(path) => (Surface::Staff, "staff.html"),
        _ => (Surface::Plain, path),
    };
    let plain =
        |title: &str, contents: &str, status| PlainPage::new(title, contents).reply(&app, status);
    let with_phone = |contents: &str| {
        format!(
            "{contents}<p>If you need help, phone {}.</p>\n",
            phone_link(&app.settings.operator.phone)
        )
    };
    // A page is shown at the address of its surface only, under its policy.
    let found = app.pages.get(file).filter(|file| file.is_page() == (surface != Surface::Plain));
    let reply = match (path, found) {
        ("", _) => plain("Aftersight", HOME, StatusCode::FOUND).header("Location", "/staff"),
        (_, Some(file)) => file.reply(&request),
        (STYLE_PATH, None) => Reply::bytes(StatusCode::OK, "text/css; charset=utf-8", STYLE)
            .header("Cache-Control", "no-cache"),
        _ if surface == Surface::Plain => {
            plain("Page not found", &with_phone(NOT_FOUND), StatusCode::NOT_FOUND)
        }
        _ => {
            let contents = with_phone(NOT_BUILT);
            plain("The pages are not built", &contents, StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    Ok(surface.guard(reply, &app.settings))
}

/// True for the pages that the staff's script tells apart by itself; its files have an ending.
fn is_staff_page(path: &str) -> bool {
    let below = path.strip_prefix("staff").filter(|rest| rest.is_empty() || rest.starts_with('/'));
    below.is_some_and(|rest| !rest.contains('.'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::sha256_hex::Sha256Hex;
    use serde_json::json;

    use super::*;
    use crate::testing::TestApp;

    async fn at(app: &App, path: &str) -> Reply {
        www_pages(app.clone(), Request::for_test(Method::GET, path).build()).await.unwrap()
    }

    fn built() -> WebFiles {
        let folder = tempfile::tempdir().unwrap();
        let mut list = json!({});
        for (name, content_type) in [
            ("patient.html", "text/html; charset=utf-8"),
            ("staff.html", "text/html; charset=utf-8"),
            ("patient.js", "text/javascript; charset=utf-8"),
        ] {
            std::fs::write(folder.path().join(name), name).unwrap();
            let sha256 = Sha256Hex::of(name).to_string();
            list[name] = json!({ "contentType": content_type, "sha256": sha256 });
        }
        std::fs::write(folder.path().join("pages.json"), list.to_string()).unwrap();
        WebFiles::read(folder.path()).unwrap()
    }

    #[tokio::test]
    async fn each_surface_is_found_at_its_address_and_nowhere_else() {
        let mut test = TestApp::at("2026-11-22T09:00:00Z").await;
        test.app.pages = Arc::new(built());
        for (path, body) in [
            ("/r", "patient.html"),
            ("/staff", "staff.html"),
            ("/staff/", "staff.html"),
            ("/staff/patients/p1", "staff.html"),
            ("/patient.js", "patient.js"),
        ] {
            assert_eq!(at(&test.app, path).await.body(), body, "{path}");
        }
        for path in [
            "/staffing",
            "/staff/a.js",
            "/patient.html",
            "/staff.html",
            "/pages.json",
            "/api/nothing",
            "/assets/none.js",
            "/../host.json",
            "//patient.js",
        ] {
            let reply = at(&test.app, path).await;
            assert_eq!(reply.status().as_u16(), 404, "{path}");
            let page = String::from_utf8_lossy(reply.body()).into_owned();
            assert!(page.contains("<a href=\"tel:02079460000\">020 7946 0000</a>"), "{page}");
        }
    }

    #[tokio::test]
    async fn a_link_with_its_sign_rewritten_leads_to_our_own_page_and_is_kept_nowhere() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        for (path, address) in [
            ("/r/", "/r"),
            ("/r%234TM2P-XXM72-DEBN1-HTDD3-A0MECK", "/r#4TM2P-XXM72-DEBN1-HTDD3-A0MECK"),
            ("/r%23https://elsewhere.example", "/r#httpselsewhereexample"),
        ] {
            let reply = at(&test.app, path).await;
            assert_eq!(reply.status().as_u16(), 302, "{path}");
            assert_eq!(reply.header_value("location"), Some(address), "{path}");
            assert_eq!(reply.header_value("cache-control"), Some("no-store"), "{path}");
        }
    }

    #[tokio::test]
    async fn without_the_pages_an_address_says_so_and_nothing_is_lost() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        for path in ["/r", "/staff"] {
            let reply = at(&test.app, path).await;
            assert_eq!(reply.status().as_u16(), 503);
            assert!(String::from_utf8_lossy(reply.body()).contains("nothing was lost"));
        }
        let style = at(&test.app, "/plain.css").await;
        assert_eq!(style.header_value("content-type"), Some("text/css; charset=utf-8"));
        let home = at(&test.app, "/").await;
        assert_eq!((home.status().as_u16(), home.header_value("location")), (302, Some("/staff")));
    }
}
