//! What a function and its bindings may be called, and which routes are already taken.

use std::sync::Arc;

use super::function::{FunctionSpec, HttpTrigger, Trigger};

/// `^[a-z][a-z0-9_\-]{0,127}$` in any case, and not `host`.
pub(crate) fn is_function_name(name: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    starts_and_goes_on(name, rest) && !name.eq_ignore_ascii_case("host")
}

/// `^([a-zA-Z][a-zA-Z0-9]{0,127}|\$return)$`: neither hyphen nor underscore.
pub(crate) fn is_binding_name(name: &str) -> bool {
    name == "$return" || starts_and_goes_on(name, |byte| byte.is_ascii_alphanumeric())
}

fn starts_and_goes_on(name: &str, rest: impl Fn(u8) -> bool) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.len() <= 128
        && bytes.all(rest)
}

/// Gives the function back unless its route is the host's own or another function's.
pub(crate) fn unclaimed(
    spec: FunctionSpec,
    others: &[Arc<FunctionSpec>],
) -> Result<FunctionSpec, String> {
    let Trigger::Http(http) = &spec.trigger else { return Ok(spec) };
    let route = http.declared_route.trim_matches('/').to_ascii_lowercase();
    if route.starts_with("admin") || route.starts_with("runtime") {
        return Err("The specified route conflicts with one or more built in routes.".into());
    }
    let rival = others.iter().find(|other| match &other.trigger {
        Trigger::Http(theirs) => {
            theirs.declared_route.trim_matches('/').eq_ignore_ascii_case(&route)
                && share_a_method(http, theirs)
        }
        _ => false,
    });
    match rival {
        Some(other) => Err(format!(
            "The route specified conflicts with the route defined by function '{}'.",
            other.name
        )),
        None => Ok(spec),
    }
}

fn share_a_method(one: &HttpTrigger, other: &HttpTrigger) -> bool {
    match (&one.methods, &other.methods) {
        (Some(ours), Some(theirs)) => ours.iter().any(|method| theirs.contains(method)),
        // No list means every method.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_names_may_have_hyphens_and_binding_names_may_not() {
        for good in ["add-patient", "under_score", "A1"] {
            assert!(is_function_name(good), "{good}");
        }
        for bad in ["9lives", "bad name", "host", "HOST", "", "-a"] {
            assert!(!is_function_name(bad), "{bad}");
        }
        assert!(is_binding_name("$return") && is_binding_name("req"));
        assert!(!is_binding_name("my-req") && !is_binding_name("my_req"));
        assert!(!is_function_name(&"a".repeat(129)));
    }
}
