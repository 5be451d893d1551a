//! Every point, on the embedded store: a folder of its own for each run.

use embedded::{Embedded, EmbeddedOptions};

use super::Theatre;
use super::seed::Seed;
use super::stage::Stage;
use crate::stores::embedded_app;
use crate::testing::SetClock;

super::every_point_is_tried!(open);

struct Folders;

async fn open() -> Folders {
    Folders
}

impl Theatre for Folders {
    async fn stage<'a>(&self, seed: &'a Seed) -> Stage<'a> {
        let folder = tempfile::tempdir().unwrap();
        let clock = SetClock::at(seed.now);
        let store = Embedded::open(EmbeddedOptions {
            dir: folder.path().join("data"),
            outbox_dir: folder.path().join("outbox"),
            storage_origin: seed.app.settings.storage_origin.clone(),
            clock: clock.clone(),
        })
        .unwrap();
        let mut app = embedded_app((*seed.app.settings).clone(), &store);
        (app.keys, app.tokens) = (seed.app.keys.clone(), seed.app.tokens.clone());
        Stage::over(app, clock, seed, Box::new(folder)).await
    }
}
