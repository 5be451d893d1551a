//! The notices in force: the platform's, and the controller's own beside it (R2).

use domain::notice::{Notice, NoticeShown, OperatorNamed, platform_notice};
use domain::register::controller::Controller;

use crate::settings::Operator;

/// What the platform's notice goes by.
pub const PLATFORM_NOTICE: &str = "platform";

/// The platform's notice in the operator's name.
pub fn of_platform(operator: &Operator) -> Notice {
    let name = match operator.company_number.as_str() {
        "" => operator.name.clone(),
        number => format!("{} (company number {number})", operator.name),
    };
    platform_notice(&OperatorNamed {
        name: &name,
        address: &operator.address,
        contact: &operator.contact,
        officer: &operator.officer,
    })
}

/// What a patient of this controller is shown beside the consent wording.
pub fn shown_to_patients_of(controller: &Controller, operator: &Operator) -> Vec<NoticeShown> {
    vec![
        of_platform(operator).shown_as(PLATFORM_NOTICE),
        controller.notice.shown_as(&controller.controller),
    ]
}

/// Where a notice is read, by the name that it goes by.
pub fn path_of(notice: &str) -> String {
    if notice == PLATFORM_NOTICE { "/privacy".to_owned() } else { format!("/privacy/{notice}") }
}
