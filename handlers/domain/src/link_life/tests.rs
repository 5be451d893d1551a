//! The link's life, seen by those who hold it and those who sent it.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);
const CLOSED: [RequestState; 4] = [
    RequestState::Submitted,
    RequestState::Declined,
    RequestState::Withdrawn,
    RequestState::Cancelled,
];

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// A request made at noon for ten days, in its second generation.
fn facts(renewed_at: &[Timestamp]) -> RequestFacts<'_> {
    RequestFacts {
        state: RequestState::Open,
        expires_at: expires_at(NOON, LinkLife::default()),
        current_from: 2,
        generation: 2,
        asks_from: 0,
        attempts: Attempts::default(),
        renewed_at,
        mobile_confirmed: true,
    }
}

fn dead() -> Attempts {
    Attempts { counted: 10, ..Attempts::default() }
}

#[test]
fn a_link_given_in_the_room_opens_for_an_hour_r27() {
    let until = given_here_until(NOON);
    assert_eq!(until.duration_since(NOON), SignedDuration::from_hours(1));
    assert_eq!(given_here_until(Timestamp::MAX), Timestamp::MAX);
}

#[test]
fn a_link_opens_ten_days_unless_the_controller_says_1_to_28_r42() {
    assert_eq!(expires_at(NOON, LinkLife::default()), NOON + hours(252));
    assert_eq!(expires_at(NOON, LinkLife::parse(28).unwrap()), NOON + hours(684));
    assert_eq!(LinkLife::parse(1).map(LinkLife::days), Ok(1));
    for days in [0, 29, u32::MAX] {
        assert_eq!(LinkLife::parse(days), Err(NotALinkLife));
    }
}

#[test]
fn a_link_lasts_until_the_end_of_the_london_day_it_names() {
    for (made, days, named, ends) in [
        // Made in the morning or just before midnight: the same day counts.
        ("2026-11-30T04:51:00Z", 10, "2026-12-10", "2026-12-11T00:00:00Z"),
        ("2026-11-30T23:59:59Z", 10, "2026-12-10", "2026-12-11T00:00:00Z"),
        // A summer night: it is tomorrow in London already.
        ("2026-07-01T22:59:59Z", 1, "2026-07-02", "2026-07-02T23:00:00Z"),
        ("2026-07-01T23:00:00Z", 1, "2026-07-03", "2026-07-03T23:00:00Z"),
        // Across both changes of the clocks, and on their own days.
        ("2026-10-20T12:00:00Z", 10, "2026-10-30", "2026-10-31T00:00:00Z"),
        ("2026-10-24T12:00:00Z", 1, "2026-10-25", "2026-10-26T00:00:00Z"),
        ("2026-10-25T00:30:00Z", 1, "2026-10-26", "2026-10-27T00:00:00Z"),
        ("2026-03-25T12:00:00Z", 10, "2026-04-04", "2026-04-04T23:00:00Z"),
        ("2026-03-28T12:00:00Z", 1, "2026-03-29", "2026-03-29T23:00:00Z"),
        ("2026-12-31T12:00:00Z", 28, "2027-01-28", "2027-01-29T00:00:00Z"),
    ] {
        let life = LinkLife::parse(days).unwrap();
        let at: Timestamp = made.parse().unwrap();
        let expires = expires_at(at, life);
        assert_eq!(expires.to_string(), ends, "{made}");
        assert_eq!(last_day(expires).map(|day| day.to_string()), Some(named.to_owned()), "{made}");
        assert!(expires_at(Timestamp::MAX, life) > NOON);
    }
}

#[test]
fn a_link_that_ends_at_an_hour_names_no_day() {
    assert_eq!(last_day(given_here_until(NOON)), None);
    assert_eq!(last_day("2026-12-10T04:51:00Z".parse().unwrap()), None, "made before");
}

#[test]
fn a_link_opens_to_the_last_moment_of_its_life_r42() {
    let facts = facts(&[]);
    let a_moment_before = facts.expires_at - SignedDuration::from_nanos(1);
    assert_eq!(link_answer(&facts, 2, a_moment_before), LinkAnswer::Opens);
    let expired = LinkAnswer::Expired { renewable: true };
    assert_eq!(link_answer(&facts, 2, facts.expires_at), expired);
}

#[test]
fn the_code_before_a_resend_is_dead_r42() {
    let replaced = DeadReason::Replaced { renewable: true };
    assert_eq!(link_answer(&facts(&[]), 1, NOON), LinkAnswer::Dead(replaced));
    let renewed = [NOON - hours(1)];
    let replaced = DeadReason::Replaced { renewable: false };
    assert_eq!(link_answer(&facts(&renewed), 1, NOON), LinkAnswer::Dead(replaced));
}

#[test]
fn the_link_of_a_closed_request_is_dead_and_says_why_r42() {
    let reasons =
        [DeadReason::Submitted, DeadReason::Declined, DeadReason::Withdrawn, DeadReason::Cancelled];
    for (state, reason) in CLOSED.into_iter().zip(reasons) {
        let facts = RequestFacts { state, ..facts(&[]) };
        // Whatever else is true of it: an old code, an expired one, too many wrong answers.
        let facts = RequestFacts { attempts: dead(), ..facts };
        for generation in [1, 2] {
            for now in [NOON, facts.expires_at] {
                assert_eq!(link_answer(&facts, generation, now), LinkAnswer::Dead(reason));
                assert_eq!(may_renew(&facts, generation, now), Err(RenewRefused::Closed));
            }
        }
    }
}

#[test]
fn after_ten_wrong_answers_only_staff_can_help_r24() {
    let facts = RequestFacts { attempts: dead(), ..facts(&[]) };
    let answer = LinkAnswer::Dead(DeadReason::TooManyWrongAnswers);
    assert_eq!(link_answer(&facts, 2, NOON), answer);
    assert_eq!(link_answer(&facts, 2, facts.expires_at), answer);
    assert_eq!(may_renew(&facts, 2, facts.expires_at), Err(RenewRefused::Dead));
    assert_eq!(may_resend(&facts), Ok(()));
}

#[test]
fn a_paused_link_still_opens_its_first_page_r24() {
    let attempts =
        Attempts { counted: 5, paused_until: Some(NOON + hours(1)), ..Attempts::default() };
    let facts = RequestFacts { attempts, ..facts(&[]) };
    assert_eq!(link_answer(&facts, 2, NOON), LinkAnswer::Opens);
}

#[test]
fn a_link_that_opens_is_not_renewed() {
    assert_eq!(may_renew(&facts(&[]), 2, NOON), Err(RenewRefused::StillOpens));
    let beside = Ok(Ending::LinkSentBeside);
    assert_eq!(may_renew(&facts(&[]), 1, NOON), beside, "a newer one was sent and lost");
}

#[test]
fn a_lost_link_is_sent_beside_the_living_one_and_an_expired_one_in_its_place() {
    let facts = facts(&[]);
    assert_eq!(may_renew(&facts, 1, NOON), Ok(Ending::LinkSentBeside));
    for generation in [1, 2] {
        assert_eq!(may_renew(&facts, generation, facts.expires_at), Ok(Ending::LinkRenewed));
    }
}

#[test]
fn a_code_that_went_to_another_number_asks_for_nothing() {
    let moved = RequestFacts { asks_from: 2, ..facts(&[]) };
    for now in [NOON, moved.expires_at] {
        assert_eq!(may_renew(&moved, 1, now), Err(RenewRefused::SentElsewhere));
        let replaced = DeadReason::Replaced { renewable: false };
        assert_eq!(link_answer(&moved, 1, now), LinkAnswer::Dead(replaced));
    }
    assert_eq!(may_renew(&moved, 2, moved.expires_at), Ok(Ending::LinkRenewed));
}

#[test]
fn two_codes_sent_beside_each_other_both_open_and_ask_for_nothing() {
    let beside = RequestFacts { current_from: 1, ..facts(&[]) };
    for generation in [1, 2] {
        assert_eq!(link_answer(&beside, generation, NOON), LinkAnswer::Opens);
        assert_eq!(may_renew(&beside, generation, NOON), Err(RenewRefused::StillOpens));
    }
}

#[test]
fn a_patient_renews_once_a_day_and_three_times_in_all() {
    let first = [NOON];
    let expired = facts(&[]).expires_at;
    let again_at = NOON + hours(24);
    let too_soon = Err(RenewRefused::TooSoon { again_at });
    let before = RequestFacts { expires_at: NOON, ..facts(&first) };
    assert_eq!(may_renew(&before, 2, again_at - SignedDuration::from_nanos(1)), too_soon);
    assert_eq!(may_renew(&before, 2, again_at), Ok(Ending::LinkRenewed));

    let three = [NOON, NOON + hours(24), NOON + hours(48)];
    assert_eq!(may_renew(&facts(&three), 2, expired), Err(RenewRefused::TooOften));
}

#[test]
fn a_declined_number_is_texted_by_nobody_until_staff_confirm_it() {
    let declined = RequestFacts { mobile_confirmed: false, ..facts(&[]) };
    let expired = declined.expires_at;
    assert_eq!(may_renew(&declined, 2, expired), Err(RenewRefused::NumberNotConfirmed));
    assert_eq!(may_resend(&declined), Err(ResendRefused::NumberNotConfirmed));
    assert_eq!(link_answer(&declined, 2, expired), LinkAnswer::Expired { renewable: false });
}

#[test]
fn staff_resend_an_open_or_expired_link_and_no_closed_one() {
    assert_eq!(may_resend(&facts(&[])), Ok(()));
    for state in CLOSED {
        let facts = RequestFacts { state, ..facts(&[]) };
        assert_eq!(may_resend(&facts), Err(ResendRefused::Closed));
    }
}

#[test]
fn a_second_tap_within_a_minute_is_the_first() {
    assert!(resend_is_same(NOON, NOON));
    assert!(resend_is_same(NOON, NOON + SignedDuration::from_secs(59)));
    assert!(!resend_is_same(NOON, NOON + SignedDuration::from_secs(60)));
}

proptest! {
    #[test]
    fn however_often_a_patient_asks_they_get_three_links_a_day_apart(
        waits in proptest::collection::vec(0..60_i64, 0..80),
        generation in 0..4_u32,
    ) {
        let mut renewed: Vec<Timestamp> = Vec::new();
        let mut now = NOON;
        for wait in waits {
            now += hours(wait);
            let facts = RequestFacts { expires_at: NOON, ..facts(&renewed) };
            if may_renew(&facts, generation, now).is_ok() {
                renewed.push(now);
            }
        }
        prop_assert!(renewed.len() <= 3);
        for pair in renewed.windows(2) {
            prop_assert!(pair[1].duration_since(pair[0]) >= hours(24));
        }
    }

    #[test]
    fn a_button_is_shown_exactly_where_it_works(
        state in 0..5_usize,
        counted in 0..=10_u32,
        generation in 0..4_u32,
        after_hours in 0..320_i64,
        mobile_confirmed in any::<bool>(),
    ) {
        let states = [RequestState::Open, CLOSED[0], CLOSED[1], CLOSED[2], CLOSED[3]];
        let attempts = Attempts { counted, ..Attempts::default() };
        let facts =
            RequestFacts { state: states[state], attempts, mobile_confirmed, ..facts(&[]) };
        let now = NOON + hours(after_hours);
        let shown = match link_answer(&facts, generation, now) {
            LinkAnswer::Expired { renewable }
            | LinkAnswer::Dead(DeadReason::Replaced { renewable }) => renewable,
            LinkAnswer::Opens | LinkAnswer::Dead(_) => false,
        };
        prop_assert_eq!(shown, may_renew(&facts, generation, now).is_ok());
    }
}
