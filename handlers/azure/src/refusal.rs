//! What a service's refusal means to the caller: the same few decisions as on every store.

use azure_core::error::ErrorKind;
use azure_core::http::StatusCode;
use azure_data_cosmos::CosmosError;
use domain::ports::error::StoreError;

/// Why a call to storage or vault failed, in one line without URLs: those may be signed.
#[derive(Debug, thiserror::Error)]
#[error("{what} answered {status} {code}")]
struct Refused {
    what: &'static str,
    status: StatusCode,
    code: String,
}

/// No answer, or none that is one.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be reached ({kind})")]
struct Unreached {
    what: &'static str,
    kind: String,
}

/// A refusal that means nothing special to this call. A call that is wrong in itself stays wrong;
/// everything else may work later, a missing role too: it takes minutes to be known everywhere.
pub(crate) fn store_error(what: &'static str, error: &azure_core::Error) -> StoreError {
    match error.kind() {
        ErrorKind::HttpResponse { status, error_code, .. } => {
            let code = error_code.clone().unwrap_or_default();
            let refused = Refused { what, status: *status, code };
            match status {
                StatusCode::BadRequest | StatusCode::PayloadTooLarge => StoreError::broken(refused),
                _ => StoreError::unavailable(refused),
            }
        }
        ErrorKind::DataConversion => {
            StoreError::broken(Unreached { what, kind: "the answer does not parse".to_owned() })
        }
        kind => StoreError::unavailable(Unreached { what, kind: kind.to_string() }),
    }
}

/// The same for Cosmos DB.
pub(crate) fn cosmos_error(error: CosmosError) -> StoreError {
    let status = error.status();
    // 413 is a document that is too large; 400 a call that is wrong in itself.
    let is_wrong = status.is_bad_request() || u16::from(status.status_code()) == 413;
    if is_wrong { StoreError::broken(error) } else { StoreError::unavailable(error) }
}
