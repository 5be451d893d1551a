//! What a request is for: `/{account}/{container}/{blob}` or `/{account}/{queue}[/messages[/{id}]]`.
//!
//! The account is the first segment, as emulators have it; container and queue names share no word.

use domain::ports::blobs::BlobContainer;

use super::refusal::Refusal;
use crate::blob_rows::BlobName;
use crate::percent::decode;
use crate::store::ACCOUNT;

/// Longest name of a queue, and the shortest (Azure Queue Storage, "Naming queues and metadata").
const QUEUE_NAME: std::ops::RangeInclusive<usize> = 3..=63;

/// What is meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Blob(BlobName),
    Queue(String),
    Messages(String),
    Message(String, String),
}

impl Target {
    /// Reads the path as it came, still encoded.
    pub(crate) fn parse(path: &str) -> Result<Self, Refusal> {
        let below = path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(ACCOUNT))
            .and_then(|path| path.strip_prefix('/'))
            .ok_or(Refusal::ResourceNotFound)?;
        let (first, rest) = below.split_once('/').map_or((below, None), |(a, b)| (a, Some(b)));
        let container = [BlobContainer::Incoming, BlobContainer::Records]
            .into_iter()
            .find(|container| container.name() == first);
        let rest = rest.map(|rest| decode(rest).ok_or(Refusal::InvalidUri)).transpose()?;
        match (container, rest) {
            // Listing or changing a container: nobody is given leave for that.
            (Some(_), None) => Err(Refusal::AuthorizationFailure),
            (Some(container), Some(name)) => {
                BlobName::new(container, &name).map(Self::Blob).map_err(|_| Refusal::InvalidUri)
            }
            (None, rest) => {
                let queue = decode(first).ok_or(Refusal::InvalidUri)?;
                if !is_queue_name(&queue) {
                    return Err(Refusal::InvalidResourceName);
                }
                match rest.as_deref().map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
                    None => Ok(Self::Queue(queue)),
                    Some(("messages", "")) => Ok(Self::Messages(queue)),
                    Some(("messages", id)) => Ok(Self::Message(queue, id.to_owned())),
                    Some(_) => Err(Refusal::InvalidUri),
                }
            }
        }
    }
}

fn is_queue_name(name: &str) -> bool {
    QUEUE_NAME.contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_blob_or_a_queue() {
        let blob = |name: &str| {
            Target::Blob(BlobName { container: BlobContainer::Incoming, name: name.to_owned() })
        };
        let (sms, id) = (|| "sms-poison".to_owned(), "1-2".to_owned());
        for (path, target) in [
            ("/aftersight/incoming/a", blob("a")),
            ("/aftersight/incoming/a%2F..%2Fb%20c", blob("a/../b c")),
            ("/aftersight/incoming/a/b", blob("a/b")),
            ("/aftersight/incoming/messages/x", blob("messages/x")),
            ("/aftersight/sms-poison", Target::Queue(sms())),
            ("/aftersight/sms-poison/messages", Target::Messages(sms())),
            ("/aftersight/sms-poison/messages/1-2", Target::Message(sms(), id)),
        ] {
            assert_eq!(Target::parse(path).unwrap(), target, "{path}");
        }
    }

    #[test]
    fn other_paths_name_nothing() {
        for path in [
            "/",
            "/aftersight",
            "/aftersight/",
            "/other/incoming/a",
            "/aftersightincoming/a",
            "/aftersight/incoming",
            "/aftersight/incoming/",
            "/aftersight/incoming/%zz",
            "/aftersight/Sms",
            "/aftersight/a--b",
            "/aftersight/sm",
            "/aftersight/sms/other",
            "/aftersight/%69ncoming/a",
            "aftersight/incoming/a",
            "/aftersight//incoming/a",
        ] {
            assert!(Target::parse(path).is_err(), "{path}");
        }
    }
}
