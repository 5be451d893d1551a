//! Letters that Unicode does not take apart, as the plain letters that people type for them.

/// `ß` → `ss`, `ø` → `o`; `None` for capitals and for every letter that normalisation (NFKD)
/// handles itself.
pub(crate) fn plain_letters(lower_case: char) -> Option<&'static str> {
    Some(match lower_case {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' | 'ɖ' | 'ɗ' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ı' | 'ɨ' => "i",
        'ĸ' | 'ƙ' => "k",
        'ʉ' => "u",
        'ə' | 'ǝ' => "e",
        'ɓ' => "b",
        'ƴ' => "y",
        _ => return None,
    })
}
