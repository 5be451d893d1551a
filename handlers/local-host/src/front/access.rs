//! Keys: who may call `/admin/*` and functions that want one.

use crate::AdminAccess;
use crate::app::function::AuthLevel;
use crate::wire::Headers;

/// What a request brings.
pub(super) struct Credentials<'a> {
    pub headers: &'a Headers,
    pub query: &'a str,
}

impl AdminAccess {
    /// With one key for everything, whoever has it is the master.
    pub(super) fn admits(&self, credentials: &Credentials<'_>) -> bool {
        match self {
            Self::OpenOnLoopback => true,
            Self::Key(key) => {
                let header = credentials
                    .headers
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case("x-functions-key"));
                let sent = header.map(|(_, value)| value.as_slice());
                let code = credentials.query.split('&').find_map(|pair| pair.strip_prefix("code="));
                sent == Some(key.as_bytes()) || code.is_some_and(|code| decoded(code) == *key)
            }
        }
    }

    pub(super) fn admits_to(&self, level: AuthLevel, credentials: &Credentials<'_>) -> bool {
        level == AuthLevel::Anonymous || self.admits(credentials)
    }
}

/// A key is base64: of its characters only these three are ever escaped.
fn decoded(code: &str) -> String {
    code.replace("%3D", "=")
        .replace("%3d", "=")
        .replace("%2F", "/")
        .replace("%2f", "/")
        .replace("%2B", "+")
        .replace("%2b", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_taken_from_the_header_or_the_query() {
        let access = AdminAccess::Key("k=".into());
        let admits = |header: Option<&str>, query: &str| {
            let headers: Headers = header
                .iter()
                .map(|key| ("X-Functions-Key".to_owned(), key.as_bytes().to_vec()))
                .collect();
            access.admits_to(AuthLevel::Function, &Credentials { headers: &headers, query })
        };
        assert!(admits(Some("k="), "") && admits(None, "a=1&code=k=") && admits(None, "code=k%3D"));
        assert!(!admits(None, "") && !admits(Some("wrong"), "code=wrong"));
    }

    #[test]
    fn an_anonymous_function_wants_no_key() {
        let credentials = Credentials { headers: &Vec::new(), query: "" };
        let access = AdminAccess::Key("k".into());
        assert!(access.admits_to(AuthLevel::Anonymous, &credentials));
        assert!(!access.admits_to(AuthLevel::Admin, &credentials));
        assert!(AdminAccess::OpenOnLoopback.admits_to(AuthLevel::Admin, &credentials));
    }
}
