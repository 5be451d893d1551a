//! What a text provider learns: first name, number, opaque link; nothing else. R42, R43.

use domain::mobile::Mobile;
use domain::person_name::PersonName;
use domain::ports::sms::OutgoingText;
use domain::text_message::{gsm7_length, text_message};
use serde_json::{Value, json};

use crate::journey::Journey;
use crate::running_app::{ASHA, RunningApp, on_every_store};

on_every_store!(the_outbox_holds_a_reference_a_number_and_one_segment);

async fn the_outbox_holds_a_reference_a_number_and_one_segment(app: RunningApp) {
    let asha = app.sign_in(ASHA).await;
    let journey = Journey::begin(&asha, 1).await;
    let code = app.code_on_phone(&journey.mobile).await;
    let outbox = std::fs::read_dir(app.data().join("outbox")).unwrap();
    let files: Vec<_> = outbox.map(|entry| entry.unwrap().path()).collect();
    let [file] = files.as_slice() else { panic!("one text, one file: {files:?}") };
    let sent: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let reference = sent["reference"].as_str().unwrap();
    assert!(domain::ids::is_id(reference), "random, and nothing but an id");
    let link = format!("{}/r#{code}", app.front);
    let golden = json!({
        "reference": reference,
        "to": journey.mobile,
        "text": text_message(Some(&"Ada".parse_name()), &link),
        "at": sent["at"],
    });
    assert_eq!(sent, golden);
    let text = sent["text"].as_str().unwrap();
    assert!(gsm7_length(text).unwrap() <= 160, "{text}");
    for secret in ["Bell", "1980", "knee", "Wound", "Riverside", &journey.patient, &journey.request]
    {
        assert!(!text.contains(secret), "`{secret}` is in the text");
    }
}

#[test]
fn the_port_itself_carries_no_more_than_that() {
    // A provider's adapter sees this value and nothing else; a new field breaks this line.
    let text = OutgoingText {
        reference: "r1".into(),
        first_name: Some("Ada".parse_name()),
        mobile: Mobile::parse("07700 900123", domain::deployment::Deployment::Trial).unwrap(),
        link: "https://photos.example.org/r#X".into(),
    };
    let OutgoingText { reference, first_name, mobile, link } = text;
    let first_name = first_name.as_ref().map(PersonName::as_str);
    assert_eq!((reference.as_str(), first_name), ("r1", Some("Ada")));
    assert_eq!((mobile.e164(), link.len()), ("+447700900123", 30));
}

trait ParseName {
    fn parse_name(&self) -> PersonName;
}

impl ParseName for str {
    fn parse_name(&self) -> PersonName {
        PersonName::parse(self).unwrap()
    }
}
