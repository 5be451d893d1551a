//! Patients with a true session who send more than they said, other than they said, and never the
//! end of it.

use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Aim;
use crate::camera_photo;
use crate::walk::{self, Answer, Call, PatientClient, StaffClient, StepFailed, sha256_hex};

/// Most photos that a request can ask for.
const PHOTOS: u32 = 10;
const SESSIONS: usize = 3;
/// Said, and sent instead.
const SAID: usize = 1_000;
const SENT: usize = 4 << 20;
/// Of a block that is staged and never committed.
const BLOCK: usize = 1 << 20;
/// Blocks and whole bodies of one round: what they could take of the disk stays bounded.
const MOST_BLOCKS: u32 = 100;
const MOST_BODIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// What attackers have from the start: sessions of their own, and the address of one picture.
pub struct Spoils {
    pub sessions: Vec<Session>,
    view: String,
}

/// One patient's session.
pub struct Session {
    pub patient: PatientClient,
}

impl Spoils {
    pub fn gather(url: &str) -> Result<Self, StepFailed> {
        let (walked, _) = walk::walk(url, &camera_photo::make_from(1))?;
        let staff = StaffClient::sign_in(url)?;
        let view = staff.view_url(&walked.patient, &walked.item)?;
        let sessions = (0..SESSIONS).map(|_| Session::of_somebody(url, &staff));
        Ok(Self { sessions: sessions.collect::<Result<_, _>>()?, view })
    }

    /// Path and signature of the picture's address.
    pub fn path_of_view(&self) -> Option<&str> {
        let (_, rest) = self.view.split_once("://")?;
        rest.get(rest.find('/')?..)
    }
}

impl Session {
    fn of_somebody(url: &str, staff: &StaffClient) -> Result<Self, StepFailed> {
        let (patient, person) = staff.add_patient()?;
        staff.request_capture(&patient, PHOTOS)?;
        let code = staff.await_link(&person)?;
        let mut patient = PatientClient::open_link(url, &code)?;
        patient.verify_identity(&code, &person)?;
        patient.consent()?;
        Ok(Self { patient })
    }

    pub fn grant(&mut self, bytes: usize, sha256: &str) -> Result<Answer, StepFailed> {
        let wish = json!({
            "contentType": "image/jpeg", "bytes": bytes, "sha256": sha256, "source": "file",
        });
        self.patient.ask(Call::post("grant-upload", "/api/capture/uploads", &wish))
    }

    /// PUTs to the address of a grant, with something added to its query.
    fn put(&self, grant: &Answer, more: &str, body: Vec<u8>) -> Result<Answer, StepFailed> {
        let url = grant.text("/url")? + more;
        let grant = grant.json()?;
        let mut call = Call::put("put-upload", &url, &Value::Null);
        call.headers = Vec::new();
        call.body = body;
        let headers = grant.get("headers").and_then(Value::as_object);
        for (name, value) in headers.into_iter().flatten() {
            call = call.header(name, value.as_str().unwrap_or_default());
        }
        self.patient.ask_storage(call)
    }
}

/// Bodies larger than declared, and blocks that nobody commits.
pub fn send_too_much(aim: &Aim, mut session: Session) {
    let hash = aim.hash();
    let (mut blocks, mut bodies) = (0, 0);
    while !aim.is_over() {
        let granted = session.grant(SAID, &hash);
        if let Ok(grant) = &granted
            && grant.status == 201
        {
            if bodies < MOST_BODIES {
                bodies += 1;
                tell(aim, "larger than declared", session.put(grant, "", vec![0; SENT]));
            }
            for _ in 0..4 {
                if blocks < MOST_BLOCKS {
                    blocks += 1;
                    let block = STANDARD.encode(format!("{blocks:06}"));
                    let block = block.replace('+', "%2B").replace('=', "%3D");
                    let more = format!("&comp=block&blockid={block}");
                    let staged = session.put(grant, &more, vec![0; BLOCK]);
                    tell(aim, "blocks never committed", staged);
                }
            }
        }
        tell(aim, "too much: grant", granted);
        thread::sleep(PAUSE);
    }
}

/// Other bytes than the hash says, and photos that are none, again and again.
pub fn lie(aim: &Aim, mut session: Session) {
    while !aim.is_over() {
        let lie = aim.letters(900).into_bytes();
        let says_true = aim.chance().is_multiple_of(2);
        let hash = if says_true { sha256_hex(&lie) } else { aim.hash() };
        let granted = session.grant(lie.len(), &hash);
        let upload = granted.as_ref().ok().and_then(|answer| answer.text("/upload").ok());
        if let (Ok(grant), Some(upload)) = (&granted, upload)
            && grant.status == 201
        {
            tell(aim, "no photo", session.put(grant, "", lie));
            let path = format!("/api/capture/uploads/{upload}/finish");
            let finished = session.patient.ask(Call::post("finish-upload", &path, &json!({})));
            tell(aim, "no photo: finish", finished);
        }
        tell(aim, "no photo: grant", granted);
        let sent = Call::post("submit-capture", "/api/capture/submit", &json!({}));
        let submitted = session.patient.ask(sent);
        tell(aim, "no photo: submit", submitted);
        thread::sleep(PAUSE);
    }
}

/// Counts what was answered; a connection that broke is an answer too.
pub fn tell(aim: &Aim, attack: &'static str, outcome: Result<Answer, StepFailed>) {
    let answer = match outcome {
        Ok(answer) => answer.status.to_string(),
        Err(_) => "cut".to_owned(),
    };
    aim.tell(attack, &answer);
}
