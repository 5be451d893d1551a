//! One session that collects upload addresses: grant, take out, grant …

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::Aim;
use super::greedy::{Session, tell};
use crate::walk::Call;

const PAUSE: Duration = Duration::from_millis(20);

pub fn collect(aim: &Aim, mut session: Session) {
    while !aim.is_over() {
        let granted = session.grant(1_000, &aim.hash());
        let upload = granted.as_ref().ok().and_then(|answer| answer.text("/upload").ok());
        tell(aim, "addresses: grant", granted);
        if let Some(upload) = upload {
            let path = format!("/api/capture/uploads/{upload}");
            let call = Call::delete("remove-upload", &path, &json!({}));
            let removed = session.patient.ask(call);
            tell(aim, "addresses: take out", removed);
        }
        thread::sleep(PAUSE);
    }
}
