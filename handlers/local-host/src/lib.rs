//! local-host
