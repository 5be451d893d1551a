//! A page without script: notices, and what went wrong with an address. Its head has the name of
//! who speaks, its foot the operator's details (R97) and the way to the notice (R1).

use std::fmt::Write as _;

use custom_handler::{Reply, StatusCode};

use crate::app::App;

/// The style of these pages, where the web build brings none of its own.
pub const STYLE: &str = include_str!("plain_page/plain.css");
/// Where it is served.
pub const STYLE_PATH: &str = "plain.css";

/// What the page says, as HTML, and in whose name.
pub struct PlainPage {
    name: String,
    title: String,
    contents: String,
}

impl PlainPage {
    /// `title` is text; `contents` is HTML, in which text of others went through [`escape`].
    pub fn new(title: impl Into<String>, contents: impl Into<String>) -> Self {
        Self { name: "Aftersight".to_owned(), title: title.into(), contents: contents.into() }
    }

    /// The same in the name of an organisation.
    #[must_use]
    pub fn of(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The page as HTML.
    pub fn to_html(&self, app: &App) -> String {
        let operator = &app.settings.operator;
        let style = app.pages.plain_style().unwrap_or(STYLE_PATH);
        let (speaker, title, contents) = (escape(&self.name), escape(&self.title), &self.contents);
        let (name, address) = (escape(&operator.name), escape(&operator.address));
        let (contact, phone) = (escape(&operator.contact), phone_link(&operator.phone));
        let company = match operator.company_number.as_str() {
            "" => String::new(),
            number => format!(" Company number {}.", escape(number)),
        };
        format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} - {speaker}</title>\n\
             <link rel=\"stylesheet\" href=\"/{style}\">\n</head>\n<body>\n\
             <header class=\"header\"><div class=\"nhsuk-width-container header__inside\">\
             <p class=\"header__name\">{speaker}</p></div></header>\n\
             <div class=\"nhsuk-width-container\"><main class=\"nhsuk-main-wrapper\">\n\
             <h1 class=\"nhsuk-heading-l\">{title}</h1>\n{contents}</main></div>\n\
             <footer class=\"footer\"><div class=\"nhsuk-width-container\">\n\
             <p><a href=\"/privacy\">Privacy notice</a></p>\n\
             <p>Aftersight is run by {name}, {address}.{company} \
             <a href=\"mailto:{contact}\">{contact}</a>, phone {phone}</p>\n\
             </div></footer>\n</body>\n</html>\n"
        )
    }

    /// The page as an answer.
    pub fn reply(&self, app: &App, status: StatusCode) -> Reply {
        Reply::bytes(status, "text/html; charset=utf-8", self.to_html(app))
    }
}

/// A number that can be tapped.
pub fn phone_link(number: &str) -> String {
    let dialled: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    format!("<a href=\"tel:{dialled}\">{}</a>", escape(number))
}

/// Text for HTML, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' | '>' | '&' | '"' | '\'' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#{};", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestApp;

    // R1, R97.
    #[tokio::test]
    async fn every_plain_page_names_its_operator_and_leads_to_the_notice() {
        let test = TestApp::at("2026-11-22T09:00:00Z").await;
        let page = PlainPage::new("A & B", "<p>Text.</p>").to_html(&test.app);
        for part in [
            "<title>A &#38; B - Aftersight</title>",
            "href=\"/privacy\"",
            "Aftersight Trial Operator Ltd, 1 Example Street, Exampleton, EX1 1EX.",
            "Company number 00000000.",
            "mailto:hello@operator.example.org",
            "tel:02079460000",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        for forbidden in ["<script", "style=", "http:", "https:"] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(escape("<a href='x'>\"&"), "&#60;a href=&#39;x&#39;&#62;&#34;&#38;");
    }
}
