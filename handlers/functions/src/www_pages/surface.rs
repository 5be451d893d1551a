//! The surfaces, and what the browser lets each of them do: nothing that it has no need of.

use custom_handler::Reply;

use crate::settings::Settings;

/// Who a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// The patient's, at `/r`: the only one with a camera.
    Patient,
    /// The staff's, below `/staff`: the only one that signs in.
    Staff,
    /// Pages without script: home, notices, refusals, and what pages load.
    Plain,
}

/// What no surface needs. The camera is decided by surface.
const NEVER: &str = "accelerometer=(), bluetooth=(), display-capture=(), geolocation=(), \
                     gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), \
                     serial=(), usb=(), xr-spatial-tracking=()";

impl Surface {
    /// The reply with everything that keeps a page of this surface in its place (R120, R147, R148).
    pub fn guard(self, reply: Reply, settings: &Settings) -> Reply {
        let camera = if self == Self::Patient { "camera=(self)" } else { "camera=()" };
        reply
            .header("Content-Security-Policy", &self.content_policy(settings))
            .header("Permissions-Policy", &format!("{camera}, {NEVER}"))
            .header("Cross-Origin-Opener-Policy", "same-origin")
            .header("Cross-Origin-Resource-Policy", "same-origin")
    }

    /// Scripts and styles are files of our own: none stands in a page, none is made from text.
    fn content_policy(self, settings: &Settings) -> String {
        let storage = &settings.storage_origin;
        let may = match self {
            Self::Patient => format!(
                "script-src 'self'; style-src 'self'; img-src 'self' {storage} blob:; \
                 connect-src 'self' {storage}; "
            ),
            Self::Staff => format!(
                "script-src 'self'; style-src 'self'; img-src 'self' {storage} blob:; \
                 connect-src 'self' {storage} {}; ",
                settings.staff_issuer_origin()
            ),
            Self::Plain => "style-src 'self'; img-src 'self'; ".to_owned(),
        };
        format!(
            "default-src 'none'; {may}base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use custom_handler::StatusCode;

    use super::*;

    fn settings() -> Settings {
        let get = |name: &str| match name {
            "PUBLIC_ORIGIN" => Some("https://photos.example.org".to_owned()),
            "STORAGE_ORIGIN" => Some("https://store.example.org".to_owned()),
            "STAFF_ISSUER" => Some("https://login.example.org/tenant/v2.0".to_owned()),
            _ => None,
        };
        Settings::read(get).unwrap()
    }

    /// Directives of the surface's policy and their sources.
    fn policy(surface: Surface) -> BTreeMap<String, Vec<String>> {
        let reply = surface.guard(Reply::bytes(StatusCode::OK, "text/html", ""), &settings());
        let policy = reply.header_value("content-security-policy").unwrap().to_owned();
        let directives = policy.split("; ").map(|directive| {
            let mut words = directive.split(' ').map(str::to_owned);
            (words.next().unwrap(), words.collect())
        });
        directives.collect()
    }

    // R120.
    #[test]
    fn pages_reach_ourselves_and_the_storage_and_staff_their_issuer_too() {
        let [patient, staff] = [Surface::Patient, Surface::Staff].map(policy);
        let ours = ["'self'", "https://store.example.org"];
        assert_eq!(patient["connect-src"], ours);
        assert_eq!(staff["connect-src"], [&ours[..], &["https://login.example.org"]].concat());
        for policy in [&patient, &staff] {
            assert_eq!(policy["img-src"], [&ours[..], &["blob:"]].concat());
            assert_eq!(
                (&policy["script-src"], &policy["style-src"]),
                (&vec!["'self'".to_owned()], &vec!["'self'".to_owned()])
            );
        }
        assert!(!policy(Surface::Plain).contains_key("script-src"));
    }

    #[test]
    fn no_surface_takes_script_from_text_or_can_be_framed() {
        for surface in [Surface::Patient, Surface::Staff, Surface::Plain] {
            let policy = policy(surface);
            for directive in ["default-src", "base-uri", "form-action", "frame-ancestors"] {
                assert_eq!(policy[directive], ["'none'"], "{surface:?} {directive}");
            }
            assert!(policy.values().flatten().all(|source| !source.contains("unsafe")));
        }
    }

    #[test]
    fn only_the_patient_has_a_camera() {
        for (surface, camera) in [
            (Surface::Patient, "camera=(self)"),
            (Surface::Staff, "camera=()"),
            (Surface::Plain, "camera=()"),
        ] {
            let reply = surface.guard(Reply::no_content(), &settings());
            assert!(reply.header_value("permissions-policy").unwrap().starts_with(camera));
        }
    }
}
