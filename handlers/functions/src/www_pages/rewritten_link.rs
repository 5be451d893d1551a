//! Links that arrive otherwise than they were sent: mail filters and chat programs write the `#` of a
//! link as `%23`, or put a slash before it. Then the code stands in the path, and leaves the address
//! at once: the answer leads to our own `/r#…` and nowhere else.

use domain::link_code::LinkCode;

/// No code with its hyphens is longer; what is no code is for the page to refuse.
const MOST: usize = 64;

/// Where a path that means the patient's page leads; `None` for that page itself and all others.
pub fn way_back(path: &str) -> Option<String> {
    let rest = path.strip_prefix(['r', 'R'])?;
    let behind = rest.trim_start_matches('/');
    if behind.is_empty() {
        // The browser keeps what stands behind the `#`, which it never sends.
        return (path != "r").then(|| "/r".to_owned());
    }
    let is_rewritten = behind.starts_with("%23") || behind.starts_with("%2523");
    is_rewritten.then(|| match LinkCode::parse(behind) {
        Ok(code) => format!("/r#{code}"),
        Err(_) => format!("/r#{}", plain(behind)),
    })
}

/// Letters, digits and hyphens behind the sign, so that no address of another's can be made of it.
fn plain(behind: &str) -> String {
    let text = behind.trim_start_matches('%').trim_start_matches("25").trim_start_matches("23");
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "4TM2P-XXM72-DEBN1-HTDD3-A0MECK";

    #[test]
    fn a_rewritten_link_leads_to_its_code() {
        for path in [
            format!("r%23{CODE}"),
            format!("r/%23{CODE}"),
            format!("r%23{CODE}/"),
            format!("R%23{CODE}"),
            format!("r%2523{CODE}"),
            format!("r%23{}.", CODE.to_lowercase()),
            format!("r%23{CODE}&data=05%7C02"),
        ] {
            assert_eq!(way_back(&path), Some(format!("/r#{CODE}")), "{path}");
        }
    }

    #[test]
    fn a_slash_behind_the_address_is_no_other_page() {
        for path in ["r/", "r//", "R", "R/"] {
            assert_eq!(way_back(path).as_deref(), Some("/r"), "{path}");
        }
    }

    #[test]
    fn what_is_no_code_leads_nowhere_else() {
        for (path, address) in [
            ("r%23", "/r#"),
            ("r%23//elsewhere.example/a", "/r#elsewhereexamplea"),
            ("r%23%0d%0aSet-Cookie:x", "/r#0d0aSet-Cookiex"),
        ] {
            assert_eq!(way_back(path).as_deref(), Some(address), "{path}");
        }
        let long = way_back(&format!("r%23{}", "x".repeat(2_000))).unwrap();
        assert_eq!(long.len(), "/r#".len() + MOST);
    }

    #[test]
    fn every_other_page_is_left_alone() {
        for path in ["r", "", "rings", "r.js", "r/4TM2P", "robots.txt", "staff", "assets/r%23"] {
            assert_eq!(way_back(path), None, "{path}");
        }
    }
}
