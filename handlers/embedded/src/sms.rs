//! Texts: a folder in which every text "arrives" as `{reference}.json`, one file a reference.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::is_id;
use domain::ports::clock::Clock;
use domain::ports::random::Random;
use domain::ports::sms::{OutgoingText, Sms, SmsError, TextAccepted};
use domain::text_message::text_message;
use jiff::Timestamp;
use serde::Serialize;

use crate::SystemRandom;
use crate::blocking::blocking;
use crate::store::Embedded;
use crate::unfinished_file::{UnfinishedFile, remove, sweep_unfinished, sync_folder};

/// The folder. A store has one; on emulators of Azure it stands alone, so that texts can be read.
#[derive(Clone)]
pub struct Outbox {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// A text as it arrived.
#[derive(Serialize)]
struct Arrived<'a> {
    reference: &'a str,
    to: &'a str,
    text: String,
    at: Timestamp,
}

impl Outbox {
    /// Opens the folder, made if it is not there, for its owner alone.
    pub fn open(folder: PathBuf, clock: Arc<dyn Clock>) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        sweep_unfinished(&folder)?;
        Ok(Self::new(folder, clock, Arc::new(SystemRandom)))
    }

    pub(crate) fn new(folder: PathBuf, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { folder, clock, random }
    }

    fn path(&self, reference: &str) -> Result<PathBuf, SmsError> {
        if !is_id(reference) {
            return Err(SmsError::Permanent("a reference that no file can have".into()));
        }
        Ok(self.folder.join(format!("{reference}.json")))
    }
}

fn temporary(error: io::Error) -> SmsError {
    SmsError::Temporary(error.into())
}

#[async_trait]
impl Sms for Embedded {
    async fn send(&self, text: &OutgoingText) -> Result<TextAccepted, SmsError> {
        self.outbox().send(text).await
    }

    async fn forget(&self, reference: &str) -> Result<(), SmsError> {
        self.outbox().forget(reference).await
    }
}

#[async_trait]
impl Sms for Outbox {
    async fn send(&self, text: &OutgoingText) -> Result<TextAccepted, SmsError> {
        let outbox = self.clone();
        let path = outbox.path(&text.reference)?;
        let arrived = serde_json::to_vec_pretty(&Arrived {
            reference: &text.reference,
            to: text.mobile.e164(),
            text: text_message(text.first_name.as_ref(), &text.link),
            at: outbox.clock.now(),
        })
        .map_err(|error| SmsError::Permanent(error.into()))?;
        blocking(move || {
            let mut file = UnfinishedFile::create_in(&outbox.folder, &*outbox.random)?;
            file.write_all(&arrived)?;
            file.rename_to(&path).map(|_| ())
        })
        .await
        .map_err(temporary)?;
        Ok(TextAccepted::Sending)
    }

    async fn forget(&self, reference: &str) -> Result<(), SmsError> {
        let outbox = self.clone();
        let path = outbox.path(reference)?;
        blocking(move || {
            remove(&path)?;
            sync_folder(&outbox.folder)
        })
        .await
        .map_err(temporary)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use domain::deployment::Deployment;
    use domain::mobile::Mobile;
    use domain::person_name::PersonName;
    use serde_json::Value;

    use super::*;
    use crate::store::testing::{is_private, opened_at};

    fn text(reference: &str) -> OutgoingText {
        OutgoingText {
            reference: reference.to_owned(),
            first_name: PersonName::parse("Asha").ok(),
            mobile: Mobile::parse("07700 900123", Deployment::Trial).unwrap(),
            link: "http://127.0.0.1:7071/r#AAAAA-BBBBB".to_owned(),
        }
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[tokio::test]
    async fn a_text_arrives_once_however_often_it_is_sent() {
        let (folder, store, _clock) = opened_at("2026-11-22T09:00:00Z");
        for _ in 0..3 {
            store.send(&text("t-1")).await.unwrap();
        }
        let outbox = folder.path().join("outbox");
        assert_eq!(files(&outbox), 1);
        let path = outbox.join("t-1.json");
        let arrived: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(arrived["reference"], "t-1");
        assert_eq!(arrived["to"], "+447700900123");
        assert_eq!(arrived["at"], "2026-11-22T09:00:00Z");
        let words = arrived["text"].as_str().unwrap();
        assert!(words.contains("Asha") && words.contains("/r#AAAAA-BBBBB"), "{words}");
        assert!(is_private(&path).unwrap());
    }

    #[tokio::test]
    async fn a_forgotten_text_is_gone_and_forgetting_again_is_fine() {
        let (folder, store, _clock) = opened_at("2026-11-22T09:00:00Z");
        store.send(&text("t-1")).await.unwrap();
        store.forget("t-1").await.unwrap();
        store.forget("t-1").await.unwrap();
        assert_eq!(files(&folder.path().join("outbox")), 0);
    }

    #[tokio::test]
    async fn a_reference_cannot_leave_the_folder() {
        let (_folder, store, _clock) = opened_at("2026-11-22T09:00:00Z");
        for reference in ["", "../keys", "a/b", ".hidden"] {
            let outcome = store.send(&text(reference)).await;
            assert!(matches!(outcome, Err(SmsError::Permanent(_))), "{outcome:?}");
            assert!(store.forget(reference).await.is_err());
        }
    }
}
