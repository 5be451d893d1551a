//! `--name value` pairs of a command line, and switches that take no value.

use std::collections::BTreeMap;
use std::str::FromStr;

/// The flags of a command.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// Refuses, in words, what is not one of `known` or has no value.
    pub fn parse(args: &[String], known: &[&str]) -> Result<Self, String> {
        Self::parse_with_switches(args, known, &[])
    }

    /// The same with `switches`, each of which is there or not.
    pub fn parse_with_switches(
        args: &[String],
        known: &[&str],
        switches: &[&str],
    ) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        let mut rest = args.iter();
        while let Some(name) = rest.next() {
            let is_switch = switches.contains(&name.as_str());
            if !is_switch && !known.contains(&name.as_str()) {
                let all = [known, switches].concat();
                let all = if all.is_empty() { "none" } else { &all.join(", ") };
                return Err(format!("{name} is no flag of this command; it has {all}"));
            }
            let value = if is_switch {
                String::new()
            } else {
                rest.next().ok_or_else(|| format!("{name} needs a value"))?.clone()
            };
            if values.insert(name.clone(), value).is_some() {
                return Err(format!("{name} is given twice"));
            }
        }
        Ok(Self(values))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// True where this switch is given.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A number, or `otherwise` where the flag is not given.
    pub fn number<T: FromStr>(&self, name: &str, otherwise: T) -> Result<T, String> {
        self.get(name).map_or(Ok(otherwise), |text| {
            text.parse().map_err(|_| format!("{name} {text} is no number that fits"))
        })
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

    #[test]
    fn a_switch_takes_no_value_and_is_there_or_not() {
        let words = ["--peer", "--minutes", "3"].map(str::to_owned);
        let parsed = Arguments::parse_with_switches(&words, &["--minutes"], &["--peer"]).unwrap();
        assert!(parsed.has("--peer"));
        assert_eq!(parsed.number("--minutes", 1), Ok(3));
        let none = Arguments::parse_with_switches(&[], &["--minutes"], &["--peer"]).unwrap();
        assert!(!none.has("--peer"));
        assert_eq!(none.number("--minutes", 1), Ok(1));
        let wrong = ["--minutes", "soon"].map(str::to_owned);
        let wrong = Arguments::parse(&wrong, &["--minutes"]).unwrap();
        assert!(wrong.number("--minutes", 1).is_err());
    }
}
