//! `--name value` pairs of a command line.

use std::collections::BTreeMap;

/// The flags of a command; each takes one value.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// Refuses, in words, what is not one of `known` or has no value.
    pub fn parse(args: &[String], known: &[&str]) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        let mut rest = args.iter();
        while let Some(name) = rest.next() {
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none" } else { &known.join(", ") };
                return Err(format!("{name} is no flag of this command; it has {known}"));
            }
            let value = rest.next().ok_or_else(|| format!("{name} needs a value"))?;
            if values.insert(name.clone(), value.clone()).is_some() {
                return Err(format!("{name} is given twice"));
            }
        }
        Ok(Self(values))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn need(&self, name: &str) -> Result<&str, String> {
        self.get(name).ok_or_else(|| format!("{name} is missing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Arguments::parse(&words, &["--photo", "--url"])
    }

    #[test]
    fn flags_come_in_any_order() {
        let arguments = parse("--url http://x --photo a.jpg").unwrap();
        assert_eq!(arguments.need("--photo"), Ok("a.jpg"));
        assert_eq!(arguments.get("--url"), Some("http://x"));
    }

    #[test]
    fn what_is_unknown_twice_or_without_a_value_is_refused() {
        for line in ["--pohto a.jpg", "a.jpg", "--photo", "--photo a --photo b"] {
            assert!(parse(line).is_err(), "{line}");
        }
        assert!(parse("").unwrap().need("--photo").is_err());
    }
}
