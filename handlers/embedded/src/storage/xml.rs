//! The XML that Azure Storage speaks: elements without attributes, and text. Nothing else is
//! understood, so no document type can smuggle in entities.

/// Text as it may stand in an element.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Open(&'a str),
    Text(String),
    Close(&'a str),
}

/// The pieces of `document`, without white space between elements; `None` if it is not well formed
/// or has more to it than elements and text.
pub(crate) fn pieces(document: &str) -> Option<Vec<Piece<'_>>> {
    let mut rest = document.trim_start_matches('\u{feff}').trim_start();
    if let Some(declaration) = rest.strip_prefix("<?xml ") {
        rest = declaration.split_once("?>")?.1;
    }
    let (mut pieces, mut open) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (text, tag) = rest.split_once('<').map_or((rest, None), |(a, b)| (a, Some(b)));
        if !text.trim().is_empty() {
            // Outside the root there is no text.
            open.last()?;
            pieces.push(Piece::Text(unescape(text)?));
        }
        let Some(tag) = tag else { break };
        let (tag, behind) = tag.split_once('>')?;
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            let name = name.trim_end();
            if open.pop() != Some(name) {
                return None;
            }
            pieces.push(Piece::Close(name));
        } else {
            let (name, closed) = tag.strip_suffix('/').map_or((tag, false), |name| (name, true));
            let name = name.trim_end();
            let root_is_closed = open.is_empty() && !pieces.is_empty();
            if root_is_closed || name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric())
            {
                return None;
            }
            pieces.push(Piece::Open(name));
            if closed {
                pieces.push(Piece::Close(name));
            } else {
                open.push(name);
            }
        }
    }
    (open.is_empty() && !pieces.is_empty()).then_some(pieces)
}

fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, entity)) = rest.split_once('&') {
        out.push_str(plain);
        let (entity, behind) = entity.split_once(';')?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => character(number.strip_prefix('#')?)?,
        });
        rest = behind;
    }
    out.push_str(rest);
    Some(out)
}

/// The character that `number` (decimal, or hexadecimal behind an `x`) stands for, if XML has it.
fn character(number: &str) -> Option<char> {
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).filter(|c| *c >= ' ' || ['\t', '\n', '\r'].contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_escaped_comes_back(text in "[^\\s].*") {
            let document = format!("<A><B>{}</B></A>", escape(&text));
            let found = pieces(&document).unwrap();
            prop_assert_eq!(&found[2], &Piece::Text(text));
        }

        #[test]
        fn no_document_ends_the_process(document in "(<[/a-z !?]{0,4}>|&[#x0-9a-z]{0,6};|.){0,12}") {
            let _ = pieces(&document);
        }
    }

    #[test]
    fn a_document_comes_apart() {
        let document =
            "\u{feff}<?xml version=\"1.0\"?>\n<A>\n <B>x&lt;&#228;&#xE4;</B> <C /></A>\n";
        let expected = vec![
            Piece::Open("A"),
            Piece::Open("B"),
            Piece::Text("x<ää".to_owned()),
            Piece::Close("B"),
            Piece::Open("C"),
            Piece::Close("C"),
            Piece::Close("A"),
        ];
        assert_eq!(pieces(document), Some(expected));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for broken in [
            "",
            "x",
            "<A>",
            "</A>",
            "<A></B>",
            "<A/><B/>",
            "<A>&nope;</A>",
            "<A>&#0;</A>",
            "<!DOCTYPE A [<!ENTITY e \"x\">]><A>&e;</A>",
            "<A b=\"c\"/>",
            "<A><!-- c --></A>",
            "<A>&amp</A>",
            "<A/>x",
            "<A",
            "<A/><",
            "<A>&#xD800;</A>",
        ] {
            assert_eq!(pieces(broken), None, "{broken}");
        }
    }
}
