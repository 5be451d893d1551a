//! What the night may and may not do, day by day.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::option::of;
use proptest::prelude::*;

use super::*;

const VISUAL: RecordClass = RecordClass::VisualRecord;

fn facts(anchor: Date) -> RetentionFacts {
    RetentionFacts {
        class: VISUAL,
        anchor,
        born: None,
        care: CareKind::General,
        controller_years: None,
        contract_end: None,
        approved_erasure: None,
        held_by: None,
        is_restricted: false,
        is_handed_back: false,
    }
}

fn born(text: &str) -> DateOfBirth {
    DateOfBirth::parse(text, date(2026, 11, 22)).unwrap()
}

fn erase(rule: DueBy, due: Date) -> RetentionDecision {
    RetentionDecision::Erase { rule, due }
}

#[test]
fn a_visual_record_is_kept_8_years_and_not_a_day_less_r64() {
    let facts = facts(date(2026, 11, 22));
    let due = date(2034, 11, 22);
    let keep = RetentionDecision::Keep { until: due };
    assert_eq!(decide(&facts, date(2034, 11, 21)), keep);
    assert_eq!(decide(&facts, due), erase(DueBy::Cap, due));
    assert_eq!(decide(&facts, date(2036, 1, 1)), erase(DueBy::Cap, due), "a missed night");
}

#[test]
fn years_from_29_february_end_in_february_r64() {
    let leap = date(2020, 2, 29);
    assert_eq!(due(VISUAL, leap, None, None, None), Ok(date(2028, 2, 29)));
    let planning = RecordClass::PlanningImages;
    assert_eq!(due(planning, leap, None, None, None), Ok(date(2027, 2, 28)));
    assert_eq!(due(VISUAL, date(2096, 2, 29), None, None, None), Ok(date(2104, 2, 29)));
    assert_eq!(due(VISUAL, date(2092, 2, 29), None, None, None), Ok(date(2100, 2, 28)));
}

#[test]
fn each_class_has_its_own_period_c1() {
    for (class, expected) in [
        (VISUAL, date(2034, 3, 31)),
        (RecordClass::PlanningImages, date(2033, 3, 31)),
        (RecordClass::Account, date(2027, 3, 31)),
        (RecordClass::SupportTicket, date(2027, 3, 31)),
    ] {
        assert_eq!(due(class, date(2026, 3, 31), None, None, None), Ok(expected), "{class:?}");
    }
}

#[test]
fn a_controller_may_keep_shorter_and_never_longer_r60() {
    let anchor = date(2026, 3, 31);
    assert_eq!(due(VISUAL, anchor, Some(3), None, None), Ok(date(2029, 3, 31)));
    assert_eq!(due(VISUAL, anchor, Some(8), None, None), Ok(date(2034, 3, 31)));
    let above = Err(PeriodRefused::AboveCap { cap_years: 8 });
    assert_eq!(due(VISUAL, anchor, Some(9), None, None), above);
    assert_eq!(due(VISUAL, anchor, Some(0), None, None), Err(PeriodRefused::NoYears));
    let words = PeriodRefused::AboveCap { cap_years: 8 }.to_string();
    assert!(words.contains("8 years at most"));
}

#[test]
fn a_stored_period_that_nobody_may_set_counts_as_none_r60() {
    for years in [0, 9, 255] {
        let facts = RetentionFacts { controller_years: Some(years), ..facts(date(2026, 3, 31)) };
        let keep = RetentionDecision::Keep { until: date(2034, 3, 31) };
        assert_eq!(decide(&facts, date(2034, 3, 30)), keep);
    }
}

#[test]
fn the_end_of_a_contract_leaves_30_days_for_the_hand_back_r65() {
    let facts = RetentionFacts { contract_end: Some(date(2027, 1, 1)), ..facts(date(2026, 3, 31)) };
    let due = date(2027, 1, 31);
    assert_eq!(decide(&facts, date(2027, 1, 30)), RetentionDecision::Keep { until: due });
    assert_eq!(decide(&facts, due), erase(DueBy::ContractEnd, due));
}

#[test]
fn an_approved_request_makes_a_record_due_at_once_r66() {
    let approved = date(2026, 6, 1);
    let facts = RetentionFacts { approved_erasure: Some(approved), ..facts(date(2026, 3, 31)) };
    assert_eq!(decide(&facts, approved), erase(DueBy::ApprovedErasure, approved));
}

#[test]
fn a_hold_blocks_and_its_release_lets_the_next_night_erase_r61() {
    let mut facts = facts(date(2026, 3, 31));
    let due = date(2034, 3, 31);
    facts.held_by = Some("hold-1".to_owned());
    let held = RetentionDecision::Held { by: HeldBy::Hold("hold-1".to_owned()) };
    assert_eq!(decide(&facts, due), held);
    assert_eq!(decide(&facts, date(2050, 1, 1)), held);
    facts.held_by = None;
    assert_eq!(decide(&facts, date(2050, 1, 1)), erase(DueBy::Cap, due));
}

#[test]
fn a_restriction_blocks_too() {
    let facts = RetentionFacts { is_restricted: true, ..facts(date(2026, 3, 31)) };
    let held = RetentionDecision::Held { by: HeldBy::Restriction };
    assert_eq!(decide(&facts, date(2034, 3, 31)), held);
}

#[test]
fn a_child_s_record_is_handed_back_before_it_goes_r63() {
    // Last seen at 10, at 16 and at 17: until the 25th birthday, the 25th and the 26th.
    for (anchor, minimum_until) in [
        (date(2026, 3, 31), date(2041, 3, 31)),
        (date(2033, 3, 30), date(2041, 3, 31)),
        (date(2033, 3, 31), date(2042, 3, 31)),
        (date(2034, 3, 30), date(2042, 3, 31)),
    ] {
        let mut facts = RetentionFacts { born: Some(born("2016-03-31")), ..facts(anchor) };
        let due = due(VISUAL, anchor, None, None, None).unwrap();
        let hand_back = RetentionDecision::HandBackFirst { minimum_until };
        if minimum_until > due {
            assert_eq!(decide(&facts, due), hand_back, "last seen on {anchor}");
        }
        facts.is_handed_back = true;
        assert_eq!(decide(&facts, due), erase(DueBy::Cap, due));
    }
    let adult = RetentionFacts { born: Some(born("2016-03-31")), ..facts(date(2034, 3, 31)) };
    assert_eq!(decide(&adult, date(2042, 3, 31)), erase(DueBy::Cap, date(2042, 3, 31)));
}

#[test]
fn mental_health_and_maternity_are_handed_back_too_r63() {
    let due = date(2034, 3, 31);
    for (care, minimum_until) in
        [(CareKind::MentalHealth, date(2046, 3, 31)), (CareKind::Maternity, date(2051, 3, 31))]
    {
        let facts = RetentionFacts { care, ..facts(date(2026, 3, 31)) };
        let hand_back = RetentionDecision::HandBackFirst { minimum_until };
        assert_eq!(decide(&facts, due), hand_back);
    }
}

#[test]
fn who_approves_an_erasure_has_decided_about_the_copy_r66() {
    let approved = date(2027, 1, 1);
    let facts = RetentionFacts {
        born: Some(born("2016-03-31")),
        approved_erasure: Some(approved),
        ..facts(date(2026, 3, 31))
    };
    assert_eq!(decide(&facts, approved), erase(DueBy::ApprovedErasure, approved));
}

fn any_day() -> impl Strategy<Value = Date> {
    // Thirty years and their 29th of February, among them that of 2000 but not of 2100.
    prop_oneof![
        (0..36_525_i64).prop_map(|days| date(2000, 1, 1).saturating_add(days.days())),
        (0..25_i16).prop_map(|four| date(2000 + 4 * four, 2, 29)),
    ]
}

fn any_facts() -> impl Strategy<Value = RetentionFacts> {
    let care = prop_oneof![
        Just(CareKind::General),
        Just(CareKind::MentalHealth),
        Just(CareKind::Maternity),
    ];
    let class = prop_oneof![
        Just(VISUAL),
        Just(RecordClass::PlanningImages),
        Just(RecordClass::Account),
        Just(RecordClass::SupportTicket),
    ];
    let dates = (any_day(), of(any_day()), of(any_day()));
    let is_born = of(0..30_000_i64);
    (class, dates, of(any::<u8>()), care, any::<[bool; 3]>(), is_born).prop_map(
        |(class, (anchor, contract_end, approved_erasure), controller_years, care, flags, age)| {
            let [is_held, is_restricted, is_handed_back] = flags;
            let born = age.and_then(|days| {
                let day = anchor.saturating_sub(days.days());
                DateOfBirth::parse(&day.to_string(), anchor).ok()
            });
            RetentionFacts {
                class,
                anchor,
                born,
                care,
                controller_years,
                contract_end,
                approved_erasure,
                held_by: is_held.then(|| "hold-1".to_owned()),
                is_restricted,
                is_handed_back,
            }
        },
    )
}

/// The same date so many years on, told by counting and not by a library's rule for 29 February.
fn anniversary(day: Date, years: u8) -> Date {
    let year = day.year() + i16::from(years);
    Date::new(year, day.month(), day.day()).unwrap_or_else(|_| date(year, 2, 28))
}

proptest! {
    #[test]
    fn the_due_day_is_the_earliest_that_applies_r60_r64_r65_r66(facts in any_facts()) {
        let cap = RetentionRule::of(facts.class).cap_years;
        let expected = [
            Some(anniversary(facts.anchor, cap)),
            facts.controller_years.map(|years| anniversary(facts.anchor, years.min(cap))),
            facts.contract_end.map(|end| end.saturating_add(30.days())),
            facts.approved_erasure,
        ];
        let due = due(
            facts.class,
            facts.anchor,
            facts.controller_years,
            facts.contract_end,
            facts.approved_erasure,
        );
        match facts.controller_years {
            Some(0) => prop_assert_eq!(due, Err(PeriodRefused::NoYears)),
            Some(years) if years > cap => {
                prop_assert_eq!(due, Err(PeriodRefused::AboveCap { cap_years: cap }));
            }
            _ => prop_assert_eq!(Some(due.unwrap()), expected.into_iter().flatten().min()),
        }
    }

    #[test]
    fn nothing_is_ever_erased_early_r64(facts in any_facts(), days_before in 1..20_000_i64) {
        let plain = RetentionFacts { controller_years: None, ..facts };
        let (class, anchor) = (plain.class, plain.anchor);
        let due = due(class, anchor, None, plain.contract_end, plain.approved_erasure).unwrap();
        let today = due.saturating_sub(days_before.days());
        prop_assert_eq!(decide(&plain, today), RetentionDecision::Keep { until: due });
    }

    #[test]
    fn from_the_cap_on_only_blocks_and_a_missing_hand_back_keep_anything_r64(
        facts in any_facts(), days_after in 0..20_000_i64,
    ) {
        let cap = RetentionRule::of(facts.class).cap_years;
        let last = anniversary(facts.anchor, cap);
        match decide(&facts, last.saturating_add(days_after.days())) {
            RetentionDecision::Keep { until } => prop_assert!(false, "kept until {until}"),
            RetentionDecision::Held { .. } => {
                prop_assert!(facts.held_by.is_some() || facts.is_restricted);
            }
            RetentionDecision::HandBackFirst { minimum_until } => {
                prop_assert!(!facts.is_handed_back && facts.class == VISUAL);
                prop_assert!(facts.born.is_some() || facts.care != CareKind::General);
                prop_assert!(minimum_until > facts.anchor);
            }
            RetentionDecision::Erase { due, .. } => prop_assert!(due <= last),
        }
    }

    #[test]
    fn holds_block_and_move_nothing_r61(facts in any_facts(), today in any_day()) {
        let free = RetentionFacts { held_by: None, is_restricted: false, ..facts.clone() };
        let held = RetentionFacts { held_by: Some("hold-2".to_owned()), ..free.clone() };
        match (decide(&free, today), decide(&held, today)) {
            (keep @ RetentionDecision::Keep { .. }, while_held) => {
                prop_assert_eq!(keep, while_held);
            }
            (_, while_held) => {
                let by = HeldBy::Hold("hold-2".to_owned());
                prop_assert_eq!(while_held, RetentionDecision::Held { by });
            }
        }
    }
}
