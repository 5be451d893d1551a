//! The link in a text message.

/// The code of the first link to `origin` in `text`: what stands after the `#`.
pub fn code_in(text: &str, origin: &str) -> Option<String> {
    let start = format!("{origin}/r#");
    let rest = text.split_once(&start)?.1;
    let code: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    (!code.is_empty()).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "http://127.0.0.1:7071";

    #[test]
    fn the_code_stands_after_the_hash_and_ends_with_the_word() {
        for (text, code) in [
            ("Ann: http://127.0.0.1:7071/r#AB3DE-FGH12", Some("AB3DE-FGH12")),
            ("Ann: http://127.0.0.1:7071/r#ab3de. Thanks", Some("ab3de")),
            ("Ann: http://127.0.0.1:7071/r#", None),
            ("Ann: http://127.0.0.1:7071/r/AB3DE", None),
            ("Ann: http://127.0.0.1:7072/r#AB3DE", None),
        ] {
            assert_eq!(code_in(text, ORIGIN).as_deref(), code, "{text}");
        }
    }
}
