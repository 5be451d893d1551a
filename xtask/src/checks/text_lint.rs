//! What must not stand in the repository: marks of others (R96), fields for money (R116, R146),
//! files too long to read.

use std::fs;
use std::process::Command;

use crate::workspace;

/// Lines of a file that somebody still reads in one go.
const MOST_LINES: usize = 500;

/// Endings of files that people write, and so read.
const WRITTEN: &[&str] =
    &["rs", "ts", "css", "html", "md", "toml", "bicep", "sh", "js", "mjs", "py"];

/// Endings of files whose names of fields count.
const CODE: &[&str] = &["rs", "ts", "js", "mjs", "json", "bicep", "html", "sql"];

pub fn run() -> Result<(), String> {
    let mut wrong = Vec::new();
    let files = files()?;
    for path in &files {
        wrong.extend(foreign_mark(path).map(|mark| format!("{path}: its name has {mark} (R96)")));
        // A link to nowhere or a file just removed has no text.
        let Ok(bytes) = fs::read(workspace::root().join(path)) else { continue };
        let Ok(text) = String::from_utf8(bytes) else { continue };
        wrong.extend(look_through(path, &text));
    }
    if wrong.is_empty() {
        println!("{} files", files.len());
        return Ok(());
    }
    for line in &wrong {
        println!("{line}");
    }
    Err(format!("{} lines to mend, named above", wrong.len()))
}

/// What git knows or would add.
fn files() -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .current_dir(workspace::root())
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .map_err(|error| format!("git does not run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let names = String::from_utf8_lossy(&output.stdout);
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}

/// One line for each thing wrong with a file's text.
fn look_through(path: &str, text: &str) -> Vec<String> {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if WRITTEN.contains(&ending) && lines > MOST_LINES {
        wrong.push(format!("{path}: {lines} lines, {MOST_LINES} are the most"));
    }
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        if let Some(mark) = foreign_mark(line) {
            wrong.push(format!("{path}:{number}: {mark} (R96)"));
        }
        if CODE.contains(&ending)
            && let Some(field) = money_field(line)
        {
            wrong.push(format!("{path}:{number}: a field like `{field}` (R116)"));
        }
    }
    wrong
}

/// A mark of somebody else. Written in two halves, so that this file has none.
fn foreign_mark(text: &str) -> Option<String> {
    const NAMES: &[(&str, &str)] = &[("Post", "Op"), ("Post", " Op"), ("Post", "-Op")];
    const MARKS: &[(&str, &str)] = &[
        ("inner", "sight"),
        ("nhs", "logo"),
        ("nhsuk", "logo"),
        ("nhs", "lozenge"),
        ("fruti", "ger"),
    ];
    let ends_word = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    for (first, second) in NAMES {
        let name = format!("{first}{second}");
        // `Post-Operative` is a word of medicine.
        if text
            .match_indices(&name)
            .any(|(at, _)| text.get(at + name.len()..).is_some_and(ends_word))
        {
            return Some(name);
        }
    }
    let squeezed: String =
        text.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect::<String>().to_lowercase();
    MARKS.iter().map(|(a, b)| format!("{a}{b}")).find(|mark| squeezed.contains(mark))
}

/// A name that only a field for cards or bank accounts has.
fn money_field(line: &str) -> Option<String> {
    const PARTS: &[(&str, &str)] = &[
        ("card", "number"),
        ("card", "holder"),
        ("card", "expiry"),
        ("credit", "card"),
        ("debit", "card"),
        ("payment", "card"),
        ("bank", "account"),
        ("account", "number"),
        ("sort", "code"),
    ];
    const WHOLE: &[(&str, &str)] = &[("ib", "an"), ("cv", "v"), ("cv", "c"), ("cv", "v2")];
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    line.split(|c| !is_name(c)).filter(|word| !word.is_empty()).find_map(|word| {
        let plain = word.replace(['_', '-'], "").to_lowercase();
        let has = PARTS.iter().any(|(a, b)| plain.contains(&format!("{a}{b}")))
            || WHOLE.iter().any(|(a, b)| plain == format!("{a}{b}"));
        has.then(|| word.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(halves: &[&str]) -> String {
        halves.concat()
    }

    #[test]
    fn marks_of_others_are_found_and_words_of_medicine_are_not() {
        for mark in [
            join(&["Try Inner", "sight now"]),
            join(&["Post", " Op"]),
            join(&["class=\"nhsuk-", "logo\""]),
            join(&["an NHS ", "logo"]),
        ] {
            assert!(foreign_mark(&mark).is_some(), "{mark}");
        }
        for word in ["Post-Operative care", "post-op wound", "an NHS number", "Posts Open"] {
            assert_eq!(foreign_mark(word), None, "{word}");
        }
    }

    #[test]
    fn fields_for_money_are_found_in_every_spelling() {
        for field in [
            join(&["pub card_", "number: String,"]),
            join(&["\"card", "Holder\":"]),
            join(&["let sort-", "code"]),
            join(&["ib", "an: &str"]),
        ] {
            assert!(money_field(&field).is_some(), "{field}");
        }
        for line in ["StorageAccount", "let sorted_codes", "liban", "card, number"] {
            assert_eq!(money_field(line), None, "{line}");
        }
    }

    #[test]
    fn a_file_too_long_to_read_is_named() {
        let long = "x\n".repeat(MOST_LINES + 1);
        assert_eq!(look_through("src/lib.rs", &long).len(), 1);
        assert!(look_through("fixtures/recorded.jsonl", &long).is_empty());
    }
}
