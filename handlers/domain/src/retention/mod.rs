//! How long a record is kept: from when, at most until when, and what stops its erasure (R60–R67).
//!
//! All days are UTC. A due day moves only with its facts (a later contact, a shorter period, an end
//! of contract, an approved request); holds and restrictions never move it, they block.

mod keeping_words;
mod rules;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::date_of_birth::DateOfBirth;

pub use keeping_words::keeping_words;
pub use rules::{CodeFlag, Factors, RULES, RetentionRule, RuleRefused};

/// Days between the end of a contract and the erasure of its data: for the hand-back (R65).
pub const HAND_BACK_DAYS: i64 = 30;

/// A class of records; two classes are never merged (C1). On the wire in kebab-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordClass {
    /// Identity, pictures, notes and all that is derived from them.
    VisualRecord,
    /// Scans and models of the planning service.
    PlanningImages,
    /// Accounts of staff.
    Account,
    /// Support tickets.
    SupportTicket,
}

/// What made a day the due day. On the wire in kebab-case; tombstones name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DueBy {
    /// The longest period of its class.
    Cap,
    /// The controller's own, shorter period (R60).
    ControllerPeriod,
    /// The contract ended and its hand-back days are over (R65).
    ContractEnd,
    /// A request to erase that the controller approved (R66).
    ApprovedErasure,
}

impl DueBy {
    /// The wire name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cap => "cap",
            Self::ControllerPeriod => "controller-period",
            Self::ContractEnd => "contract-end",
            Self::ApprovedErasure => "approved-erasure",
        }
    }
}

/// Why there is no due day; the words are for the controller's administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodRefused {
    /// Longer than the class allows (R60).
    #[error("This kind of record may be kept for {cap_years} years at most. Choose fewer")]
    AboveCap {
        /// The longest period of the class.
        cap_years: u8,
    },
    /// No years at all: would erase on the day of capture.
    #[error("Choose a period of 1 year or more")]
    NoYears,
}

/// The day from which a record is due: the earliest of its class's longest period, the
/// controller's shorter one, 30 days after the end of the contract, and an approved erasure.
///
/// `anchor` is the day the patient was last seen, or the account closed. Years from 29 February
/// end on 29 February where there is one, else on 28 February, so never later than the period.
pub fn due(
    class: RecordClass,
    anchor: Date,
    controller_years: Option<u8>,
    contract_end: Option<Date>,
    approved_erasure: Option<Date>,
) -> Result<Date, PeriodRefused> {
    let controller_years = controller_years.map(|years| check_period(class, years)).transpose()?;
    let (day, _) = due_by(class, anchor, controller_years, contract_end, approved_erasure);
    Ok(day)
}

fn due_by(
    class: RecordClass,
    anchor: Date,
    controller_years: Option<u8>,
    contract_end: Option<Date>,
    approved_erasure: Option<Date>,
) -> (Date, DueBy) {
    let mut earliest = (years_after(anchor, RetentionRule::of(class).cap_years), DueBy::Cap);
    let others = [
        (controller_years.map(|years| years_after(anchor, years)), DueBy::ControllerPeriod),
        (contract_end.map(|end| end.saturating_add(HAND_BACK_DAYS.days())), DueBy::ContractEnd),
        (approved_erasure, DueBy::ApprovedErasure),
    ];
    for (day, by) in others {
        if let Some(day) = day.filter(|day| *day < earliest.0) {
            earliest = (day, by);
        }
    }
    earliest
}

/// Checks a controller's own period against its class (R60): at least 1 year, never above the cap.
pub fn check_period(class: RecordClass, years: u8) -> Result<u8, PeriodRefused> {
    let cap_years = RetentionRule::of(class).cap_years;
    match years {
        0 => Err(PeriodRefused::NoYears),
        _ if years > cap_years => Err(PeriodRefused::AboveCap { cap_years }),
        _ => Ok(years),
    }
}

fn years_after(day: Date, years: u8) -> Date {
    day.saturating_add(i64::from(years).years())
}

/// The kind of care, where the Records Management Code has a row of its own for it (R63).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CareKind {
    /// Adult health record; children by their age.
    #[default]
    General,
    /// Mental health: 20 years after last contact.
    MentalHealth,
    /// Maternity and obstetrics: 25 years.
    Maternity,
}

/// All that the night looks at before it erases one record or item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionFacts {
    /// What it is.
    pub class: RecordClass,
    /// The day the patient was last seen, or the account closed.
    pub anchor: Date,
    /// Date of birth; the code keeps children's records longer.
    pub born: Option<DateOfBirth>,
    /// The kind of care.
    pub care: CareKind,
    /// The controller's own period, if it has one.
    pub controller_years: Option<u8>,
    /// The day the contract ended, if it did.
    pub contract_end: Option<Date>,
    /// The day an erasure was approved for, if one was.
    pub approved_erasure: Option<Date>,
    /// Id of a hold that covers it and is not released.
    pub held_by: Option<String>,
    /// Stored, not viewable, not erased (R82).
    pub is_restricted: bool,
    /// The controller confirmed that it has its own copy (R65).
    pub is_handed_back: bool,
}

/// What keeps a due record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldBy {
    /// A legal hold, by id (R61).
    Hold(String),
    /// A restriction (R82).
    Restriction,
}

/// What the night does with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetentionDecision {
    /// Not due.
    Keep {
        /// The due day.
        until: Date,
    },
    /// Due and blocked; erased on the first night after release.
    Held {
        /// By what.
        by: HeldBy,
    },
    /// Due, but the code of practice wants it kept longer and this service may not: the controller
    /// must confirm its own copy first. A task, never a silent choice.
    HandBackFirst {
        /// What the code asks for.
        minimum_until: Date,
    },
    /// Due, and nothing stands against it.
    Erase {
        /// What made it due.
        rule: DueBy,
        /// The due day.
        due: Date,
    },
}

/// Decides about one record on one day. A stored controller's period that [`due`] would refuse
/// counts as none: the longest period of the class still ends it, and nothing goes early.
pub fn decide(facts: &RetentionFacts, today: Date) -> RetentionDecision {
    let own_period = facts.controller_years.filter(|y| check_period(facts.class, *y).is_ok());
    let (due, rule) =
        due_by(facts.class, facts.anchor, own_period, facts.contract_end, facts.approved_erasure);
    if today < due {
        return RetentionDecision::Keep { until: due };
    }
    if let Some(hold) = &facts.held_by {
        return RetentionDecision::Held { by: HeldBy::Hold(hold.clone()) };
    }
    if facts.is_restricted {
        return RetentionDecision::Held { by: HeldBy::Restriction };
    }
    match longer_minimum(facts).filter(|minimum| due < *minimum) {
        // Who approved an erasure has decided about the copy too.
        Some(minimum_until) if !facts.is_handed_back && rule != DueBy::ApprovedErasure => {
            RetentionDecision::HandBackFirst { minimum_until }
        }
        _ => RetentionDecision::Erase { rule, due },
    }
}

/// The end of the code's minimum where it has a row that asks for more than the cap: children
/// until the 25th birthday, or the 26th if 17 when last seen; mental health 20 years; maternity 25.
fn longer_minimum(facts: &RetentionFacts) -> Option<Date> {
    if facts.class != RecordClass::VisualRecord {
        return None;
    }
    let by_care = match facts.care {
        CareKind::General => None,
        CareKind::MentalHealth => Some(years_after(facts.anchor, 20)),
        CareKind::Maternity => Some(years_after(facts.anchor, 25)),
    };
    let by_age = facts.born.and_then(|born| match born.age_on(facts.anchor) {
        ..17 => Some(born.birthday(25)),
        17 => Some(born.birthday(26)),
        _ => None,
    });
    by_care.max(by_age)
}

#[cfg(test)]
mod tests;
