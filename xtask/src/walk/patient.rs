//! The patient's side, as their browser does it: link, identity, consent, upload, done.

use serde_json::{Value, json};
use ureq::http::header::SET_COOKIE;

use super::client::{Answer, Call};
use super::photo::{Photo, sha256_hex};
use super::transcript::Heard;
use super::{Client, MadeUpPerson, StepFailed};

pub struct PatientClient {
    client: Client,
    origin: String,
    /// Which request the pages show: known with the identity, and said with every call after.
    request: Option<String>,
    /// `name=value` of each cookie the system set.
    cookies: Vec<String>,
}

impl PatientClient {
    pub fn open_link(url: &str, code: &str) -> Result<Self, StepFailed> {
        let mut patient = Self {
            client: Client::new(url),
            origin: url.to_owned(),
            request: None,
            cookies: Vec::new(),
        };
        patient.send(Call::post("open-link", "/api/links/open", &json!({ "code": code })))?;
        Ok(patient)
    }

    /// Returns the request that the link leads to.
    pub fn verify_identity(
        &mut self,
        code: &str,
        person: &MadeUpPerson,
    ) -> Result<String, StepFailed> {
        let answer = json!({
            "code": code,
            "familyName": person.family_name,
            "dateOfBirth": person.date_of_birth,
        });
        let call = Call::post("verify-identity", "/api/links/identity", &answer);
        let request = self.send(call)?.text("/request")?;
        self.request = Some(request.clone());
        Ok(request)
    }

    /// Reads the wording and says yes to the version that was read.
    pub fn consent(&mut self) -> Result<(), StepFailed> {
        const PATH: &str = "/api/capture/consent";
        let version = self.send(Call::get("show-consent", PATH))?.text("/version")?;
        let yes = json!({ "version": version, "given": true });
        self.send(Call::put("record-consent", PATH, &yes)).map(drop)
    }

    /// Grant, upload, finish. Returns the upload's id.
    pub fn send_photo(&mut self, photo: &Photo) -> Result<String, StepFailed> {
        let wish = json!({
            "contentType": photo.content_type,
            "bytes": photo.bytes.len(),
            "sha256": sha256_hex(&photo.bytes),
            "source": "file",
        });
        let call = Call::post("grant-upload", "/api/capture/uploads", &wish).expect(201);
        let grant = self.send(call)?;
        let upload = grant.text("/upload")?;
        self.put_bytes(&grant, photo)?;
        let path = format!("/api/capture/uploads/{upload}/finish");
        self.send(Call::post("finish-upload", &path, &json!({})))?;
        Ok(upload)
    }

    /// Reads what the page shows of the request.
    pub fn show(&mut self) -> Result<(), StepFailed> {
        self.send(Call::get("show-capture", "/api/capture")).map(drop)
    }

    /// Every answer so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.client.heard()
    }

    pub fn submit(&mut self) -> Result<(), StepFailed> {
        self.send(Call::post("submit-capture", "/api/capture/submit", &json!({}))).map(drop)
    }

    /// Sends it with the session and takes whatever is answered.
    pub fn ask(&mut self, call: Call<'_>) -> Result<Answer, StepFailed> {
        self.converse(call, Client::ask)
    }

    /// Sends it without the session, as a page does to storage.
    pub fn ask_storage(&self, call: Call<'_>) -> Result<Answer, StepFailed> {
        self.client.ask(call)
    }

    /// Straight to storage, past the host. No cookie goes along: it is another origin.
    fn put_bytes(&self, grant: &Answer, photo: &Photo) -> Result<(), StepFailed> {
        const STEP: &str = "put-upload";
        let url = grant.text("/url")?;
        let grant = grant.json()?;
        let mut call = Call::put(STEP, &url, &Value::Null).expect(201);
        call.headers = vec![("Origin", &self.origin)];
        call.body.clone_from(&photo.bytes);
        let headers = grant.get("headers").and_then(Value::as_object);
        for (name, value) in headers.into_iter().flatten() {
            let value = value
                .as_str()
                .ok_or_else(|| StepFailed::shape(STEP, "a header of the grant is no text"))?;
            call = call.header(name, value);
        }
        self.client.send(call).map(drop)
    }

    fn send(&mut self, call: Call<'_>) -> Result<Answer, StepFailed> {
        self.converse(call, Client::send)
    }

    fn converse(
        &mut self,
        call: Call<'_>,
        how: impl FnOnce(&Client, Call<'_>) -> Result<Answer, StepFailed>,
    ) -> Result<Answer, StepFailed> {
        let cookies = self.cookies.join("; ");
        let mut call = call.header("Origin", &self.origin);
        if let Some(request) = &self.request {
            call = call.header("Aftersight-Request", request);
        }
        if !cookies.is_empty() {
            call = call.header("Cookie", &cookies);
        }
        let answer = how(&self.client, call)?;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                keep_cookie(&mut self.cookies, cookie);
            }
        }
        Ok(answer)
    }
}

/// Keeps what a `Set-Cookie` says, in place of an older one of the same name.
fn keep_cookie(cookies: &mut Vec<String>, set_cookie: &str) {
    let pair = set_cookie.split(';').next().unwrap_or_default().trim();
    let name = pair.split('=').next().unwrap_or_default();
    cookies.retain(|kept| kept.split('=').next() != Some(name));
    let is_removed = set_cookie.to_ascii_lowercase().contains("max-age=0");
    if !is_removed {
        cookies.push(pair.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_takes_the_place_of_the_older_one_of_its_name() {
        let mut cookies = Vec::new();
        keep_cookie(&mut cookies, "opener=a; HttpOnly; Max-Age=1800");
        keep_cookie(&mut cookies, "session=b; HttpOnly");
        keep_cookie(&mut cookies, "session=c; HttpOnly");
        assert_eq!(cookies, ["opener=a", "session=c"]);
        keep_cookie(&mut cookies, "opener=; Max-Age=0");
        assert_eq!(cookies, ["session=c"]);
    }
}
