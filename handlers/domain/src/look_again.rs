//! Who takes an early pointer back.
//!
//! A pointer is written before its fact (invariant 2), and the fact may never come: a decision is
//! lost, a process is killed. So before the pointers a row goes into tomorrow's ledger that names
//! them. By that night nobody is alive who could still write the fact, and the record decides.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::inbox_row::{InboxKind, InboxRow};
use crate::ports::documents::Container;
use crate::record::item::Item;
use crate::record::patient::{Keeping, Patient};
use crate::record::request::CaptureRequest;
use crate::register::patient_row::PatientRow;

/// How the `document` of such a row begins. No document of a record has an id like it.
pub const AGAIN: &str = "again-";

/// A row of a ledger bucket beside [`crate::ledger_row::LedgerRow`], with an id of the same form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LookAgain {
    /// Whose record decides.
    pub patient: String,
    /// `again-…`: one name for one cause, so that telling twice makes one row.
    pub document: String,
    /// The day that was written down.
    pub due: Date,
    /// What to look at.
    pub pointers: Vec<Pointer>,
}

impl LookAgain {
    /// `{patient}.again-…`.
    pub fn id(&self) -> String {
        format!("{}.{}", self.patient, self.document)
    }
}

/// One early pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// What kind of place it stands in.
    pub place: Place,
    /// Partition there; of copies, the patient.
    pub partition: String,
    /// Document there; of copies, the upload.
    pub id: String,
}

/// Where a pointer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A key of a press, in the record.
    Patients,
    /// A search row, a number's reservation, or the key of a press.
    Register,
    /// A link, a session or a text.
    Links,
    /// What a team or nobody has looked at.
    Inbox,
    /// A row of another bucket.
    Ledger,
    /// Clean copies of one upload, in the blobs `records`.
    Copies,
}

impl Place {
    /// The container, where it is one of documents.
    pub fn container(self) -> Option<Container> {
        match self {
            Self::Patients => Some(Container::Patients),
            Self::Register => Some(Container::Register),
            Self::Links => Some(Container::Links),
            Self::Inbox => Some(Container::Inbox),
            Self::Ledger => Some(Container::Ledger),
            Self::Copies => None,
        }
    }
}

impl Pointer {
    /// A pointer in `place`.
    pub fn new(place: Place, partition: impl Into<String>, id: impl Into<String>) -> Self {
        Self { place, partition: partition.into(), id: id.into() }
    }

    /// A row of `links`, where the id is the partition.
    pub fn link(id: &str) -> Self {
        Self::new(Place::Links, id, id)
    }
}

/// What looking again found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The fact is there, or the pointer is gone.
    Right,
    /// No fact: the pointer goes.
    LeadsNowhere,
    /// It cannot be told yet: the next night asks again.
    TooEarly,
}

/// A reservation of a number that is not the one its record says. `reserved_at` is the start of the
/// invocation that wrote it, and none lives longer than `longest`.
pub fn reservation(
    is_owned: bool,
    reserved_at: Timestamp,
    longest: SignedDuration,
    now: Timestamp,
) -> Found {
    if is_owned {
        Found::Right
    } else if now.duration_since(reserved_at) < longest {
        Found::TooEarly
    } else {
        Found::LeadsNowhere
    }
}

/// The search row that this record asks for; `None` where it asks for none.
pub fn search_row(patient: Option<&Patient>) -> Option<PatientRow> {
    patient.filter(|patient| patient.keeping == Keeping::Kept).map(PatientRow::of)
}

/// A session: it leads somewhere while its request names it, and not beyond its end.
pub fn session(
    row: &str,
    expires_at: Timestamp,
    capture: Option<&CaptureRequest>,
    now: Timestamp,
) -> Found {
    let is_named = capture.is_some_and(|capture| capture.session.as_deref() == Some(row));
    if is_named && now < expires_at { Found::TooEarly } else { Found::LeadsNowhere }
}

/// What the record says about a row of an inbox.
#[derive(Debug, Clone, Copy)]
pub struct TaskFacts<'a> {
    /// The request that the row names, if it is there.
    pub capture: Option<&'a CaptureRequest>,
    /// The item that it names, if it is there.
    pub item: Option<&'a Item>,
    /// An upload that it names, or one of its request, was refused.
    pub was_refused: bool,
    /// A picture of the request that the row names is not seen yet, or on its way.
    pub waits: bool,
    /// The team was told of a pause of this request.
    pub was_paused: bool,
}

/// Whether what the row `id` says came true. A task stays when it did: people end tasks, and a
/// picture's row ends with its first view.
pub fn task(id: &str, row: &InboxRow, facts: &TaskFacts<'_>) -> Found {
    use crate::capture_request::RequestState::{Declined, Withdrawn};
    if row.request.is_some() && facts.capture.is_none() {
        return Found::LeadsNowhere;
    }
    let state = facts.capture.map(|capture| capture.state);
    let came_true = match row.kind {
        InboxKind::Item => facts.item.is_some_and(|item| {
            item.inbox_row == id && item.first_viewed_at.is_none() && item.keeping == Keeping::Kept
        }),
        InboxKind::Words => {
            facts.waits && facts.capture.is_some_and(|capture| capture.patient_note.is_some())
        }
        InboxKind::Refused => facts.was_refused,
        InboxKind::Declined | InboxKind::ConsentRefused => state == Some(Declined),
        InboxKind::Withdrawn => state == Some(Withdrawn),
        InboxKind::Paused => facts.was_paused,
        InboxKind::TextFailed | InboxKind::Poisoned | InboxKind::HandBack => true,
    };
    if came_true { Found::Right } else { Found::LeadsNowhere }
}

/// A row of the ledger about a document that is there. `own_day` is the day that the document says
/// of itself, and `has_own_row` whether the ledger leads to it from there: only then is a row under
/// another day one too many.
pub fn ledger_row(day: Date, own_day: Date, has_own_row: bool) -> Found {
    if day != own_day && has_own_row { Found::LeadsNowhere } else { Found::Right }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_795_348_800, 0);
    const FIVE: SignedDuration = SignedDuration::from_mins(5);

    #[test]
    fn a_reservation_is_free_when_its_record_does_not_own_it_and_its_maker_is_dead() {
        let later = NOON + FIVE;
        assert_eq!(reservation(true, NOON, FIVE, later), Found::Right);
        assert_eq!(reservation(false, NOON, FIVE, NOON), Found::TooEarly);
        assert_eq!(reservation(false, NOON, FIVE, later), Found::LeadsNowhere);
    }

    #[test]
    fn a_session_that_no_request_names_leads_nowhere() {
        assert_eq!(session("row", NOON + FIVE, None, NOON), Found::LeadsNowhere);
    }

    #[test]
    fn a_ledger_row_is_one_too_many_only_beside_the_right_one() {
        let (wrong, own) = (date(2034, 1, 2), date(2034, 1, 1));
        assert_eq!(ledger_row(own, own, true), Found::Right);
        assert_eq!(ledger_row(wrong, own, false), Found::Right);
        assert_eq!(ledger_row(wrong, own, true), Found::LeadsNowhere);
    }

    #[test]
    fn a_task_whose_request_never_came_leads_nowhere() {
        let row = InboxRow {
            kind: InboxKind::Poisoned,
            at: NOON,
            controller: "riverside".into(),
            patient: Some("p".into()),
            request: Some("r".into()),
            item: None,
            detail: None,
        };
        let facts = TaskFacts {
            capture: None,
            item: None,
            was_refused: false,
            waits: false,
            was_paused: false,
        };
        assert_eq!(task("id", &row, &facts), Found::LeadsNowhere);
        let about_nobody = InboxRow { request: None, ..row };
        assert_eq!(task("id", &about_nobody, &facts), Found::Right);
    }

    #[test]
    fn a_row_names_its_patient_first() {
        let row = LookAgain {
            patient: "p".into(),
            document: format!("{AGAIN}added"),
            due: date(2026, 11, 23),
            pointers: vec![Pointer::link("l")],
        };
        assert_eq!(row.id(), "p.again-added");
    }
}
