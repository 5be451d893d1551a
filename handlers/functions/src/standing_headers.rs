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
