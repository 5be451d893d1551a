//! The ports of `domain` over Azure.
