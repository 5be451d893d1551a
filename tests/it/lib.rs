//! Nothing here: the one test binary is `it`.
