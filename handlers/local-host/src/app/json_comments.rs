//! host.json and its kin may hold comments and trailing commas; JSON may not.

/// The same JSON without `//` and `/* */` comments and without commas before a closing bracket.
/// Text inside strings is untouched, and so are line numbers.
pub(crate) fn strip(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut kept = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '"' => {
                kept.push('"');
                while let Some(inside) = chars.next() {
                    kept.push(inside);
                    match inside {
                        '\\' => kept.extend(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' if chars.peek() == Some(&'/') => {
                while chars.next_if(|inside| *inside != '\n').is_some() {}
            }
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut star = false;
                for inside in chars.by_ref() {
                    if star && inside == '/' {
                        break;
                    }
                    star = inside == '*';
                    if inside == '\n' {
                        kept.push('\n');
                    }
                }
            }
            '}' | ']' => {
                let open = kept.trim_end().len();
                if kept[..open].ends_with(',') {
                    kept.remove(open - 1);
                }
                kept.push(next);
            }
            other => kept.push(other),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> serde_json::Value {
        serde_json::from_str(&strip(text)).unwrap()
    }

    #[test]
    fn comments_and_trailing_commas_go_and_strings_stay() {
        let value = read("{ // one\n \"a\": \"//not, } /* this\", /* two */ \"b\": [1, 2,],\n}");
        assert_eq!(value, serde_json::json!({"a": "//not, } /* this", "b": [1, 2]}));
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_string() {
        assert_eq!(read(r#"{"a": "\"//x"}"#), serde_json::json!({"a": "\"//x"}));
    }
}
