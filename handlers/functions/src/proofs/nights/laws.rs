//! What must be true once the nights ran.

use std::collections::BTreeSet;

use domain::event_chain::{Event, Head, verify};
use domain::ledger_bucket::Bucket;
use domain::ledger_row::RECORDS_WALK;
use domain::ports::blobs::BlobContainer;
use domain::ports::documents::Container;
use domain::record::patient::Patient;
use domain::record::{EVENT, HEAD, ITEM, NOTE, PATIENT, TOMBSTONE, document_id};
use domain::register;
use domain::retention::{RecordClass, due};
use domain::seen_day::SeenDay;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::world::World;

/// Every law that is broken on that day, in words.
pub fn broken(world: &World, patients: &[String], today: Date) -> Vec<String> {
    let mut found = world.witness.wrongs.clone();
    // Those who were there from the start, and those who came since.
    let came = world.all(Container::Patients).map(|(patient, ..)| patient.to_owned());
    let came = came.filter(|partition| SeenDay::parse(partition).is_none());
    let all: BTreeSet<String> = patients.iter().cloned().chain(came).collect();
    for patient in &all {
        let laws = Laws { world, patient, today };
        found.extend(match laws.read::<Patient>(PATIENT) {
            None => laws.of_the_erased(),
            Some(details) => laws.of_the_living(&details),
        });
    }
    if !world.messages.is_empty() {
        found.push(format!("{} messages are left", world.messages.len()));
    }
    found.extend(world.names(BlobContainer::Incoming, "").iter().map(|n| format!("left: {n}")));
    found
}

/// What is still there when everything should have gone.
pub fn remains(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for (partition, id, _) in world.all(Container::Patients) {
        if !id.starts_with(TOMBSTONE) {
            found.push(format!("{partition}/{id}"));
        }
    }
    found.extend(world.all(Container::Links).map(|(_, id, body)| format!("{id}: {body}")));
    found.extend(
        world
            .all(Container::Register)
            .filter(|(_, id, _)| {
                [register::PATIENT, register::NUMBER, register::DECLINED, register::KEY]
                    .iter()
                    .any(|kind| id.starts_with(kind))
            })
            .map(|(_, id, body)| format!("{id}: {body}")),
    );
    // A row about nobody waits until somebody has read it.
    let about_somebody = |row: &(&str, &str, &Value)| row.2.get("patient").is_some();
    let rows = world.all(Container::Inbox).filter(about_somebody);
    found.extend(rows.map(|(_, id, body)| format!("{id}: {body}")));
    for (bucket, id, body) in world.all(Container::Ledger) {
        if id == RECORDS_WALK {
            continue;
        }
        if id != bucket || body["days"] != Value::Array(Vec::new()) {
            found.push(format!("ledger {bucket}/{id}: {body}"));
        }
    }
    found.extend(world.blobs.keys().map(|(container, name)| format!("{container}/{name}")));
    found.extend(world.texts.iter().map(|text| format!("text {text}")));
    found
}

struct Laws<'a> {
    world: &'a World,
    patient: &'a str,
    today: Date,
}

impl Laws<'_> {
    fn ids(&self) -> impl Iterator<Item = &str> {
        let partition = self.world.partition(Container::Patients, self.patient);
        partition.into_iter().flat_map(|documents| documents.keys().map(String::as_str))
    }

    fn body(&self, id: &str) -> Option<Value> {
        self.world.get(Container::Patients, self.patient, id).map(|found| found.body)
    }

    fn read<T: DeserializeOwned>(&self, id: &str) -> Option<T> {
        self.body(id).map(|body| serde_json::from_value(body).unwrap())
    }

    fn items_ever(&self) -> impl Iterator<Item = &str> {
        let items = self.world.witness.items.iter();
        items.filter(|(patient, _)| patient == self.patient).map(|(_, item)| item.as_str())
    }

    fn blobs(&self, prefix: &str) -> usize {
        self.world.blobs.keys().filter(|(_, name)| name.starts_with(prefix)).count()
    }

    /// Pointers from outside that name this patient.
    fn pointers(&self) -> Vec<String> {
        let containers = [Container::Links, Container::Inbox, Container::Register];
        let all = containers.into_iter().flat_map(|container| self.world.all(container));
        let ours = all.filter(|(_, _, body)| body["patient"] == self.patient);
        ours.map(|(partition, id, body)| format!("{partition}/{id}: {body}")).collect()
    }

    fn of_the_erased(&self) -> Vec<String> {
        let (patient, mut found) = (self.patient, Vec::new());
        if self.world.witness.holds_on(patient).next().is_some() {
            found.push(format!("{patient} is held and gone"));
        }
        let left = self.ids().filter(|id| !id.starts_with(TOMBSTONE));
        found.extend(left.map(|id| format!("{patient} is gone, and `{id}` is left")));
        found
            .extend(self.pointers().into_iter().map(|row| format!("{patient} is gone, not {row}")));
        if self.blobs(&format!("{patient}/")) > 0 {
            found.push(format!("{patient} is gone, and bytes are left"));
        }
        match self.body(&document_id(TOMBSTONE, PATIENT)) {
            None => found.push(format!("{patient} is gone without a tombstone")),
            Some(stone) => {
                if stone["chain"].as_str() != self.world.witness.heads.get(patient).map(|h| &**h) {
                    found.push(format!("the tombstone of {patient} ends another chain: {stone}"));
                }
            }
        }
        found.extend(self.items_ever().filter_map(|item| self.stone_is_missing(item)));
        found
    }

    fn stone_is_missing(&self, item: &str) -> Option<String> {
        let stone = self.body(&document_id(TOMBSTONE, item));
        let is_whole = stone.is_some_and(|stone| stone["blobs"] == 2);
        (!is_whole).then(|| format!("{item} is gone without a tombstone for its two blobs"))
    }

    fn of_the_living(&self, details: &Patient) -> Vec<String> {
        let (patient, mut found) = (self.patient, Vec::new());
        let keeps = self.world.witness.holds_on(patient).flat_map(|standing| &standing.keeps);
        let lost = keeps.filter(|id| self.body(id).is_none());
        found.extend(lost.map(|id| format!("`{id}` of {patient} is held and gone")));
        // The demo controllers have no period of their own; everybody here is grown up.
        let visual = RecordClass::VisualRecord;
        let due = due(visual, details.last_seen, None, None, details.erasure_approved).unwrap();
        let is_due = due <= self.today;
        for id in
            self.ids().filter(|id| *id == PATIENT || id.starts_with(ITEM) || id.starts_with(NOTE))
        {
            let body = self.body(id).unwrap();
            if is_due && !self.is_held(id, &body) {
                found.push(format!("`{id}` of {patient} is not held, and was due on {due}"));
            }
            if body.get("keeping").is_some_and(|keeping| keeping != "kept") {
                found.push(format!("`{id}` of {patient} is fenced for good"));
            }
            if !self.is_in_the_ledger(id) {
                found.push(format!("no open day of the ledger leads to `{id}` of {patient}"));
            }
        }
        for item in self.items_ever() {
            let blobs = self.blobs(&format!("{patient}/{item}/"));
            match self.body(&document_id(ITEM, item)) {
                Some(_) if blobs != 2 => found.push(format!("{item} has {blobs} blobs")),
                Some(_) => {}
                None if blobs > 0 => found.push(format!("{item} is gone, and bytes are left")),
                None => found.extend(self.stone_is_missing(item)),
            }
        }
        let strays = self.world.names(BlobContainer::Records, &format!("{patient}/"));
        let is_known = |name: &String| {
            let item = name.split('/').nth(1).unwrap_or_default();
            self.body(&document_id(ITEM, item)).is_some()
        };
        found.extend(strays.iter().filter(|n| !is_known(n)).map(|n| format!("nobody's: {n}")));
        found.extend(self.chain_is_broken());
        found
    }

    fn is_held(&self, id: &str, body: &Value) -> bool {
        let item = id.strip_prefix(ITEM).or(body["item"].as_str());
        let covers = |held: Option<&str>| id == PATIENT || held.is_none() || held == item;
        self.world.witness.holds_on(self.patient).any(|hold| covers(hold.item.as_deref()))
    }

    fn is_in_the_ledger(&self, id: &str) -> bool {
        let row =
            if id == PATIENT { self.patient.to_owned() } else { format!("{}.{id}", self.patient) };
        let open = self.world.get(Container::Ledger, "open-days", "open-days");
        let open = open.map(|open| open.body["days"].to_string()).unwrap_or_default();
        let rows = self.world.all(Container::Ledger).filter(|(_, other, _)| *other == row);
        let mut buckets = rows.filter_map(|(bucket, ..)| Bucket::parse(bucket).ok());
        buckets.any(|bucket| open.contains(&bucket.day.to_string()))
    }

    fn chain_is_broken(&self) -> Option<String> {
        let ids = self.ids().filter(|id| id.starts_with(EVENT));
        let events: Vec<Event> = ids.map(|id| self.read(id).unwrap()).collect();
        let head = self.read::<Head>(HEAD);
        let verified = verify(&events);
        let is_whole = head.is_some() && verified.as_ref().ok() == head.as_ref();
        (!is_whole).then(|| format!("the chain of {}: {verified:?}, head {head:?}", self.patient))
    }
}
