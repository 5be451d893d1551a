//! A process that is killed between any two effects, or that loses the answer of any one, ends where
//! an undisturbed one does: `file-upload`, `request-capture`, `add-patient`, `correct-patient`,
//! `erase-records`, and a document that hands a team's work over, every point tried. The night after
//! belongs to it: it looks again at pointers.

mod breaks;
pub mod on_azure;
mod on_embedded;
mod seed;
mod stage;

use self::breaks::Break;
pub use self::breaks::{Breaks, Ended};
pub use self::seed::{Seed, Trigger};
pub use self::stage::Stage;

/// Opens an empty store and writes the seed into it.
pub trait Theatre {
    async fn stage<'a>(&self, seed: &'a Seed) -> Stage<'a>;
}

/// Breaks the run at each of its effects in turn, in both ways, until one goes by unbroken.
async fn converges(theatre: &impl Theatre, what: &str, seed: &Seed) -> Vec<String> {
    let mut whole = theatre.stage(seed).await;
    let effects = whole.run(usize::MAX, Break::Killed).await;
    let wanted = whole.end_state().await;
    assert!(effects > 0, "{what} does nothing");
    let mut tried = 0;
    for how in [Break::Killed, Break::AnswerLost] {
        for at in 1.. {
            let mut broken = theatre.stage(seed).await;
            if broken.run(at, how).await < at {
                break;
            }
            tried += 1;
            let found = broken.end_state().await;
            let missing: Vec<_> = wanted.iter().filter(|words| !found.contains(words)).collect();
            let extra: Vec<_> = found.iter().filter(|words| !wanted.contains(words)).collect();
            assert!(
                found == wanted,
                "{what}, {how:?} at effect {at} of {effects}:\n  missing {missing:#?}\n  extra {extra:#?}",
            );
        }
    }
    println!("{what}: {effects} effects, {tried} broken runs, one end state");
    wanted
}

fn count(state: &[String], words: &str) -> usize {
    state.iter().filter(|line| line.contains(words)).count()
}

async fn a_picture_is_filed_once(theatre: &impl Theatre) {
    let seed = Seed::picture_arrived().await;
    let state = converges(theatre, "file-upload, a picture", &seed).await;
    assert_eq!(count(&state, "\"name\":\"item-filed\""), 1);
    assert_eq!((count(&state, "incoming/"), count(&state, "records/")), (0, 2));
}

async fn rubbish_is_refused_once(theatre: &impl Theatre) {
    let seed = Seed::rubbish_arrived_and_submitted().await;
    let state = converges(theatre, "file-upload, no picture", &seed).await;
    assert_eq!(count(&state, "\"name\":\"upload-refused\""), 1);
    assert_eq!(count(&state, "\"kind\":\"refused\""), 1);
    assert_eq!((count(&state, "incoming/"), count(&state, "records/")), (0, 0));
}

async fn a_picture_without_consent_leaves_nothing(theatre: &impl Theatre) {
    let seed = Seed::picture_arrived_without_consent().await;
    let state = converges(theatre, "file-upload, consent taken back", &seed).await;
    assert_eq!((count(&state, "incoming/"), count(&state, "records/")), (0, 0));
}

async fn one_request_and_one_text_come_of_one_click(theatre: &impl Theatre) {
    let seed = Seed::patient_added(false).await;
    let state = converges(theatre, "request-capture", &seed).await;
    assert_eq!(count(&state, "\"name\":\"capture-requested\""), 1);
    assert_eq!(count(&state, "text NEW"), 1);
}

async fn one_request_and_no_text_come_of_a_link_given_here(theatre: &impl Theatre) {
    let seed = Seed::patient_added(true).await;
    let state = converges(theatre, "request-capture, given here", &seed).await;
    assert_eq!(count(&state, "\"name\":\"capture-requested\""), 1);
    assert_eq!((count(&state, "text NEW"), count(&state, "inbox/")), (0, 0));
}

async fn one_patient_comes_of_one_press(theatre: &impl Theatre) {
    let seed = Seed::nobody_added().await;
    let state = converges(theatre, "add-patient", &seed).await;
    assert_eq!(count(&state, "\"name\":\"patient-added\""), 1);
    let rows = (count(&state, "register/riverside/patient-"), count(&state, "/number-"));
    assert_eq!(rows, (1, 1));
    assert_eq!(count(&state, "register/riverside/key-"), 0, "it is forgotten after a day");
}

async fn the_register_follows_a_correction(theatre: &impl Theatre) {
    let seed = Seed::patient_to_correct().await;
    let state = converges(theatre, "correct-patient", &seed).await;
    assert_eq!(count(&state, "\"name\":\"patient-corrected\""), 1);
    let rows = (count(&state, "\"familyKey\":\"bellow\""), count(&state, "/number-"));
    assert_eq!(rows, (1, 1));
}

async fn what_a_team_had_is_another_s_once(theatre: &impl Theatre) {
    let seed = Seed::team_to_leave().await;
    let state = converges(theatre, "apply, a hand-over", &seed).await;
    // One event in each of two records.
    assert_eq!(count(&state, "\"name\":\"team-handed-over\""), 2);
    assert_eq!(count(&state, "inbox/riverside.wound-care/"), 0);
    assert_eq!(count(&state, "inbox/riverside.plastics/"), 2);
}

async fn what_is_due_is_gone_whole(theatre: &impl Theatre) {
    let seed = Seed::record_due().await;
    let state = converges(theatre, "erase-records", &seed).await;
    assert_eq!((count(&state, "incoming/"), count(&state, "records/")), (0, 0));
    assert!(count(&state, "/tombstone-") > 0);
}

/// One test for each function, and one for a crowd, over the theatre that `$open` answers.
macro_rules! every_point_is_tried {
    ($open:path) => {
        $crate::proofs::crashes::every_point_is_tried!(
            $open: a_picture_is_filed_once, rubbish_is_refused_once,
            a_picture_without_consent_leaves_nothing,
            one_request_and_one_text_come_of_one_click,
            one_request_and_no_text_come_of_a_link_given_here, what_is_due_is_gone_whole,
            one_patient_comes_of_one_press, the_register_follows_a_correction,
            what_a_team_had_is_another_s_once
        );
    };
    ($open:path: $($what:ident),+) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn of_five_hundred_uploads_none_is_lost_twice_or_stuck() {
            crate::proofs::crowd::none_is_lost_twice_or_stuck(&$open().await).await;
        }

        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $what() {
                crate::proofs::crashes::$what(&$open().await).await;
            }
        )+
    };
}
pub(crate) use every_point_is_tried;
