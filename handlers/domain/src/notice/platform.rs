//! The platform's own notice: eleven sections, from who we are to a person's rights (R3).

use jiff::civil::Date;

use super::{Notice, NoticeSection};

/// Who runs the service, as the notice names them.
#[derive(Debug, Clone, Copy)]
pub struct OperatorNamed<'a> {
    /// Legal name, with the company number where there is one.
    pub name: &'a str,
    /// Postal address.
    pub address: &'a str,
    /// E-mail address for questions.
    pub contact: &'a str,
    /// E-mail address of the data-protection officer.
    pub officer: &'a str,
}

/// A published text, with gaps for the operator's details. Never changed: another text is another
/// version.
#[derive(Debug)]
pub struct PlatformNotice {
    /// Month of publication.
    pub version: &'static str,
    /// First day.
    pub effective_from: Date,
    /// Next look at it (R16).
    pub review_by: Date,
    /// Heading and text; the length is the requirement's (R3).
    pub sections: [(&'static str, &'static str); 11],
}

/// The notice of today, in the name of this operator.
pub fn platform_notice(operator: &OperatorNamed<'_>) -> Notice {
    let fill = |text: &str| {
        text.replace("{operator}", operator.name)
            .replace("{address}", operator.address)
            .replace("{contact}", operator.contact)
            .replace("{officer}", operator.officer)
    };
    let sections = PLATFORM.sections.iter();
    Notice {
        version: PLATFORM.version.to_owned(),
        effective_from: PLATFORM.effective_from,
        owner: format!("{}, data protection officer", operator.name),
        review_by: PLATFORM.review_by,
        sections: sections
            .map(|(heading, text)| NoticeSection {
                heading: (*heading).to_owned(),
                text: fill(text),
            })
            .collect(),
    }
}

/// The published text.
pub const PLATFORM: PlatformNotice = PlatformNotice {
    version: "2026-11",
    effective_from: Date::constant(2026, 11, 22),
    review_by: Date::constant(2027, 11, 22),
    sections: [
        ("Who we are", WHO),
        ("Who to ask, and how to complain", ASK),
        ("Changes to this notice and to your details", CHANGES),
        ("The data we hold", DATA),
        ("How we get your data", SOURCE),
        ("How we use your data", USE),
        ("If your data are to be used for something else", OTHER_USE),
        ("Who gets your data", RECIPIENTS),
        ("How we keep your data safe", SAFETY),
        ("How long we keep your data", RETENTION),
        ("Your legal rights", RIGHTS),
    ],
};

const WHO: &str = "\
Aftersight keeps photos and notes for care teams. {operator} runs it. Our address is {address}. \
You can write to {contact}.

The hospital or clinic that asked you for photos decides what is done with your data. The law calls \
it the controller. We work for it and do only what it has told us to do. The law calls us its \
processor.

Your hospital or clinic has a notice of its own. You find it at the end of this page.";

const ASK: &str = "\
Ask your care team first. Their phone number is at the end of this page, and on each page where \
you send photos.

Our data protection officer answers at {officer}. Your hospital or clinic has its own officer, who \
is named in its notice.

You can complain at any time to the Information Commissioner, who looks after data rights in the \
UK. You need not ask us first.

- Information Commissioner's Office, Wycliffe House, Water Lane, Wilmslow, Cheshire, SK9 5AF
- Phone 0303 123 1113
- https://ico.org.uk/make-a-complaint/

The office is due to move. See its website for its address before you write.";

const CHANGES: &str = "\
Each version of this notice has a name, a first day and a fingerprint (SHA-256), shown at the foot of this \
page. When you agree to send photos, we write down which version you were shown. Ask us for an old \
one at {contact}.

We look at this notice at least once a year. If a change matters, we tell each hospital and clinic.

If your name, number or other details are wrong or have changed, tell your care team. They can put \
it right, and the old value stays on record.";

const DATA: &str = "\
- Who you are: name, date of birth, mobile number, e-mail address if you gave one
- Your NHS number and your GP practice, if your care team added them
- Your photos, and what you write with them
- What was asked of you and why, and your yes or no, with the exact words you were shown
- What your care team notes about your photos
- Which texts were sent to you, and when
- Who looked at your record, and when

We keep no record of what you do on other websites. We use no adverts and no counting by other \
firms. The only cookies are two that are needed to send photos. They last half an hour.";

const SOURCE: &str = "\
Your care team adds who you are, from your hospital or clinic's own records. You are asked for your \
last name and date of birth to check that it is you. That changes nothing in your record.

You take the photos, or a person who helps you does. A member of your care team may take them with \
you there.

When a photo comes in, we take out hidden facts, such as the place where it was taken.";

const USE: &str = "\
There are two uses. Your hospital or clinic may give other grounds in its own notice. Then those \
count.

- To know whose record it is. We use your name, date of birth, NHS number and GP practice. The \
ground is the legitimate interest of your hospital or clinic in not mixing up its patients.
- To look after your condition. We use your photos and notes. The ground is your consent.

No decision about you is made by a computer alone. We do not sell data. We send no adverts.";

const OTHER_USE: &str = "\
Your data are used for these two things only. A new use needs a written check first of whether it \
fits with why the data were given. You can ask to see it.

If the new use does not fit, you are told before it starts, with its legal ground. If a law makes \
your hospital or clinic use or give out data without your consent, the law is named and written \
down.";

const RECIPIENTS: &str = "\
- The care team that asked you, and an expert whom they choose by name
- Microsoft Azure, which keeps the data for us, in the United Kingdom
- The text message service, which gets your first name, your number and the link
- The e-mail service, if you get e-mail, which gets your first name and address

The message services are GOV.UK Notify or Azure Communication Services, as your hospital or clinic \
chose. Each of these firms has a contract with us that holds it to the same rules. No one else gets \
your data, unless a law says so.

Your data stay in the United Kingdom. Ask us at {contact} for the safeguards that we have agreed \
with each firm.";

const SAFETY: &str = "\
Photos are encrypted on their way and where they are stored. The page keeps nothing on your phone. \
A link works only for the request that it was made for, for a limited time, and only with your name \
and date of birth.

Staff sign in with the account of their hospital or clinic. They see only what their own team asked \
for. Each look is written down, in a list that cannot be changed without being noticed.

If something goes wrong with your data, we tell your hospital or clinic without delay. It tells the \
Information Commissioner within 72 hours where the law says so, and you, if there is a high risk to \
you.";

const RETENTION: &str = "\
At most 8 years from the day you were last seen, or less if your hospital or clinic says so in its \
notice. Then your record is deleted in the next night, with each copy. What stays is a line that \
says that something was deleted, and when. It does not say whose it was.

Data can be kept for longer while a complaint or a court case is open. They are deleted sooner if \
you ask and there is no duty to keep them, or when the contract with your hospital or clinic ends. \
Copies of the data base that were made for disasters are overwritten within days.";

const RIGHTS: &str = "\
- To know what is done with your data, which is what this notice is for
- To get a copy of all of it
- To have what is wrong put right
- To have it deleted. There can be a legal duty to keep it. If so, you are told which, and until \
when
- To have it kept but not used, while a dispute is settled
- To object to its use
- To take it with you, in a form that another service can read
- To take back your consent at any time, on the page where you send photos or by phone. What was \
done before stays lawful. You still get care

To use a right, ask your hospital or clinic, or write to {contact}. It costs nothing. You get an \
answer within one month. If it is hard to answer, that can take up to three, and you are told why. \
We may have to ask who you are first.

If the answer is no, you are told why. You can then complain to the Information Commissioner's \
Office, Wycliffe House, Water Lane, Wilmslow, Cheshire, SK9 5AF, phone 0303 123 1113, or go to \
court.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purpose::Purpose;
    use crate::sha256_hex::Sha256Hex;

    const OPERATOR: OperatorNamed<'_> = OperatorNamed {
        name: "Sparrow Ltd",
        address: "1 Example Street",
        contact: "hello@sparrow.example.org",
        officer: "dpo@sparrow.example.org",
    };

    fn section(heading: &str) -> String {
        let notice = platform_notice(&OPERATOR);
        notice.sections.into_iter().find(|section| section.heading == heading).unwrap().text
    }

    #[test]
    fn all_eleven_sections_are_there_and_say_something_r3() {
        let notice = platform_notice(&OPERATOR);
        assert_eq!(notice.check(), Ok(()));
        assert_eq!(notice.sections.len(), 11);
        assert_eq!(notice.sections.first().unwrap().heading, "Who we are");
        assert_eq!(notice.sections.last().unwrap().heading, "Your legal rights");
        assert!(notice.sections.iter().all(|section| section.text.len() > 200));
    }

    #[test]
    fn a_published_notice_never_changes_r17() {
        // Another text is another version: consents name this one.
        let text = PLATFORM.sections.map(|(heading, text)| format!("{heading}\n{text}\n")).concat();
        assert_eq!(
            Sha256Hex::of(text).to_string(),
            "0db5951f505c708a7a542eb4373322a90ab7cedabd8344a8f1f9fa1cd27a3ddf"
        );
    }

    #[test]
    fn the_operator_is_named_wherever_the_text_has_a_gap_r97_r12() {
        let text = platform_notice(&OPERATOR).text();
        assert!(!text.contains(['{', '}']));
        for named in ["Sparrow Ltd", "1 Example Street", OPERATOR.contact, OPERATOR.officer] {
            assert!(text.contains(named), "{named}");
        }
    }

    #[test]
    fn the_regulator_is_named_with_address_and_phone_and_again_beside_the_rights_r14_r157() {
        for heading in ["Who to ask, and how to complain", "Your legal rights"] {
            let text = section(heading);
            assert!(text.contains("Wilmslow, Cheshire, SK9 5AF"), "{heading}");
            assert!(text.contains("0303 123 1113"), "{heading}");
        }
    }

    #[test]
    fn each_purpose_of_the_register_stands_in_the_notice_r31() {
        let uses = section("How we use your data");
        for purpose in Purpose::ALL {
            let words = match purpose {
                Purpose::Identify => ["To know whose record it is", "legitimate interest"],
                Purpose::ManageCondition => ["To look after your condition", "your consent"],
            };
            assert!(words.iter().all(|words| uses.contains(words)), "{purpose}");
        }
    }

    #[test]
    fn safeguards_recipients_and_the_way_to_be_deleted_are_there_r151_r46_r68() {
        let recipients = section("Who gets your data");
        for named in ["safeguards", "Microsoft Azure", "United Kingdom", "GOV.UK Notify"] {
            assert!(recipients.contains(named), "{named}");
        }
        assert!(section("Your legal rights").contains("To have it deleted"));
    }
}
