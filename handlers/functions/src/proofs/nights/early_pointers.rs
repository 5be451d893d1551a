//! Laws of pointers: every row of every container leads to something, and the register says what the
//! records say. A row that was written early may be wrong until the next night, not longer.

use domain::capture_request::RequestState;
use domain::inbox_row::{InboxKind, InboxRow};
use domain::ledger_bucket::Bucket;
use domain::ledger_row::LedgerRow;
use domain::link_row::LinkRow;
use domain::look_again::AGAIN;
use domain::ports::documents::Container;
use domain::ports::keys::SecretKey;
use domain::press::Press;
use domain::record::item::Item;
use domain::record::patient::Patient;
use domain::record::request::CaptureRequest;
use domain::record::{ITEM, PATIENT, REQUEST, document_id};
use domain::register;
use domain::register::number::{Reservation, number_id};
use domain::register::patient_row::PatientRow;
use domain::seen_day::SeenDay;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::world::World;
use crate::ledger::day;

/// Nothing that was written early is older than this: a day, and the night that looks.
const A_DAY: SignedDuration = SignedDuration::from_hours(48);

/// Every law that is broken now, in words.
pub fn broken(world: &World, key: &SecretKey, now: Timestamp) -> Vec<String> {
    let laws = Laws { world, key, now };
    let mut found = Vec::new();
    for container in Container::ALL {
        for (partition, id, body) in world.all(container) {
            let leads = match container {
                Container::Patients => true,
                Container::Register => laws.register(id, body),
                Container::Links => laws.links(id, body),
                Container::Inbox => laws.inbox(id, body),
                Container::Ledger => laws.ledger(partition, id, body),
            };
            if !leads {
                let name = container.name();
                found.push(format!("{name}/{partition}/{id} leads to nothing: {body}"));
            }
        }
    }
    found.extend(world.all(Container::Patients).filter_map(|(patient, id, body)| {
        (id == PATIENT).then(|| laws.is_registered(patient, &of(body)))?
    }));
    found
}

fn of<T: DeserializeOwned>(body: &Value) -> T {
    T::deserialize(body).unwrap()
}

struct Laws<'a> {
    world: &'a World,
    key: &'a SecretKey,
    now: Timestamp,
}

impl Laws<'_> {
    fn read<T: DeserializeOwned>(&self, patient: &str, id: &str) -> Option<T> {
        self.world.get(Container::Patients, patient, id).map(|found| of(&found.body))
    }

    fn request(&self, patient: &str, request: &str) -> Option<CaptureRequest> {
        self.read(patient, &document_id(REQUEST, request))
    }

    /// What the register lacks of a record that is there.
    fn is_registered(&self, patient: &str, record: &Patient) -> Option<String> {
        let row = |id: &str| self.world.get(Container::Register, &record.controller, id);
        let search_row = row(&format!("{}{patient}", register::PATIENT));
        if search_row.is_none_or(|row| of::<PatientRow>(&row.body) != PatientRow::of(record)) {
            return Some(format!("the search row of {patient} is not what the record says"));
        }
        let number = record.details.nhs_number.as_ref()?;
        let leads = row(&number_id(self.key, number))
            .is_some_and(|row| of::<Reservation>(&row.body).patient == patient);
        (!leads).then(|| format!("the number of {patient} does not lead to them"))
    }

    fn register(&self, id: &str, body: &Value) -> bool {
        if id.starts_with(register::PATIENT) {
            let row: PatientRow = of(body);
            return self.read::<Patient>(&row.patient, PATIENT).is_some();
        }
        if id.starts_with(register::NUMBER) {
            let row: Reservation = of(body);
            let number = self.read::<Patient>(&row.patient, PATIENT);
            let number = number.and_then(|patient| patient.details.nhs_number);
            return number.is_some_and(|number| number_id(self.key, &number) == id);
        }
        let is_key = id.starts_with(register::KEY);
        !is_key || self.now.duration_since(of::<Press>(body).pressed_at) < A_DAY
    }

    fn links(&self, id: &str, body: &Value) -> bool {
        let row: LinkRow = of(body);
        let (LinkRow::Link { patient, request, .. }
        | LinkRow::Opener { patient, request, .. }
        | LinkRow::Session { patient, request, .. }
        | LinkRow::Text { patient, request }) = &row;
        let Some(request) = self.request(patient, request) else { return false };
        match row {
            LinkRow::Session { expires_at, .. } => {
                request.session.as_deref() == Some(id)
                    && self.now.duration_since(expires_at) < A_DAY
            }
            _ => true,
        }
    }

    fn inbox(&self, id: &str, body: &Value) -> bool {
        // Other documents of an inbox are about nobody.
        let Ok(row) = InboxRow::deserialize(body) else { return true };
        let Some(patient) = &row.patient else { return true };
        if self.read::<Patient>(patient, PATIENT).is_none() {
            return false;
        }
        let Some(request) = &row.request else { return true };
        let Some(request) = self.request(patient, request) else { return false };
        match row.kind {
            InboxKind::Item => {
                let item = document_id(ITEM, row.item.as_deref().unwrap_or_default());
                let item = self.read::<Item>(patient, &item);
                item.is_some_and(|item| item.first_viewed_at.is_none() && item.inbox_row == id)
            }
            InboxKind::Declined => request.state == RequestState::Declined,
            _ => true,
        }
    }

    fn ledger(&self, bucket: &str, id: &str, body: &Value) -> bool {
        if bucket == id {
            return true;
        }
        let row: LedgerRow = of(body);
        // A day of looks is erased whole, on its own night.
        if SeenDay::parse(&row.patient).is_some() {
            return true;
        }
        let is_again = row.document.as_ref().is_some_and(|name| name.starts_with(AGAIN));
        if is_again {
            let bucket = Bucket::parse(bucket).unwrap();
            return day(self.now).duration_since(bucket.day) < A_DAY;
        }
        let document = row.document.as_deref().unwrap_or(PATIENT);
        self.world.get(Container::Patients, &row.patient, document).is_some()
    }
}
