//! What people type into a field of one line, without the spaces they did not mean.

/// Trimmed, every run of white space (line ends and no-break spaces too) folded to one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
