//! E-mail addresses, in the modest syntax that real ones have.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An address of at most 254 ASCII characters (RFC 5321), e.g. `sam@example.org`; the domain in
/// lower case, the part before the @ as typed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// Why a text is not an address; the words stand beside the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEmail {
    /// Not `name@place`.
    #[error("Enter an email address, like name@example.org")]
    AddressExpected,
    /// Over 254 characters, or over 64 before the @.
    #[error("This email address is too long. Check it")]
    TooLong,
    /// Letters outside ASCII, which our providers do not take.
    #[error("Enter an email address with plain letters, like name@example.org")]
    PlainLettersExpected,
}

impl Email {
    /// Reads an address, trimmed. Quoted names, comments and bare IP addresses are refused.
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim();
        let Some((name, domain)) = text.rsplit_once('@') else {
            return Err(NotAnEmail::AddressExpected);
        };
        if !text.is_ascii() {
            return Err(NotAnEmail::PlainLettersExpected);
        }
        if text.len() > 254 || name.len() > 64 {
            return Err(NotAnEmail::TooLong);
        }
        if !is_name(name) || !is_domain(domain) {
            return Err(NotAnEmail::AddressExpected);
        }
        Ok(Self(format!("{name}@{}", domain.to_ascii_lowercase())))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(name: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b);
    name.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_allowed))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let has_letters_last =
        |(_, last): (&str, &str)| last.len() >= 2 && !last.bytes().all(|b| b.is_ascii_digit());
    domain.split('.').all(is_label) && domain.rsplit_once('.').is_some_and(has_letters_last)
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says nothing: `Debug` ends in logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_taken_and_trimmed() {
        for (text, kept) in [
            ("sam@example.org", "sam@example.org"),
            (" Sam.O'Neil+nhs@Mail.Example.NET ", "Sam.O'Neil+nhs@mail.example.net"),
            ("a@b-c.example.org", "a@b-c.example.org"),
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "sam",
            "@example.org",
            "sam@",
            "sam@example",
            "sam@@example.org",
            "s am@example.org",
            "sam@exa mple.org",
            ".sam@example.org",
            "sam.@example.org",
            "s..m@example.org",
            "sam@-example.org",
            "sam@example-.org",
            "sam@example..org",
            "sam@127.0.0.1",
            "sam@example.o",
            "\"sam\"@example.org",
            "sam<b>@example.org",
            "sam@example.org\r\nBcc: all@example.org",
        ] {
            assert_eq!(Email::parse(text), Err(NotAnEmail::AddressExpected), "{text}");
        }
        assert_eq!(Email::parse("zoë@example.org"), Err(NotAnEmail::PlainLettersExpected));
    }

    #[test]
    fn an_address_has_254_characters_and_64_before_the_at_sign_at_most() {
        let name = "a".repeat(64);
        assert!(Email::parse(&format!("{name}@example.org")).is_ok());
        assert_eq!(Email::parse(&format!("a{name}@example.org")), Err(NotAnEmail::TooLong));
        let label = "b".repeat(59);
        let longest = format!("{name}@{label}.{label}.{label}.example1.b");
        assert_eq!(longest.len(), 255);
        assert_eq!(Email::parse(&longest), Err(NotAnEmail::TooLong));
    }
}
