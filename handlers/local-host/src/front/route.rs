//! Route templates: `api/patients/{patient}`, `{id?}`, `{id:int}`, `{*rest}`.

use super::constraint::Constraint;

/// A parsed template, host.json's prefix included.
#[derive(Clone, Debug)]
pub(crate) struct RouteTemplate {
    segments: Vec<Segment>,
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    Parameter { name: String, constraints: Vec<Constraint>, otherwise: Otherwise },
    CatchAll { name: String },
}

/// What a missing parameter means.
#[derive(Clone, Debug)]
enum Otherwise {
    NoMatch,
    Absent,
    Value(String),
}

/// Names and values of the parameters that a path filled.
pub(crate) type Parameters = Vec<(String, String)>;

impl RouteTemplate {
    /// Reads a template. The error is for the log: the function is skipped.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_matches('/');
        if text.is_empty() {
            return Ok(Self { segments: Vec::new() });
        }
        let segments: Vec<Segment> =
            text.split('/').map(Segment::parse).collect::<Result<_, _>>()?;
        let last = segments.len() - 1;
        for (index, segment) in segments.iter().enumerate() {
            match segment {
                Segment::CatchAll { .. } if index != last => {
                    return Err(
                        "A catch-all parameter can only appear as the last segment of the \
                                route template."
                            .into(),
                    );
                }
                _ => {}
            }
        }
        Ok(Self { segments })
    }

    /// The parameters that a path may fill, absent ones included.
    pub fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter { name, .. } | Segment::CatchAll { name } => Some(name.as_str()),
        })
    }

    /// Fills the template from a decoded path. Case of literals does not matter, a slash at the
    /// end neither. An empty segment matches nothing, not even the begin of a catch-all; behind
    /// that begin it is part of the rest.
    pub fn matches(&self, path: &str) -> Option<Parameters> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let given: Vec<&str> = match path {
            "" => Vec::new(),
            path => path.strip_suffix('/').unwrap_or(path).split('/').collect(),
        };
        let mut parameters = Vec::new();
        let mut left = given.as_slice();
        for segment in &self.segments {
            match (segment, left.split_first()) {
                (_, Some((&"", _))) => return None,
                (Segment::Literal(literal), Some((first, rest)))
                    if same_ignoring_case(literal, first) =>
                {
                    left = rest;
                }
                (Segment::Parameter { name, constraints, .. }, Some((first, rest)))
                    if constraints.iter().all(|constraint| constraint.allows(first)) =>
                {
                    parameters.push((name.clone(), (*first).to_owned()));
                    left = rest;
                }
                (Segment::Parameter { otherwise: Otherwise::Absent, .. }, None) => {}
                (Segment::Parameter { name, otherwise: Otherwise::Value(value), .. }, None) => {
                    parameters.push((name.clone(), value.clone()));
                }
                (Segment::CatchAll { name }, _) => {
                    parameters.push((name.clone(), left.join("/")));
                    left = &[];
                }
                _ => return None,
            }
        }
        left.is_empty().then_some(parameters)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        if !text.contains(['{', '}']) {
            return Ok(Self::Literal(text.to_owned()));
        }
        let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let inside = inside
            .filter(|inside| !inside.contains(['{', '}']))
            .ok_or_else(|| format!("local-host does not play the route segment '{text}'"))?;
        if let Some(name) = inside.strip_prefix('*') {
            let name = name.trim_start_matches('*');
            return Ok(Self::CatchAll { name: name.to_owned() });
        }
        let (inside, otherwise) = match inside.split_once('=') {
            Some((inside, value)) => (inside, Otherwise::Value(value.to_owned())),
            None => match inside.strip_suffix('?') {
                Some(inside) => (inside, Otherwise::Absent),
                None => (inside, Otherwise::NoMatch),
            },
        };
        let mut parts = inside.split(':');
        let name = parts.next().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(format!("The route parameter name in '{text}' is empty."));
        }
        let constraints = parts.map(Constraint::parse).collect::<Result<_, _>>()?;
        Ok(Self::Parameter { name, constraints, otherwise })
    }
}

fn same_ignoring_case(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, path: &str) -> Option<String> {
        let parameters = RouteTemplate::parse(template).unwrap().matches(path)?;
        let shown: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(shown.join(" "))
    }

    #[test]
    fn literals_match_whatever_their_case_and_a_last_slash_is_nothing() {
        assert!(filled("api/patients", "/API/Patients").is_some());
        assert!(filled("api/patients", "/api/patients/").is_some());
        assert!(filled("api/patients", "/api/patients/p1").is_none());
        assert!(filled("/", "/").is_some() && filled("/", "/x").is_none());
    }

    #[test]
    fn parameters_take_one_segment_each() {
        let template = "api/patients/{patient}/items/{item}/view";
        let path = "/api/patients/p1/items/a%2Fb/view";
        assert_eq!(filled(template, path).as_deref(), Some("patient=p1 item=a%2Fb"));
    }

    #[test]
    fn an_optional_parameter_may_be_missing_and_a_default_fills_in() {
        assert_eq!(filled("orders/{id?}", "/orders").as_deref(), Some(""));
        assert_eq!(filled("orders/{id?}", "/orders/7").as_deref(), Some("id=7"));
        assert_eq!(filled("orders/{id=5}", "/orders").as_deref(), Some("id=5"));
        assert_eq!(filled("orders/{id}", "/orders"), None);
    }

    #[test]
    fn a_constraint_decides_whether_the_route_is_this_one() {
        assert_eq!(filled("ret/{id:int?}", "/ret/5").as_deref(), Some("id=5"));
        assert_eq!(filled("ret/{id:int?}", "/ret/x"), None);
        assert_eq!(filled("ret/{id:int?}", "/ret").as_deref(), Some(""));
        assert!(RouteTemplate::parse("ret/{id:odd}").is_err());
    }

    #[test]
    fn a_catch_all_takes_the_rest_and_the_root_but_does_not_begin_with_a_slash() {
        assert_eq!(filled("{*path}", "/").as_deref(), Some("path="));
        assert_eq!(filled("{*path}", "/a/b/").as_deref(), Some("path=a/b"));
        assert_eq!(filled("{*path}", "//"), None);
        assert_eq!(filled("api/star/{*rest}", "/api/star//x"), None);
        assert_eq!(filled("api/star/{*rest}", "/api/star/a//b").as_deref(), Some("rest=a//b"));
        assert_eq!(filled("{*path}", "/api//x").as_deref(), Some("path=api//x"));
        assert_eq!(filled("api/{id}/x", "/api//x"), None);
        assert_eq!(filled("api/{id?}", "/api//"), None);
        assert!(RouteTemplate::parse("{*path}/x").is_err());
    }
}
