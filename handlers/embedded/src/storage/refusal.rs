//! Why the face does not do what it is asked: status, code and words of Azure Storage
//! ("Common REST API error codes", and those of Blob and Queue Storage).

use std::fmt::Write as _;

use domain::ports::error::StoreError;
use http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use tracing::error;

use super::reply::{Reply, empty, xml_reply};
use super::xml::escape;
use crate::{blob_write, messages};

/// A refusal; each is one decision.
#[derive(Debug)]
pub(crate) enum Refusal {
    AuthenticationFailed,
    AuthorizationFailure,
    PermissionMismatch,
    CorsPreflightFailure,
    Misdirected,
    InvalidUri,
    InvalidResourceName,
    ResourceNotFound,
    BlobNotFound,
    QueueNotFound,
    MessageNotFound,
    PopReceiptMismatch,
    UnsupportedVerb,
    MissingHeader(&'static str),
    InvalidHeader(&'static str),
    UnsupportedHeader(&'static str),
    MissingParameter(&'static str),
    InvalidParameter(&'static str),
    OutOfRange(&'static str),
    InvalidXml,
    InvalidBlockList,
    InvalidBlock,
    TooManyBlocks,
    LengthRequired,
    BodyTooLarge,
    BodyCut,
    BodyTooSlow,
    AddressEnded,
    LongerThanDeclared,
    TooMuchWaits,
    TooManyAtOnce,
    NoRoom,
    MessageTooLarge,
    RangeNotSatisfiable,
    BlobAlreadyExists,
    ConditionNotMet,
    NotModified,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<blob_write::Refused> for Refusal {
    fn from(refused: blob_write::Refused) -> Self {
        match refused {
            blob_write::Refused::Exists => Self::BlobAlreadyExists,
            blob_write::Refused::ConditionNotMet => Self::ConditionNotMet,
            blob_write::Refused::MayNotOverwrite => Self::PermissionMismatch,
            blob_write::Refused::UnknownBlock => Self::InvalidBlockList,
            blob_write::Refused::AddressEnded => Self::AddressEnded,
            blob_write::Refused::LongerThanDeclared => Self::LongerThanDeclared,
            blob_write::Refused::TooMuchWaits => Self::TooMuchWaits,
        }
    }
}

impl From<messages::Refused> for Refusal {
    fn from(refused: messages::Refused) -> Self {
        match refused {
            messages::Refused::NoQueue => Self::QueueNotFound,
            messages::Refused::NoMessage => Self::MessageNotFound,
            messages::Refused::OtherReceipt => Self::PopReceiptMismatch,
        }
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        self.told().0
    }

    /// Status, code, words.
    fn told(&self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::AuthenticationFailed => (
                S::FORBIDDEN,
                "AuthenticationFailed",
                "The signature does not fit this request, or its time has passed.",
            ),
            Self::AuthorizationFailure => {
                (S::FORBIDDEN, "AuthorizationFailure", "This request needs a signature.")
            }
            Self::PermissionMismatch => (
                S::FORBIDDEN,
                "AuthorizationPermissionMismatch",
                "The signature does not permit this operation.",
            ),
            Self::CorsPreflightFailure => {
                (S::FORBIDDEN, "CorsPreflightFailure", "This origin may not make this request.")
            }
            Self::Misdirected => {
                (S::MISDIRECTED_REQUEST, "MisdirectedRequest", "This host is not served here.")
            }
            Self::InvalidUri => (S::BAD_REQUEST, "InvalidUri", "The URI names nothing."),
            Self::InvalidResourceName => {
                (S::BAD_REQUEST, "InvalidResourceName", "No resource can have this name.")
            }
            Self::ResourceNotFound => {
                (S::NOT_FOUND, "ResourceNotFound", "There is no such resource.")
            }
            Self::BlobNotFound => (S::NOT_FOUND, "BlobNotFound", "There is no such blob."),
            Self::QueueNotFound => (S::NOT_FOUND, "QueueNotFound", "There is no such queue."),
            Self::MessageNotFound => (S::NOT_FOUND, "MessageNotFound", "There is no such message."),
            Self::PopReceiptMismatch => (
                S::BAD_REQUEST,
                "PopReceiptMismatch",
                "The pop receipt is not the newest one of this message.",
            ),
            Self::UnsupportedVerb => (
                S::METHOD_NOT_ALLOWED,
                "UnsupportedHttpVerb",
                "The resource does not support this method.",
            ),
            Self::MissingHeader(_) => {
                (S::BAD_REQUEST, "MissingRequiredHeader", "A required header is missing:")
            }
            Self::InvalidHeader(_) => {
                (S::BAD_REQUEST, "InvalidHeaderValue", "A header has an invalid value:")
            }
            Self::UnsupportedHeader(_) => {
                (S::BAD_REQUEST, "UnsupportedHeader", "A header is not supported:")
            }
            Self::MissingParameter(_) => (
                S::BAD_REQUEST,
                "MissingRequiredQueryParameter",
                "A required query parameter is missing:",
            ),
            Self::InvalidParameter(_) => (
                S::BAD_REQUEST,
                "InvalidQueryParameterValue",
                "A query parameter has an invalid value:",
            ),
            Self::OutOfRange(_) => (
                S::BAD_REQUEST,
                "OutOfRangeQueryParameterValue",
                "A query parameter is out of its range:",
            ),
            Self::InvalidXml => {
                (S::BAD_REQUEST, "InvalidXmlDocument", "The body is not the XML that is expected.")
            }
            Self::InvalidBlockList => {
                (S::BAD_REQUEST, "InvalidBlockList", "The list names a block that is not there.")
            }
            Self::InvalidBlock => (
                S::BAD_REQUEST,
                "InvalidBlobOrBlock",
                "The block's id is not as long as those of the blob's other blocks.",
            ),
            Self::TooManyBlocks => {
                (S::CONFLICT, "BlockCountExceedsLimit", "The blob has too many blocks.")
            }
            Self::LengthRequired => {
                (S::LENGTH_REQUIRED, "MissingContentLengthHeader", "Content-Length is missing.")
            }
            Self::BodyTooLarge => {
                (S::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", "The body is larger than allowed.")
            }
            Self::BodyCut => {
                (S::BAD_REQUEST, "IncompleteBody", "The body ended before its Content-Length.")
            }
            Self::BodyTooSlow => {
                (S::REQUEST_TIMEOUT, "OperationTimedOut", "The body took too long: send it again.")
            }
            Self::AddressEnded => (
                S::FORBIDDEN,
                "AuthenticationFailed",
                "This address has ended: the upload is done, was taken out, or is over.",
            ),
            Self::LongerThanDeclared => (
                S::PAYLOAD_TOO_LARGE,
                "RequestBodyTooLarge",
                "This is more than was declared when the address was given.",
            ),
            Self::TooMuchWaits => (
                S::SERVICE_UNAVAILABLE,
                "ServerBusy",
                "Too many uploads wait to be finished: please try again in a few minutes.",
            ),
            Self::TooManyAtOnce => (
                S::SERVICE_UNAVAILABLE,
                "ServerBusy",
                "Too many requests at the same time: please try again.",
            ),
            Self::NoRoom => (
                S::INSUFFICIENT_STORAGE,
                "InsufficientStorage",
                "There is no room for uploads now. Nothing was kept: please try again later.",
            ),
            Self::MessageTooLarge => {
                (S::BAD_REQUEST, "MessageTooLarge", "A message may have 64 KiB at most.")
            }
            Self::RangeNotSatisfiable => {
                (S::RANGE_NOT_SATISFIABLE, "InvalidRange", "The blob has no byte in this range.")
            }
            Self::BlobAlreadyExists => {
                (S::CONFLICT, "BlobAlreadyExists", "The blob exists already.")
            }
            Self::ConditionNotMet => {
                (S::PRECONDITION_FAILED, "ConditionNotMet", "A condition of a header is not met.")
            }
            Self::NotModified => (S::NOT_MODIFIED, "ConditionNotMet", ""),
            Self::Store(StoreError::Unavailable(_)) => {
                (S::SERVICE_UNAVAILABLE, "ServerBusy", "The store is busy: please try again.")
            }
            Self::Store(_) => {
                (S::INTERNAL_SERVER_ERROR, "InternalError", "The store could not do this.")
            }
        }
    }

    /// The header or parameter that is meant.
    fn about(&self) -> &'static str {
        match self {
            Self::MissingHeader(name)
            | Self::InvalidHeader(name)
            | Self::UnsupportedHeader(name)
            | Self::MissingParameter(name)
            | Self::InvalidParameter(name)
            | Self::OutOfRange(name) => name,
            _ => "",
        }
    }

    /// The refusal as the client reads it; what only the log may know goes there.
    pub(crate) fn reply(&self, request_id: &str, now: Timestamp) -> Response<Reply> {
        if let Self::Store(error) = self {
            error!(%error, request_id, "the storage face failed");
        }
        let (status, code, words) = self.told();
        let mut reply = if self.status() == StatusCode::NOT_MODIFIED {
            empty(status)
        } else {
            let mut message = escape(words);
            if !self.about().is_empty() {
                let _ = write!(message, " {}", escape(self.about()));
            }
            xml_reply(
                status,
                &format!(
                    "<Error><Code>{code}</Code><Message>{message}\n\
                     RequestId:{request_id}\nTime:{now}</Message></Error>"
                ),
            )
        };
        reply.headers_mut().insert("x-ms-error-code", HeaderValue::from_static(code));
        reply
    }
}
