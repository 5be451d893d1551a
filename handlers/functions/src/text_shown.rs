//! The text that carries a link, shown to staff before there is a link (R43).

use custom_handler::Failure;
use domain::person_name::PersonName;
use domain::text_message::{gsm7_length, text_message};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::links::link_in_text;

/// Grouped and as long as a code. A letter that phones show, so that the text is cut as it will be.
const SOME_CODE: &str = "XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX";

#[derive(Serialize, ToSchema)]
pub struct TextShown {
    /// Letter by letter what is sent, with dots where the link's code will be.
    pub text: String,
    /// In septets of GSM-7, of which one text has 160.
    pub length: usize,
}

pub fn text_shown(app: &App, first_name: Option<&PersonName>) -> Result<TextShown, Failure> {
    let text = text_message(first_name, &link_in_text(app, &SOME_CODE));
    let length = gsm7_length(&text).ok_or_else(|| Failure::broken("a text is not GSM-7"))?;
    let before_code = text.strip_suffix(SOME_CODE).unwrap_or(&text);
    Ok(TextShown { text: format!("{before_code}{}", SOME_CODE.replace('X', "•")), length })
}

#[cfg(test)]
mod tests {
    use domain::link_code::LinkCode;

    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn what_is_shown_is_what_is_sent_but_for_the_code_r43() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        for name in ["Ada", "Zoë", "", "Hubertblaineaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            let name = PersonName::parse(name).ok();
            let code = LinkCode::derive(&[7; 32], "01jd3x8k2m9qwertyasdfghzxc", 1);
            let sent = text_message(name.as_ref(), &link_in_text(&test.app, &code));
            let shown = text_shown(&test.app, name.as_ref()).unwrap();
            let dots: String =
                code.to_string().chars().map(|c| if c == '-' { c } else { '•' }).collect();
            assert_eq!(shown.text, sent.replace(&code.to_string(), &dots));
            assert_eq!(Some(shown.length), gsm7_length(&sent));
        }
    }
}
