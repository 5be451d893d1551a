//! Whether real people are behind the data: made-up identities and real ones never meet.

use serde::{Deserialize, Serialize};

/// What this installation is for. On the wire and in settings `production` or `trial`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deployment {
    /// Real patients: test NHS numbers (9…) and drama mobiles are refused.
    Production,
    /// Demonstration, training, tests: only NHS numbers that belong to nobody (9…).
    Trial,
}

impl Deployment {
    /// Reads the setting; `None` for any other word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "production" => Some(Self::Production),
            "trial" => Some(Self::Trial),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_and_the_wire_use_the_same_two_words() {
        for deployment in [Deployment::Production, Deployment::Trial] {
            let wire = serde_json::to_value(deployment).unwrap();
            assert_eq!(Deployment::parse(wire.as_str().unwrap()), Some(deployment));
        }
        assert_eq!(Deployment::parse("Production"), None);
    }
}
