//! Why an invocation failed, in the words of the real host's exception chain.

use std::io::ErrorKind;
use std::time::Duration;

use crate::app::time_span;
use crate::wire::{UploadError, WireError};

#[derive(Debug)]
pub(crate) enum Failure {
    /// The trigger's value could not be made into the function's input.
    Binding {
        parameter: String,
        cause: String,
    },
    Status {
        code: u16,
        reason: String,
    },
    /// The connection failed before the answer's head was complete.
    Sending(WireError),
    /// The connection failed inside the answer's body.
    Reading(WireError),
    /// An answer that is no invocation result. `shown` is how .NET prints the message.
    Reply {
        shown: String,
        cause: String,
    },
    /// An output that could not be written.
    Output(String),
    /// Proxied HTTP. `stage` is YARP's name for where it failed.
    Forwarding {
        stage: &'static str,
        cause: WireError,
    },
    Timeout(Duration),
    /// Two invocations timed out together: all but one meet a process that is already disposed.
    TimeoutRace,
    NoHandler,
}

impl Failure {
    /// The chain for a function, its links joined by ` --> `.
    pub fn describe(&self, function: &str) -> String {
        let cause = match self {
            Self::Timeout(limit) => {
                return format!(
                    "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException: Timeout value of {} \
                     was exceeded by function: Functions.{function}",
                    time_span::show(*limit)
                );
            }
            Self::TimeoutRace => {
                return "THROWN by TryExecuteAsync: System.InvalidOperationException: An attempt \
                        was made to transition a task to a final state when it had already \
                        completed."
                    .to_owned();
            }
            Self::Binding { parameter, cause } => format!(
                "System.InvalidOperationException: Exception binding parameter '{parameter}' --> \
                 {cause}"
            ),
            Self::Status { .. } => {
                format!("System.Net.Http.HttpRequestException: {}", self.inner())
            }
            Self::Sending(cause @ WireError::Connect(_)) => {
                format!("System.Net.Http.HttpRequestException: Connection refused --> {cause}")
            }
            Self::Sending(cause) => format!(
                "System.Net.Http.HttpRequestException: {} --> System.Net.Http.HttpIOException: \
                 {cause}",
                self.inner()
            ),
            Self::Reading(cause) => format!(
                "System.Net.Http.HttpRequestException: Error while copying content to a stream. \
                 --> System.Net.Http.HttpIOException: {cause}"
            ),
            Self::Reply { shown, cause } => format!(
                "System.InvalidOperationException: Invalid HttpResponseMessage:\n{shown} --> {cause}"
            ),
            Self::Output(cause) => format!("System.InvalidOperationException: {cause}"),
            Self::Forwarding { stage, cause } => format!(
                "Microsoft.Azure.WebJobs.Script.Exceptions.HttpForwardingException: Failed to \
                 proxy request with ForwarderError: {stage} --> {}",
                forwarded(cause)
            ),
            Self::NoHandler => {
                "System.InvalidOperationException: Did not find any initialized language workers"
                    .to_owned()
            }
        };
        format!(
            "Microsoft.Azure.WebJobs.Host.FunctionInvocationException: Exception while executing \
             function: Functions.{function} --> {cause}"
        )
    }

    /// The message of the exception inside, as `RetryContext` shows it.
    pub fn inner(&self) -> String {
        match self {
            Self::Status { code, reason } => {
                format!("Response status code does not indicate success: {code} ({reason}).")
            }
            Self::Sending(_) => "An error occurred while sending the request.".to_owned(),
            other => other.describe("").rsplit(" --> ").next().unwrap_or_default().to_owned(),
        }
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { code, .. } => Some(*code),
            _ => None,
        }
    }
}

/// What .NET's client threw to the proxy, and the exception inside it.
fn forwarded(cause: &WireError) -> String {
    const SENDING: &str =
        "System.Net.Http.HttpRequestException: An error occurred while sending the request.";
    match cause {
        WireError::NotAscii => format!("System.Net.Http.HttpRequestException: {cause}"),
        WireError::Ended { .. } => {
            format!("{SENDING} --> System.Net.Http.HttpIOException: {cause}")
        }
        WireError::Truncated { .. } => format!("System.Net.Http.HttpIOException: {cause}"),
        WireError::Upload(UploadError::Consumed) => {
            format!("{SENDING} --> System.InvalidOperationException: {cause}")
        }
        WireError::Write(error) => {
            let kind = match error.kind() {
                ErrorKind::BrokenPipe => "Broken pipe.".to_owned(),
                ErrorKind::ConnectionReset => "Connection reset by peer.".to_owned(),
                _ => error.to_string(),
            };
            let wrote = format!("Unable to write data to the transport connection: {kind}");
            format!(
                "System.AggregateException: One or more errors occurred. ({wrote}) (An error \
                 occurred while sending the request.) --> System.IO.IOException: {wrote}"
            )
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_read_as_recorded() {
        let status = Failure::Status { code: 400, reason: "Bad Request".into() };
        assert_eq!(
            status.describe("q"),
            "Microsoft.Azure.WebJobs.Host.FunctionInvocationException: Exception while executing \
             function: Functions.q --> System.Net.Http.HttpRequestException: Response status code \
             does not indicate success: 400 (Bad Request)."
        );
        let closed = Failure::Sending(WireError::Ended { nothing_came: true });
        assert!(closed.describe("q").ends_with(
            "Functions.q --> System.Net.Http.HttpRequestException: An error occurred while \
             sending the request. --> System.Net.Http.HttpIOException: The response ended \
             prematurely. (ResponseEnded)"
        ));
        let broken = WireError::Write(ErrorKind::BrokenPipe.into());
        let early = Failure::Forwarding { stage: "RequestBodyDestination", cause: broken };
        assert!(early.describe("f").ends_with(
            "ForwarderError: RequestBodyDestination --> System.AggregateException: One or more \
             errors occurred. (Unable to write data to the transport connection: Broken pipe.) \
             (An error occurred while sending the request.) --> System.IO.IOException: Unable to \
             write data to the transport connection: Broken pipe."
        ));
        assert_eq!(
            Failure::Timeout(Duration::from_secs(12)).describe("e1"),
            "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException: Timeout value of 00:00:12 was \
             exceeded by function: Functions.e1"
        );
    }
}
