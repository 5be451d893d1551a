//! A write of a blob and the condition on which it is made.

use domain::ports::error::Etag;

use crate::blob_created::MadeBy;
use crate::blob_rows::BlobName;

/// What is to be written where, if the condition holds in the moment of the commit.
#[derive(Debug, Clone)]
pub(crate) struct BlobWrite {
    pub(crate) place: BlobName,
    pub(crate) content_type: String,
    pub(crate) condition: WriteCondition,
    pub(crate) by: MadeBy,
    /// It comes to an upload address, which has to live and to take as much.
    pub(crate) to_address: bool,
}

/// Which version a header names (RFC 9110, section 13.1; Azure takes one etag, not a list).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Version {
    /// `*`
    Any,
    /// One etag, without its quotes.
    One(Etag),
}

impl Version {
    /// `*`, `"0x…"` or `0x…`.
    pub(crate) fn parse(header: &str) -> Self {
        match header.trim() {
            "*" => Self::Any,
            etag => Self::One(Etag(etag.trim_matches('"').to_owned())),
        }
    }

    pub(crate) fn matches(&self, existing: Option<&Etag>) -> bool {
        match self {
            Self::Any => existing.is_some(),
            Self::One(etag) => existing == Some(etag),
        }
    }
}

/// On what a write depends.
#[derive(Debug, Clone, Default)]
pub(crate) struct WriteCondition {
    pub(crate) if_match: Option<Version>,
    pub(crate) if_none_match: Option<Version>,
    /// The signature lets its holder create, but not overwrite.
    pub(crate) create_only: bool,
}

/// Why a blob is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// `If-None-Match: *`, and there is a blob.
    Exists,
    /// Another condition does not hold.
    ConditionNotMet,
    /// There is a blob, and the signature does not let its holder overwrite.
    MayNotOverwrite,
    /// The list names a block that is not there.
    UnknownBlock,
    /// The upload was taken out, is done, or is over.
    AddressEnded,
    /// Longer than it was said to be when the address was given.
    LongerThanDeclared,
    /// As many bytes wait for block lists as may.
    TooMuchWaits,
}

impl WriteCondition {
    /// Whether a write over `existing` may go on.
    pub(crate) fn check(&self, existing: Option<&Etag>) -> Result<(), Refused> {
        match (&self.if_none_match, &self.if_match) {
            (Some(none @ Version::Any), _) if none.matches(existing) => Err(Refused::Exists),
            (Some(none), _) if none.matches(existing) => Err(Refused::ConditionNotMet),
            (_, Some(version)) if !version.matches(existing) => Err(Refused::ConditionNotMet),
            _ if self.create_only && existing.is_some() => Err(Refused::MayNotOverwrite),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_refused_as_azure_refuses_it() {
        let old = Etag("0xA".to_owned());
        let none = |header: &str| WriteCondition {
            if_none_match: Some(Version::parse(header)),
            ..WriteCondition::default()
        };
        let same = |header: &str| WriteCondition {
            if_match: Some(Version::parse(header)),
            ..WriteCondition::default()
        };
        let create_only = WriteCondition { create_only: true, ..WriteCondition::default() };
        for (condition, over_nothing, over_old) in [
            (WriteCondition::default(), Ok(()), Ok(())),
            (none("*"), Ok(()), Err(Refused::Exists)),
            (none("\"0xA\""), Ok(()), Err(Refused::ConditionNotMet)),
            (none("\"0xB\""), Ok(()), Ok(())),
            (same("\"0xA\""), Err(Refused::ConditionNotMet), Ok(())),
            (same("0xB"), Err(Refused::ConditionNotMet), Err(Refused::ConditionNotMet)),
            (same("*"), Err(Refused::ConditionNotMet), Ok(())),
            (create_only, Ok(()), Err(Refused::MayNotOverwrite)),
        ] {
            assert_eq!(condition.check(None), over_nothing, "{condition:?}");
            assert_eq!(condition.check(Some(&old)), over_old, "{condition:?}");
        }
    }
}
