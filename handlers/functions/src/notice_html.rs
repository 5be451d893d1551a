//! The text of a notice as HTML: paragraphs, lists, and addresses that can be followed.

use std::fmt::Write as _;

use domain::notice::Notice;

use crate::plain_page::escape;

/// Sections under their headings, then version, first day and hash (R17).
pub fn notice_html(notice: &Notice, text_path: &str) -> String {
    let mut html = String::new();
    for section in &notice.sections {
        // Writing to a String cannot fail.
        let _ = writeln!(html, "<h2 class=\"nhsuk-heading-m\">{}</h2>", escape(&section.heading));
        html.push_str(&paragraphs(&section.text));
    }
    let (version, owner) = (escape(&notice.version), escape(&notice.owner));
    let (from, review, hash) = (notice.effective_from, notice.review_by, notice.hash());
    let _ = write!(
        html,
        "<h2 class=\"nhsuk-heading-m\">This version</h2>\n\
         <p>Version {version}, in force from <time datetime=\"{from}\">{}</time>. {owner} answers \
         for it and looks at it again by <time datetime=\"{review}\">{}</time>.</p>\n\
         <p>SHA-256 of <a href=\"{}\">its plain text</a>: <code class=\"hash\">{hash}</code></p>\n",
        from.strftime("%-d %B %Y"),
        review.strftime("%-d %B %Y"),
        escape(text_path),
    );
    html
}

/// A notice's text: blank lines part paragraphs, `- ` opens an entry of a list.
fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        if let Some(list) = block.strip_prefix("- ") {
            let entries = list.split("\n- ").map(|entry| format!("<li>{}</li>\n", followed(entry)));
            let _ = writeln!(
                html,
                "<ul class=\"nhsuk-list nhsuk-list--bullet\">\n{}</ul>",
                entries.collect::<String>()
            );
        } else {
            let _ = writeln!(html, "<p>{}</p>", followed(block));
        }
    }
    html
}

/// Words, with e-mail and web addresses made links. A full stop or comma behind one stays outside.
pub fn followed(text: &str) -> String {
    let words = text.split([' ', '\n']).map(|word| {
        let address = word.trim_end_matches(['.', ',', ';', ')']);
        let rest = escape(word.get(address.len()..).unwrap_or_default());
        let shown = escape(address);
        if address.starts_with("https://") {
            format!("<a href=\"{shown}\">{shown}</a>{rest}")
        } else if is_email(address) {
            format!("<a href=\"mailto:{shown}\">{shown}</a>{rest}")
        } else {
            escape(word)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_email(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    word.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && name.chars().chain(host.chars()).all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lists_are_told_apart() {
        assert_eq!(
            paragraphs("One,\ntwo.\n\n- a\n- b\nstill b\n\n"),
            "<p>One, two.</p>\n<ul class=\"nhsuk-list nhsuk-list--bullet\">\n<li>a</li>\n\
             <li>b still b</li>\n</ul>\n"
        );
    }

    #[test]
    fn addresses_can_be_followed_and_nothing_else_is_markup() {
        assert_eq!(
            followed("Write to dpo@a.example.org. See https://a.example.org/x, <b>now</b>"),
            "Write to <a href=\"mailto:dpo@a.example.org\">dpo@a.example.org</a>. See \
             <a href=\"https://a.example.org/x\">https://a.example.org/x</a>, \
             &#60;b&#62;now&#60;/b&#62;"
        );
        for text in ["a@b", "@x.org", "http://a.example.org", "javascript:x@y.org"] {
            assert!(!followed(text).contains("<a"), "{text}");
        }
    }
}
