//! How long a patient's photos are kept, as it is said where the patient chooses: by the same rule
//! that the night decides by, so that no page says a number of its own (R29, R60, R63).

use jiff::civil::Date;

use super::{
    DueBy, RecordClass, RetentionFacts, RetentionRule, check_period, due_by, longer_minimum,
};

/// One or two whole sentences for whoever chooses on `facts.anchor`, the day of the visit: the years
/// of the controller or of the class, or the day where one is fixed already. Where the code of
/// practice wants it kept longer than this service may, that nothing goes before the hand-back.
pub fn keeping_words(facts: &RetentionFacts) -> String {
    let own_years = facts.controller_years.filter(|y| check_period(facts.class, *y).is_ok());
    let (due, by) =
        due_by(facts.class, facts.anchor, own_years, facts.contract_end, facts.approved_erasure);
    let until = match by {
        DueBy::Cap => years(RetentionRule::of(facts.class).cap_years),
        DueBy::ControllerPeriod => {
            years(own_years.unwrap_or(RetentionRule::of(facts.class).cap_years))
        }
        DueBy::ContractEnd | DueBy::ApprovedErasure => {
            return format!("We keep them until {}.", day(due));
        }
    };
    let kept = format!("We keep them up to {until} after the last contact.");
    match age_to_keep_to(facts).filter(|_| longer_minimum(facts) > Some(due)) {
        Some(age) => format!(
            "{kept} We delete a child's photos only once the hospital has its own copy, which it \
             keeps until age {age}."
        ),
        None => kept,
    }
}

/// The age to which the code keeps a child's record.
fn age_to_keep_to(facts: &RetentionFacts) -> Option<u8> {
    if facts.class != RecordClass::VisualRecord {
        return None;
    }
    match facts.born?.age_on(facts.anchor) {
        ..17 => Some(25),
        17 => Some(26),
        _ => None,
    }
}

fn years(count: u8) -> String {
    if count == 1 { "1 year".to_owned() } else { format!("{count} years") }
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::date_of_birth::DateOfBirth;
    use crate::retention::CareKind;

    const TODAY: Date = date(2026, 12, 1);

    fn said(born: &str, controller_years: Option<u8>, contract_end: Option<Date>) -> String {
        keeping_words(&RetentionFacts {
            class: RecordClass::VisualRecord,
            anchor: TODAY,
            born: Some(DateOfBirth::parse(born, TODAY).unwrap()),
            care: CareKind::General,
            controller_years,
            contract_end,
            approved_erasure: None,
            held_by: None,
            is_restricted: false,
            is_handed_back: false,
        })
    }

    #[test]
    fn an_adult_reads_the_years_of_the_rule_that_will_be_applied_r60() {
        let adult = "1980-02-29";
        let cap = RetentionRule::of(RecordClass::VisualRecord).cap_years;
        let of = |years: &str| format!("We keep them up to {years} after the last contact.");
        assert_eq!(said(adult, None, None), of(&format!("{cap} years")));
        assert_eq!(said(adult, Some(3), None), of("3 years"));
        assert_eq!(said(adult, Some(1), None), of("1 year"));
        // A stored period that is refused counts for nothing in the night, and here.
        assert_eq!(said(adult, Some(0), None), of(&format!("{cap} years")));
        assert_eq!(said(adult, Some(200), None), of(&format!("{cap} years")));
    }

    #[test]
    fn a_contract_that_ends_sooner_is_said_by_its_day_r65() {
        let ends = said("1980-02-29", None, Some(date(2026, 12, 31)));
        assert_eq!(ends, "We keep them until 30 January 2027.");
    }

    #[test]
    fn of_a_child_nothing_is_deleted_before_the_hospital_has_its_copy_r63() {
        let until = |age: u8| format!("which it keeps until age {age}.");
        assert!(said("2020-05-01", None, None).ends_with(&until(25)));
        // Seventeen today; eighteen tomorrow, and eighteen today.
        assert!(said("2009-05-01", None, None).ends_with(&until(26)));
        assert!(said("2008-12-02", None, None).ends_with(&until(26)));
        assert!(said("2008-12-01", None, None).ends_with("last contact."));
        assert!(said("2020-05-01", Some(2), None).starts_with("We keep them up to 2 years"));
    }
}
