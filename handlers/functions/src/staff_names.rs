//! Names of the staff of one controller, found by the subject that a document keeps.

use std::collections::BTreeMap;

use custom_handler::Failure;
use domain::ports::documents::{Container, Stored};
use domain::register::STAFF_DIRECTORY;
use domain::register::staff::{Staff, staff_id};

use crate::app::{App, stored};

/// Reads each person once: a page shows the same few many times.
pub struct StaffNames<'a> {
    app: &'a App,
    controller: &'a str,
    known: BTreeMap<String, Option<String>>,
}

impl<'a> StaffNames<'a> {
    /// Nobody of another controller is named.
    pub fn of(app: &'a App, controller: &'a str) -> Self {
        Self { app, controller, known: BTreeMap::new() }
    }

    /// `None` for whom the register does not have, or no longer.
    pub async fn name(&mut self, subject: &str) -> Result<Option<String>, Failure> {
        if let Some(known) = self.known.get(subject) {
            return Ok(known.clone());
        }
        let id = staff_id(&self.app.settings.staff_issuer, subject);
        let documents = &self.app.documents;
        let found = stored(documents.get(Container::Register, STAFF_DIRECTORY, id.as_str()).await)?;
        let staff: Option<Staff> = stored(found.as_ref().map(Stored::read).transpose())?;
        let name = staff.filter(|staff| staff.controller == self.controller).map(|own| own.name);
        self.known.insert(subject.to_owned(), name.clone());
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ASHA, DEV, TestApp};

    #[tokio::test]
    async fn only_the_controller_s_own_staff_have_a_name() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let mut names = StaffNames::of(&test.app, "riverside");
        for _ in 0..2 {
            assert_eq!(names.name(ASHA).await.unwrap().as_deref(), Some("Asha Rowan"));
            assert_eq!(names.name(DEV).await.unwrap(), None);
            assert_eq!(names.name("nobody").await.unwrap(), None);
        }
    }
}
