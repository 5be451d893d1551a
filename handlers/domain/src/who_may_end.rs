//! Who may end what: one table of everything that ends something, and of every secret that opens
//! something. The functions ask it; `functions/src/proofs/who_may_end.rs` plays each cell.
//!
//! Its law: nobody ends what they could not have begun. Whoever holds a code and has not said who
//! they are ends no visit of somebody who has; staff end what leads to the wrong person at once,
//! and never what the right person is just sending.

use crate::record::request::CaptureRequest;

/// Something that happens to a request, to its patient's record, or to a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The identity question was answered rightly, on this phone or another.
    IdentityConfirmed,
    /// The identity question was answered wrongly for the tenth time.
    TenWrongAnswers,
    /// The link's time is over.
    LinkExpired,
    /// The half hour of a session is over.
    SessionExpired,
    /// The holder of an expired link had a new one sent.
    LinkRenewed,
    /// The holder of a replaced link had another one sent, while the newer one still opened.
    LinkSentBeside,
    /// Staff sent the link again.
    LinkResent,
    /// Staff changed the number that the link was texted to.
    NumberChanged,
    /// Staff changed the number while the link had been given in the room.
    NumberChangedBesideRoom,
    /// "This is not for me", by a code, before anybody said who they are.
    DeclinedByCode,
    /// The same after somebody did. It is refused.
    DeclineRefused,
    /// The identified patient said no to the consent question.
    ConsentRefused,
    /// The identified patient took their yes back.
    ConsentWithdrawn,
    /// The identified patient took a photo out.
    PhotoTakenOut,
    /// The identified patient said "that is all".
    Submitted,
    /// Staff took the request back.
    RequestCancelled,
    /// The patient's record was erased.
    RecordErased,
    /// The operator's document no longer names the member of staff.
    StaffRemoved,
    /// A member of staff signed out.
    StaffSignedOut,
    /// Nobody touched the staff's page for the time that the operator set.
    StaffLocked,
}

/// Something whose holder may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Secret {
    /// The code in the newest text: it opens the request before identity.
    LinkCode,
    /// A code that a newer one replaced: all it can do is to ask for another text.
    DeadCode,
    /// The cookie after identity.
    Session,
    /// The address that one photo is sent to.
    UploadAddress,
    /// The address that one picture is looked at.
    ViewAddress,
    /// What a member of staff calls with.
    StaffToken,
    /// What their page gets fresh tokens with.
    RefreshToken,
}

/// What becomes of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It opens what it opened, to its own end.
    Lives,
    /// It opens nothing any more.
    Dies,
}

impl Ending {
    /// Everything that ends something.
    pub const ALL: [Self; 20] = [
        Self::IdentityConfirmed,
        Self::TenWrongAnswers,
        Self::LinkExpired,
        Self::SessionExpired,
        Self::LinkRenewed,
        Self::LinkSentBeside,
        Self::LinkResent,
        Self::NumberChanged,
        Self::NumberChangedBesideRoom,
        Self::DeclinedByCode,
        Self::DeclineRefused,
        Self::ConsentRefused,
        Self::ConsentWithdrawn,
        Self::PhotoTakenOut,
        Self::Submitted,
        Self::RequestCancelled,
        Self::RecordErased,
        Self::StaffRemoved,
        Self::StaffSignedOut,
        Self::StaffLocked,
    ];

    /// What becomes of `secret`, made before this happened and about the same request, photo or
    /// person.
    pub fn fate(self, secret: Secret) -> Fate {
        let dying: &[Secret] = match self {
            // A newer session takes the older one's place.
            Self::IdentityConfirmed | Self::SessionExpired => &[Secret::Session],
            // Who is inside is the patient, and goes on; a session after sending ends by itself.
            Self::TenWrongAnswers | Self::Submitted => &[Secret::LinkCode, Secret::DeadCode],
            // The expired code may ask for another, as a dead one may.
            Self::LinkExpired | Self::LinkRenewed | Self::LinkResent => &[Secret::LinkCode],
            Self::LinkSentBeside | Self::NumberChangedBesideRoom | Self::DeclineRefused => &[],
            Self::NumberChanged
            | Self::DeclinedByCode
            | Self::ConsentRefused
            | Self::ConsentWithdrawn
            | Self::RequestCancelled => {
                &[Secret::LinkCode, Secret::DeadCode, Secret::Session, Secret::UploadAddress]
            }
            Self::PhotoTakenOut => &[Secret::UploadAddress],
            Self::RecordErased => &[
                Secret::LinkCode,
                Secret::DeadCode,
                Secret::Session,
                Secret::UploadAddress,
                Secret::ViewAddress,
            ],
            Self::StaffRemoved => &[Secret::ViewAddress, Secret::StaffToken],
            // No issuer takes a signed token back: the page forgets it, and it ends within minutes.
            Self::StaffSignedOut | Self::StaffLocked => &[Secret::RefreshToken],
        };
        if dying.contains(&secret) { Fate::Dies } else { Fate::Lives }
    }

    /// True where it ends `secret`.
    pub fn ends(self, secret: Secret) -> bool {
        self.fate(secret) == Fate::Dies
    }
}

impl Secret {
    /// Every secret.
    pub const ALL: [Self; 7] = [
        Self::LinkCode,
        Self::DeadCode,
        Self::Session,
        Self::UploadAddress,
        Self::ViewAddress,
        Self::StaffToken,
        Self::RefreshToken,
    ];
}

impl CaptureRequest {
    /// True where the code of `generation` is not replaced.
    pub fn is_current(&self, generation: u32) -> bool {
        (self.oldest_current()..=self.generation).contains(&generation)
    }

    /// The oldest generation whose code is not replaced; requests of before codes could live
    /// beside each other have one.
    pub(crate) fn oldest_current(&self) -> u32 {
        match self.current_from {
            0 => self.generation,
            from => from,
        }
    }

    /// What `ending` leaves of it, as far as codes and the session go. A new code of `generation`
    /// joins the living ones or replaces them.
    #[must_use]
    pub fn after(&self, ending: Ending, generation: u32) -> Self {
        let mut after = Self { generation, ..self.clone() };
        after.current_from =
            if ending.ends(Secret::LinkCode) { generation } else { self.oldest_current() };
        if ending.ends(Secret::DeadCode) {
            after.asks_from = generation;
        }
        if ending.ends(Secret::Session) {
            after.session = None;
        }
        after
    }

    /// True where somebody has said who they are by this link: from then on "this is not for me"
    /// needs more than its code.
    pub fn is_somebodys(&self) -> bool {
        self.identified_at.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ending: Ending) -> String {
        let fates = Secret::ALL.map(|secret| match ending.fate(secret) {
            Fate::Lives => '+',
            Fate::Dies => '-',
        });
        format!("{} {ending:?}", fates.into_iter().collect::<String>())
    }

    // Link code, dead code, session, upload address, view address, staff token, refresh token.
    // Written a second time on purpose: a change of one cell is a decision, not a side effect.
    const TABLE: [&str; 20] = [
        "++-++++ IdentityConfirmed",
        "--+++++ TenWrongAnswers",
        "-++++++ LinkExpired",
        "++-++++ SessionExpired",
        "-++++++ LinkRenewed",
        "+++++++ LinkSentBeside",
        "-++++++ LinkResent",
        "----+++ NumberChanged",
        "+++++++ NumberChangedBesideRoom",
        "----+++ DeclinedByCode",
        "+++++++ DeclineRefused",
        "----+++ ConsentRefused",
        "----+++ ConsentWithdrawn",
        "+++-+++ PhotoTakenOut",
        "--+++++ Submitted",
        "----+++ RequestCancelled",
        "-----++ RecordErased",
        "++++--+ StaffRemoved",
        "++++++- StaffSignedOut",
        "++++++- StaffLocked",
    ];

    #[test]
    fn every_cell_of_the_table_is_decided() {
        assert_eq!(Ending::ALL.map(row), TABLE);
    }

    #[test]
    fn what_a_code_alone_can_do_ends_no_visit_and_no_photo() {
        use Ending::{DeclineRefused, LinkRenewed, LinkSentBeside, TenWrongAnswers};
        for ending in [TenWrongAnswers, LinkRenewed, LinkSentBeside, DeclineRefused] {
            for secret in [Secret::Session, Secret::UploadAddress, Secret::ViewAddress] {
                assert_eq!(ending.fate(secret), Fate::Lives, "{ending:?} {secret:?}");
            }
        }
    }

    #[test]
    fn what_leads_to_the_wrong_person_ends_whole() {
        use Ending::{NumberChanged, RecordErased, RequestCancelled};
        for ending in [NumberChanged, RequestCancelled, RecordErased] {
            for secret in
                [Secret::LinkCode, Secret::DeadCode, Secret::Session, Secret::UploadAddress]
            {
                assert_eq!(ending.fate(secret), Fate::Dies, "{ending:?} {secret:?}");
            }
        }
    }

    #[test]
    fn patients_end_nothing_of_staff_and_staff_end_nothing_of_each_other() {
        for ending in Ending::ALL {
            let is_theirs = matches!(
                ending,
                Ending::StaffRemoved | Ending::StaffSignedOut | Ending::StaffLocked
            );
            for secret in [Secret::StaffToken, Secret::RefreshToken] {
                assert!(is_theirs || !ending.ends(secret), "{ending:?} {secret:?}");
            }
        }
    }

    #[test]
    fn a_code_sent_beside_another_lives_with_it_and_a_resend_replaces_both() {
        let first = request(1);
        let beside = first.after(Ending::LinkSentBeside, 2);
        assert!(beside.is_current(1) && beside.is_current(2));
        assert!(!beside.is_current(0) && !beside.is_current(3));
        let resent = beside.after(Ending::LinkResent, 3);
        assert_eq!([1, 2, 3].map(|code| resent.is_current(code)), [false, false, true]);
    }

    #[test]
    fn a_request_of_before_codes_could_live_together_has_one() {
        let old = CaptureRequest { current_from: 0, ..request(2) };
        assert_eq!([1, 2, 3].map(|code| old.is_current(code)), [false, true, false]);
    }

    #[test]
    fn a_changed_number_ends_every_code_and_the_session() {
        let before = CaptureRequest { session: Some("s".into()), ..request(2) };
        let after = before.after(Ending::NumberChanged, 3);
        assert_eq!([1, 2].map(|code| after.is_current(code)), [false, false]);
        assert_eq!((after.asks_from, after.session), (3, None));
        let resent = before.after(Ending::LinkResent, 3);
        assert_eq!((resent.asks_from, resent.session.as_deref()), (0, Some("s")));
    }

    fn request(generation: u32) -> CaptureRequest {
        serde_json::from_value(serde_json::json!({
            "request": "r", "controller": "c", "team": "t", "purpose": "manage-condition",
            "reason": "To see it", "bodySite": "knee", "laterality": "left", "photos": 1,
            "state": "open", "reopenedFor": 0, "createdAt": "2026-11-22T09:00:00Z",
            "createdBy": "s", "lifeDays": 10, "expiresAt": "2026-12-02T09:00:00Z",
            "generation": generation, "currentFrom": generation, "keyVersion": 1,
            "lastSentAt": "2026-11-22T09:00:00Z", "attempts": { "counted": 0 },
        }))
        .unwrap()
    }
}
