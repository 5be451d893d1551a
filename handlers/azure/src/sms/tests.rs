//! Both providers against what their published schemas say.

use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::{Duration, OffsetDateTime};
use domain::deployment::Deployment;
use domain::ids::new_id;
use domain::mobile::Mobile;
use domain::person_name::PersonName;
use domain::ports::clock::Clock;
use domain::ports::sms::{OutgoingText, Sms, SmsError};
use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::testing::{CommunicationFake, NotifyFake, SERVICE_KEY, TEMPLATE, Trouble};

struct AtTen;

impl Clock for AtTen {
    fn now(&self) -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }
}

#[derive(Debug)]
struct Somebody;

#[async_trait::async_trait]
impl TokenCredential for Somebody {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, ["https://communication.azure.com/.default"]);
        Ok(AccessToken::new("token", OffsetDateTime::now_utc() + Duration::hours(1)))
    }
}

fn text() -> OutgoingText {
    OutgoingText {
        reference: new_id(AtTen.now(), &[7; 32]),
        first_name: PersonName::parse("Asha Marie").ok(),
        mobile: Mobile::parse("07700 900123", Deployment::Trial).unwrap(),
        link: "https://photos.example.org/r#AAAAA-BBBBB".to_owned(),
    }
}

fn at_notify(fake: &NotifyFake, key: &str, template: &str) -> GovUkNotify {
    GovUkNotify::new(GovUkNotifyOptions {
        origin: fake.origin.clone(),
        key: NotifyKey::parse(key).unwrap(),
        template: template.to_owned(),
        http: Arc::new(crate::http_client().unwrap()),
        clock: Arc::new(AtTen),
    })
}

fn at_azure(fake: &CommunicationFake) -> CommunicationServices {
    CommunicationServices::new(CommunicationServicesOptions {
        endpoint: format!("{}/", fake.endpoint),
        sender: "Aftersight".to_owned(),
        credential: Arc::new(Somebody),
        http: Arc::new(crate::http_client().unwrap()),
    })
}

#[tokio::test]
async fn notify_learns_first_name_number_link_and_reference() {
    // R43: the whole request, so that a field more breaks this.
    let fake = NotifyFake::start().await.unwrap();
    let text = text();
    at_notify(&fake, SERVICE_KEY, TEMPLATE).send(&text).await.unwrap();
    let [sent] = fake.sent().try_into().unwrap();
    let golden = json!({
        "phone_number": "+447700900123",
        "template_id": TEMPLATE,
        "personalisation": { "first_name": "Asha", "link": text.link },
        "reference": text.reference,
    });
    assert_eq!(sent.body, golden);
}

#[tokio::test]
async fn azure_learns_first_name_number_link_and_reference() {
    // R43, R47: no field asks it to track or to keep anything.
    let fake = CommunicationFake::start().await.unwrap();
    let text = text();
    at_azure(&fake).send(&text).await.unwrap();
    let [sent] = fake.sent().try_into().unwrap();
    let request = sent.body["smsRecipients"][0]["repeatabilityRequestId"].clone();
    let golden = json!({
        "from": "Aftersight",
        "smsRecipients": [{
            "to": "+447700900123",
            "repeatabilityRequestId": request,
            "repeatabilityFirstSent": "Sun, 22 Nov 2026 10:00:00 GMT",
        }],
        "message": format!("Asha, your care team asks you for photos: {}", text.link),
        "smsSendOptions": { "enableDeliveryReport": true, "tag": text.reference },
    });
    assert_eq!(sent.body, golden);
}

#[tokio::test]
async fn a_lost_reply_is_no_second_text() {
    let (notify, azure) =
        (NotifyFake::start().await.unwrap(), CommunicationFake::start().await.unwrap());
    let providers: [Box<dyn Sms>; 2] =
        [Box::new(at_notify(&notify, SERVICE_KEY, TEMPLATE)), Box::new(at_azure(&azure))];
    // Notify is asked first, then told.
    notify.troubles.plan([None, Some(Trouble::ReplyLost)]);
    azure.troubles.plan([Some(Trouble::ReplyLost)]);
    for provider in providers {
        assert!(matches!(provider.send(&text()).await, Err(SmsError::Temporary(_))));
        for _ in 0..3 {
            provider.send(&text()).await.unwrap();
        }
    }
    assert_eq!((notify.sent().len(), azure.sent().len()), (1, 1));
}

#[tokio::test]
async fn trouble_of_the_provider_is_no_fault_of_the_number() {
    let (notify, azure) =
        (NotifyFake::start().await.unwrap(), CommunicationFake::start().await.unwrap());
    for trouble in [Trouble::NeverArrives, Trouble::Broken, Trouble::TooMany] {
        for planned in [vec![Some(trouble)], vec![None, Some(trouble)]] {
            notify.troubles.plan(planned);
            let outcome = at_notify(&notify, SERVICE_KEY, TEMPLATE).send(&text()).await;
            assert!(matches!(outcome, Err(SmsError::Temporary(_))), "{trouble:?}");
        }
        azure.troubles.plan([Some(trouble)]);
        let outcome = at_azure(&azure).send(&text()).await;
        assert!(matches!(outcome, Err(SmsError::Temporary(_))), "{trouble:?}");
    }
    // A wrong key is the operator's to mend, and then the text goes.
    let wrong_key = SERVICE_KEY.replace("-3d844edf", "-4d844edf");
    let outcome = at_notify(&notify, &wrong_key, TEMPLATE).send(&text()).await;
    assert!(matches!(outcome, Err(SmsError::Temporary(_))));
    assert_eq!((notify.sent().len(), azure.sent().len()), (0, 0));
}

#[tokio::test]
async fn what_stays_wrong_is_refused_for_good_without_repeating_it() {
    let notify = NotifyFake::start().await.unwrap();
    let other = "00000000-0000-4000-8000-000000000000";
    let outcome = at_notify(&notify, SERVICE_KEY, other).send(&text()).await;
    let Err(SmsError::Permanent(cause)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(cause.to_string(), "GOV.UK Notify answered 400 BadRequestError");

    let azure = CommunicationFake::start().await.unwrap();
    let no_id = OutgoingText { reference: "no-id".to_owned(), ..text() };
    let outcome = at_azure(&azure).send(&no_id).await;
    assert!(matches!(outcome, Err(SmsError::Permanent(_))), "{outcome:?}");
}
