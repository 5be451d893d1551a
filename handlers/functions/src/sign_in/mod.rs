//! Staff sign-in: the token says who, the register says what they may do; no claim grants a team.

mod claims;
pub mod jwks;
pub mod staff;
pub mod tokens;
