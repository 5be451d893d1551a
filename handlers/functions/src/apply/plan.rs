//! What applying a document would write, found by comparing it with the register.

use std::collections::BTreeMap;

use domain::ports::documents::{
    Change, Container, Documents, Query, ReadDocuments, Stored, list_all,
};
use domain::ports::error::StoreError;
use domain::register::controller::Controller;
use domain::register::directory_entry::DirectoryEntry;
use domain::register::staff::{Staff, staff_id};
use domain::register::{CONTROLLER, CONTROLLER_DIRECTORY, STAFF_DIRECTORY};
use jiff::Timestamp;
use serde_json::Value;

use super::difference::{Difference, named, rights};
use super::hand_over::{HandOver, Has};

/// Nothing of it is written yet.
#[derive(Debug, Default)]
pub struct Plan {
    writes: Vec<(String, Change)>,
    differences: Vec<Difference>,
    hand_overs: Vec<HandOver>,
}

impl Plan {
    /// A controller that is not named is left alone; a member of its staff who is no longer named
    /// keeps a name, which stands beside what they did, and may do nothing.
    pub(super) async fn compare(
        documents: &dyn ReadDocuments,
        controllers: Vec<Controller>,
        staff: Vec<Staff>,
    ) -> Result<Self, StoreError> {
        let mut plan = Self::default();
        for controller in &controllers {
            plan.controller(documents, controller).await?;
        }
        let rows =
            list_all(documents, Container::Register, STAFF_DIRECTORY, Query::prefix("")).await?;
        let mut rows: BTreeMap<String, Stored> =
            rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        for member in staff {
            let id = staff_id(&member.issuer, &member.subject).to_string();
            plan.member(rows.remove(&id).as_ref(), &id, &member)?;
        }
        let named = |staff: &Staff| controllers.iter().any(|c| c.controller == staff.controller);
        for row in rows.values() {
            let member: Staff = row.read()?;
            if named(&member) && !member.has_left() {
                plan.leaves(row, member)?;
            }
        }
        Ok(plan)
    }

    /// The same with what leaving teams hand over.
    pub(super) fn with(mut self, hand_overs: Vec<(HandOver, Has)>) -> Self {
        for (hand_over, has) in hand_overs {
            let HandOver { controller, from, to, .. } = &hand_over;
            let words = format!("team {from} hands {has} over to {to}");
            self.differences.push(Difference::turns(&format!("controller {controller}"), &words));
            self.hand_overs.push(hand_over);
        }
        self
    }

    /// Each place that differs; none where the register says so already.
    pub fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter()
    }

    /// Writes it. Every write has the etag that was compared: who applies another document
    /// meanwhile makes this one fail, not disappear.
    ///
    /// What a leaving team has is moved before the team goes, so that who applies the same document
    /// after a kill goes on with it; and once more after, for what came between.
    pub(super) async fn carry_out(
        &self,
        documents: &dyn Documents,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for hand_over in &self.hand_overs {
            hand_over.carry_out(documents, now).await?;
        }
        for (partition, change) in &self.writes {
            documents.commit(Container::Register, partition, vec![change.clone()]).await?;
        }
        for hand_over in &self.hand_overs {
            hand_over.carry_out(documents, now).await?;
        }
        Ok(())
    }

    async fn controller(
        &mut self,
        documents: &dyn ReadDocuments,
        controller: &Controller,
    ) -> Result<(), StoreError> {
        let id = &controller.controller;
        let who = format!("controller {id}");
        let before = documents.get(Container::Register, id, CONTROLLER).await?;
        let after = serde_json::to_value(controller).map_err(StoreError::broken)?;
        match before.as_ref() {
            None => self.differences.push(Difference::comes(&who, &controller.name)),
            Some(before) => {
                self.differences.extend(Difference::between(&who, &before.body, &after));
            }
        }
        self.write(id, CONTROLLER, before.as_ref(), after);
        let entry = DirectoryEntry {
            controller: id.clone(),
            name: controller.name.clone(),
            phone: controller.phone.clone(),
            demo: controller.demo,
        };
        // Says nothing that the controller's document does not, so it has no line of its own.
        let before = documents.get(Container::Register, CONTROLLER_DIRECTORY, id).await?;
        let after = serde_json::to_value(&entry).map_err(StoreError::broken)?;
        self.write(CONTROLLER_DIRECTORY, id, before.as_ref(), after);
        Ok(())
    }

    fn member(&mut self, row: Option<&Stored>, id: &str, member: &Staff) -> Result<(), StoreError> {
        let who = named(member);
        let after = serde_json::to_value(member).map_err(StoreError::broken)?;
        let before: Option<Staff> = row.map(Stored::read).transpose()?;
        match (&before, row) {
            (None, _) => {
                let words = format!("{}; {}", member.name, rights(member));
                self.differences.push(Difference::comes(&who, &words));
            }
            (Some(before), _) if before.has_left() => {
                let words = format!("is back; {}", rights(member));
                self.differences.push(Difference::turns(&who, &words));
            }
            (Some(_), Some(row)) => {
                self.differences.extend(Difference::between(&who, &row.body, &after));
            }
            (Some(_), None) => {}
        }
        self.write(STAFF_DIRECTORY, id, row, after);
        Ok(())
    }

    fn leaves(&mut self, row: &Stored, member: Staff) -> Result<(), StoreError> {
        self.differences.push(Difference::goes(&named(&member)));
        let after = serde_json::to_value(member.leave()).map_err(StoreError::broken)?;
        self.write(STAFF_DIRECTORY, &row.id, Some(row), after);
        Ok(())
    }

    fn write(&mut self, partition: &str, id: &str, before: Option<&Stored>, after: Value) {
        let id = id.to_owned();
        let change = match before {
            Some(before) if before.body == after => return,
            Some(before) => Change::Replace { id, etag: before.etag.clone(), body: after },
            None => Change::Create { id, body: after },
        };
        self.writes.push((partition.to_owned(), change));
    }
}
