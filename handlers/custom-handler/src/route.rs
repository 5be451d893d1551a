//! Route templates: `api/patients/{patient}`, and the catch-all `{*path}`.

/// One part of a template between slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// `patients`: matched as it stands.
    Literal(&'static str),
    /// `{patient}`: any segment of `[A-Za-z0-9_-]+`.
    Param(&'static str),
}

/// A template that could be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    /// A fixed number of segments.
    Segments(Vec<Segment>),
    /// `{*path}`: everything that no other route takes.
    CatchAll(&'static str),
}

impl Template {
    /// `Err` says what is wrong with it.
    pub(crate) fn parse(text: &'static str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("{*").and_then(|rest| rest.strip_suffix('}')) {
            return param_name(name).map(Self::CatchAll);
        }
        let segments = text.split('/').map(parse_segment).collect::<Result<Vec<_>, _>>()?;
        let mut names: Vec<_> = segments.iter().filter_map(Segment::param).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err("a parameter stands in it twice".to_owned());
        }
        Ok(Self::Segments(segments))
    }
}

impl Segment {
    fn param(&self) -> Option<&'static str> {
        match self {
            Self::Param(name) => Some(name),
            Self::Literal(_) => None,
        }
    }
}

/// Rule h: what may stand in a path where a route has a parameter.
pub(crate) fn is_id(segment: &str) -> bool {
    let in_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !segment.is_empty() && segment.bytes().all(in_id)
}

fn parse_segment(text: &'static str) -> Result<Segment, String> {
    if let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        return param_name(name).map(Segment::Param);
    }
    // Lower case only, because the host matches without regard to case and this crate with it.
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    if text.is_empty() || !text.bytes().all(plain) {
        return Err(format!("`{text}` is not a segment"));
    }
    Ok(Segment::Literal(text))
}

fn param_name(name: &'static str) -> Result<&'static str, String> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format!("`{name}` is not a parameter name"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_template_is_literals_and_parameters() {
        assert_eq!(
            Template::parse("api/patients/{patient}/view"),
            Ok(Template::Segments(vec![
                Segment::Literal("api"),
                Segment::Literal("patients"),
                Segment::Param("patient"),
                Segment::Literal("view"),
            ]))
        );
        assert_eq!(Template::parse("{*path}"), Ok(Template::CatchAll("path")));
    }

    #[test]
    fn what_the_host_would_read_otherwise_is_refused() {
        for wrong in [
            "",
            "/api",
            "api/",
            "api//x",
            "api/{}",
            "api/{id?}",
            "api/{id:int}",
            "{*}",
            "api/{*rest}",
            "api/x{id}",
            "API/me",
            "api/{id}/{id}",
            "api/%2e",
        ] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        // Rule h.
        #[test]
        fn an_id_holds_letters_digits_hyphens_and_underscores(text in ".{0,12}") {
            let allowed = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            prop_assert_eq!(is_id(&text), allowed && !text.is_empty());
        }
    }
}
