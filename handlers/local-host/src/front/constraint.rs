//! Inline route constraints: `{id:int}`, `{code:length(26)}`, `{id:min(1):max(9)}`.

/// A check on one path segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constraint {
    Int,
    Long,
    Bool,
    Guid,
    Alpha,
    Number,
    Min(i64),
    Max(i64),
    Length { least: usize, most: usize },
}

impl Constraint {
    pub fn parse(text: &str) -> Result<Self, String> {
        let unknown = || format!("The constraint reference '{text}' could not be resolved");
        let (name, argument) = match text.split_once('(') {
            Some((name, rest)) => (name, Some(rest.strip_suffix(')').ok_or_else(unknown)?)),
            None => (text, None),
        };
        let size = |text: &str| text.trim().parse().map_err(|_| unknown());
        let bound = |text: &str| text.trim().parse().map_err(|_| unknown());
        Ok(match (name, argument) {
            ("int", None) => Self::Int,
            ("long", None) => Self::Long,
            ("bool", None) => Self::Bool,
            ("guid", None) => Self::Guid,
            ("alpha", None) => Self::Alpha,
            ("double" | "float" | "decimal", None) => Self::Number,
            ("min", Some(least)) => Self::Min(bound(least)?),
            ("max", Some(most)) => Self::Max(bound(most)?),
            ("minlength", Some(least)) => Self::Length { least: size(least)?, most: usize::MAX },
            ("maxlength", Some(most)) => Self::Length { least: 0, most: size(most)? },
            ("length", Some(both)) => match both.split_once(',') {
                Some((least, most)) => Self::Length { least: size(least)?, most: size(most)? },
                None => Self::Length { least: size(both)?, most: size(both)? },
            },
            _ => return Err(unknown()),
        })
    }

    pub fn allows(&self, segment: &str) -> bool {
        let number = || segment.parse::<i64>().ok();
        match self {
            Self::Int => segment.parse::<i32>().is_ok(),
            Self::Long => number().is_some(),
            Self::Bool => {
                segment.eq_ignore_ascii_case("true") || segment.eq_ignore_ascii_case("false")
            }
            Self::Guid => is_guid(segment),
            Self::Alpha => segment.bytes().all(|byte| byte.is_ascii_alphabetic()),
            Self::Number => segment.parse::<f64>().is_ok(),
            Self::Min(least) => number().is_some_and(|number| number >= *least),
            Self::Max(most) => number().is_some_and(|number| number <= *most),
            Self::Length { least, most } => {
                (*least..=*most).contains(&segment.encode_utf16().count())
            }
        }
    }
}

fn is_guid(text: &str) -> bool {
    let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let shape = lengths == [8, 4, 4, 4, 12] || lengths == [32];
    shape && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_allow_what_their_names_say() {
        let allows = |constraint: &str, text| Constraint::parse(constraint).unwrap().allows(text);
        assert!(allows("int", "-5") && !allows("int", "5000000000") && !allows("int", "5x"));
        assert!(allows("long", "5000000000"));
        assert!(allows("guid", "0d3c5e0c-2a51-4a52-8f4b-1f9d1f3d1f3d") && !allows("guid", "0d3c"));
        assert!(allows("length(2,3)", "abc") && !allows("length(2,3)", "abcd"));
        assert!(allows("min(3)", "3") && !allows("max(3)", "4"));
        assert!(Constraint::parse("regex(^a$)").is_err());
    }
}
