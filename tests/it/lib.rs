//! What tests and `cargo xtask` share: the emulators of Azure. The one test binary is `it`.

pub mod emulators;
