//! What one box of a search means: an NHS number, a birthday, the starts of names, or names with a
//! birthday. What is meant as a number or a day and is none is named, never searched as a surname.

use jiff::civil::Date;

use crate::deployment::Deployment;
use crate::letter_folding::{search_key, written_out};
use crate::name_parts::name_parts;
use crate::nhs_number::{NhsNumber, NotAnNhsNumber};
use crate::pasted_signs::without_pasted_signs;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// One person, wherever they stand.
    Number(NhsNumber),
    /// Everybody born on this day, whose names begin with all of the words, if there are any.
    Born(Date, NameStarts),
    /// Whose names begin with all of the words.
    Names(NameStarts),
}

/// Words as typed, of which every one begins a part of a name, in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameStarts(Vec<String>);

/// Why nothing is looked for; the words stand beside the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSought {
    /// An empty box, or more than a name, a birthday and a number have.
    #[error("Enter a name, an NHS number or a date of birth")]
    Nothing,
    /// Digits that are no NHS number and no date.
    #[error("{0}")]
    NotANumber(NotAnNhsNumber),
    /// 31 February, or the month before the day.
    #[error("There is no such day. Enter day, month and year, like 31 3 1980")]
    NoSuchDay,
}

impl Sought {
    /// Reads what a person typed. `today`, in London, tells which century two figures of a year mean.
    pub fn parse(text: &str, deployment: Deployment, today: Date) -> Result<Self, NotSought> {
        let text = without_pasted_signs(text);
        if text.trim().is_empty() || text.chars().count() > 100 {
            return Err(NotSought::Nothing);
        }
        let words: Vec<&str> =
            text.split([' ', ',', '\t', '\u{a0}']).filter(|w| !w.is_empty()).collect();
        let together: String = text.chars().filter(|c| !divides(*c)).collect();
        let is_digits = !together.is_empty() && together.bytes().all(|b| b.is_ascii_digit());
        let number = NhsNumber::parse(&together, deployment);
        match (number, with_date(&words, today)) {
            (Ok(number), _) => Ok(Self::Number(number)),
            (Err(wrong @ NotAnNhsNumber::NationalInsurance), _) => {
                Err(NotSought::NotANumber(wrong))
            }
            (_, Some((date, rest))) => {
                Ok(Self::Born(date.ok_or(NotSought::NoSuchDay)?, NameStarts::of(&rest)))
            }
            (Err(wrong), None) if is_digits => Err(NotSought::NotANumber(wrong)),
            (Err(_), None) => Ok(Self::Names(NameStarts::of(&words))),
        }
    }
}

impl NameStarts {
    fn of(words: &[&str]) -> Self {
        let words = words.iter().filter(|word| !search_key(word).is_empty());
        Self(words.map(|word| (*word).to_owned()).collect())
    }

    /// True of signs alone, which list nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every word and the whole, folded: one of them may be a whole family name.
    pub fn folded(&self) -> Vec<String> {
        let whole = search_key(&self.0.concat());
        let mut folded: Vec<String> = self.0.iter().map(|word| search_key(word)).collect();
        if !folded.contains(&whole) {
            folded.insert(0, whole);
        }
        folded
    }

    /// True where every word begins a part of these names, or all of them together do.
    pub fn begin(&self, given_names: &str, family_name: &str) -> bool {
        let parts: Vec<_> = [given_names, family_name].into_iter().flat_map(name_parts).collect();
        let begins = |word: &str| {
            let spellings = [search_key(word), written_out(word)];
            parts
                .iter()
                .flat_map(|part| part.spellings())
                .any(|part| spellings.iter().any(|spelling| part.starts_with(spelling.as_str())))
        };
        self.0.iter().all(|word| begins(word)) || begins(&self.0.concat())
    }
}

/// The first day among the words, and the other words: `1980-03-31`, `31/3/1980`, `31 3 80`,
/// `31 March 1980`, `Mar 31st 1980`. `None` inside where it is meant as a day and is none.
fn with_date<'a>(words: &[&'a str], today: Date) -> Option<(Option<Date>, Vec<&'a str>)> {
    for (at, word) in words.iter().enumerate() {
        let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
        let (first, rest) = words.split_at(at);
        if let Some(day) = day_of(&parts, today) {
            return Some((day, first.iter().chain(rest.get(1..)?).copied().collect()));
        }
        if let Some(three) = rest.get(..3)
            && let Some(day) = day_of(three, today)
        {
            return Some((day, first.iter().chain(rest.get(3..)?).copied().collect()));
        }
    }
    None
}

/// `None` where three parts are not meant as a day; `Some(None)` where there is no such day.
fn day_of(parts: &[&str], today: Date) -> Option<Option<Date>> {
    let [one, two, three] = parts else { return None };
    let figures = |text: &str, most: usize| {
        let is_figures = !text.is_empty() && text.len() <= most;
        (is_figures && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<i16>().ok())?
    };
    let day = |text: &str| {
        let lower = text.to_lowercase();
        let plain = ["st", "nd", "rd", "th"].iter().find_map(|end| lower.strip_suffix(end));
        figures(plain.unwrap_or(&lower), 2)
    };
    let year = |text: &str| match text.len() {
        4 => figures(text, 4).map(|year| (year, false)),
        2 => figures(text, 2).map(|year| (2000 + year, true)),
        _ => None,
    };
    let (day, month, (year, is_short)) =
        if let Some(year) = figures(one, 4).filter(|_| one.len() == 4) {
            (figures(three, 2)?, figures(two, 2)?, (year, false))
        } else if let Some(month) = month_named(two) {
            (day(one)?, month, year(three)?)
        } else if let Some(month) = month_named(one) {
            (day(two)?, month, year(three)?)
        } else {
            (day(one)?, figures(two, 2)?, year(three)?)
        };
    let date = |year| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    // The past hundred years.
    let found = date(year).filter(|found| !is_short || *found <= today);
    Some(found.or_else(|| if is_short { date(year - 100) } else { None }))
}

/// 1 to 12 of a month's name or the three letters or more that it begins with.
fn month_named(text: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.trim_end_matches('.').to_lowercase();
    let is_long = text.chars().count() >= 3;
    let at = MONTHS.iter().position(|month| is_long && month.starts_with(text.as_str()))?;
    i16::try_from(at + 1).ok()
}

fn divides(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '/' | ',' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 12, 1);

    fn sought(text: &str) -> Result<Sought, NotSought> {
        Sought::parse(text, Deployment::Trial, TODAY)
    }

    fn names(words: &[&str]) -> NameStarts {
        NameStarts(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_day_is_understood_as_people_write_it() {
        for text in [
            "1980-03-31",
            "31/03/1980",
            "31/3/1980",
            "31.3.1980",
            "31-3-80",
            "31 3 1980",
            "31 March 1980",
            "31st mar 1980",
            "March 31 1980",
            "Mar. 31st, 1980",
            "\u{200e}31/3/80",
        ] {
            assert_eq!(sought(text), Ok(Sought::Born(date(1980, 3, 31), names(&[]))), "{text}");
        }
        assert_eq!(sought("1/12/26"), Ok(Sought::Born(TODAY, names(&[]))));
        assert_eq!(sought("2/12/26"), Ok(Sought::Born(date(1926, 12, 2), names(&[]))));
    }

    #[test]
    fn a_day_that_is_none_is_named_as_such() {
        for text in
            ["31/02/1980", "03/31/1980", "31 Feb 1980", "29/2/1981", "1980-13-01", "0/1/1980"]
        {
            assert_eq!(sought(text), Err(NotSought::NoSuchDay), "{text}");
        }
    }

    #[test]
    fn a_name_may_stand_on_either_side_of_a_birthday() {
        for text in ["Bell 31/3/1980", "31 March 1980 Bell", "Bell, 31 3 1980"] {
            assert_eq!(
                sought(text),
                Ok(Sought::Born(date(1980, 3, 31), names(&["Bell"]))),
                "{text}"
            );
        }
    }

    #[test]
    fn a_month_s_name_is_a_name_where_no_day_and_year_stand_beside_it() {
        for (text, words) in [("May", vec!["May"]), ("April Bell", vec!["April", "Bell"])] {
            assert_eq!(sought(text), Ok(Sought::Names(names(&words))), "{text}");
        }
    }

    #[test]
    fn a_number_is_understood_as_people_write_it_and_a_mistyped_one_is_named() {
        let number = NhsNumber::parse("9990000018", Deployment::Trial).unwrap();
        for text in ["999 000 0018", "999.000.0018", "999/000/0018", "999-000-0018", "9990000018"] {
            assert_eq!(sought(text), Ok(Sought::Number(number.clone())), "{text}");
        }
        for (text, why) in [
            ("999 000 001", NotAnNhsNumber::TenDigitsExpected),
            ("999 000 00181", NotAnNhsNumber::TenDigitsExpected),
            ("999 000 0019", NotAnNhsNumber::CheckDigit),
            ("999 999 9999", NotAnNhsNumber::OneDigitOnly),
            ("QQ 12 34 56 C", NotAnNhsNumber::NationalInsurance),
        ] {
            assert_eq!(sought(text), Err(NotSought::NotANumber(why)), "{text}");
        }
    }

    #[test]
    fn signs_alone_list_nobody() {
        for text in ["%", "*", "'", "- -"] {
            assert!(
                matches!(sought(text), Ok(Sought::Names(starts)) if starts.is_empty()),
                "{text}"
            );
        }
        assert_eq!(sought(" \u{200b} "), Err(NotSought::Nothing));
    }

    #[test]
    fn every_word_begins_a_part_in_any_order() {
        for (text, given, family, begins) in [
            ("ada be", "Ada", "Bell", true),
            ("bell a", "Ada", "Bell", true),
            ("obr", "Ada", "O'Brien", true),
            ("brien", "Ada", "O'Brien", true),
            ("o brien", "Ada", "O'Brien", true),
            ("Mueller", "Ada", "Müller", true),
            ("muller", "Ada", "Müller", true),
            ("anne-marie", "Anne Marie", "Bell", true),
            ("ell", "Ada", "Bell", false),
            ("ada bow", "Ada", "Bell", false),
        ] {
            let Ok(Sought::Names(starts)) = sought(text) else { panic!("{text}") };
            assert_eq!(starts.begin(given, family), begins, "{text}");
        }
    }
}
