//! Headers of every answer, the API's and refusals included (R147, R148).

use custom_handler::StandingHeaders;

use crate::settings::Settings;

/// An answer of the API is data: nothing in it runs, and nobody else's page may load or frame it.
/// Pages set a policy of their own.
pub fn standing_headers(settings: &Settings) -> StandingHeaders {
    let headers = StandingHeaders::default()
        .with("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
        .with("cross-origin-resource-policy", "same-origin");
    if settings.is_https() {
        // A year. Without `includeSubDomains`: the names below ours may be somebody else's.
        return headers.with("strict-transport-security", "max-age=31536000");
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_on(origin: &str) -> String {
        let settings = Settings::read(|name| match name {
            "PUBLIC_ORIGIN" => Some(origin.to_owned()),
            "STORAGE_ORIGIN" => Some("https://store.example.org".to_owned()),
            "STAFF_ISSUER" => Some("https://login.example.org/tenant/v2.0".to_owned()),
            _ => None,
        });
        format!("{:?}", standing_headers(&settings.unwrap()))
    }

    // R147: a browser that came over https stays there; on this machine's http it would be lost.
    #[test]
    fn https_is_insisted_on_where_there_is_https() {
        let told = told_on("https://photos.example.org");
        assert!(told.contains(r#""strict-transport-security": "max-age=31536000""#), "{told}");
        assert!(!told_on("http://127.0.0.1:7071").contains("strict-transport-security"));
    }
}
