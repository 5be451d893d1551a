//! What people type into a field of one line, without the spaces they did not mean.

/// Trimmed, every run of white space (line ends and no-break spaces too) folded to one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_that_were_not_meant_are_folded() {
        assert_eq!(one_line(" Mary\u{a0}\u{a0}Ann \r\n\tLee\u{3000}"), "Mary Ann Lee");
        assert_eq!(one_line(" \n "), "");
    }
}
