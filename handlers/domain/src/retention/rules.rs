//! The table of retention rules, each with its reasons and the row of the code it cites (R62, R63).

use super::RecordClass;

/// The seven things that were weighed, as the privacy notice names them (R62).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// How much there is.
    pub amount: &'static str,
    /// What kind of data it is.
    pub nature: &'static str,
    /// How sensitive it is.
    pub sensitivity: &'static str,
    /// What harm unauthorised use or disclosure could do.
    pub risk_of_harm: &'static str,
    /// What it is used for.
    pub purposes: &'static str,
    /// Whether that could be reached by other means.
    pub other_means: &'static str,
    /// What laws and codes ask for.
    pub legal_requirements: &'static str,
}

impl Factors {
    /// All seven, in the order of the notice.
    pub fn all(&self) -> [&'static str; 7] {
        [
            self.amount,
            self.nature,
            self.sensitivity,
            self.risk_of_harm,
            self.purposes,
            self.other_means,
            self.legal_requirements,
        ]
    }
}

/// Rows of the code that ask for more than the cap, so that erasure needs a hand-back first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeFlag {
    /// Children: until the 25th birthday, or the 26th if 17 when treatment ended.
    Child,
    /// Mental health: 20 years after last contact.
    MentalHealth,
    /// Maternity and obstetrics: 25 years.
    Maternity,
}

/// How long one class is kept, why, by which row of the code, and who approved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionRule {
    /// The class.
    pub class: RecordClass,
    /// The longest period, in years after the anchor. A controller may set a shorter one (R60).
    pub cap_years: u8,
    /// The row cited, or the notice where the code has no row.
    pub code_row: &'static str,
    /// What was weighed.
    pub factors: Factors,
    /// Who approved it, by office.
    pub approver: &'static str,
    /// Rows that ask for more.
    pub flags: &'static [CodeFlag],
}

/// Why a rule may not stand in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleRefused {
    /// A period of no years.
    #[error("a retention rule needs a period of 1 year or more")]
    Period,
    /// No row cited.
    #[error("a retention rule cites a row of the NHS Records Management Code or of the notice")]
    CodeRow,
    /// A factor is empty.
    #[error("a retention rule says something about each of the seven factors")]
    Rationale,
    /// Nobody approved it.
    #[error("a retention rule names who approved it")]
    Approver,
}

/// The table, one rule a class.
pub const RULES: [RetentionRule; 4] = [
    RetentionRule {
        class: RecordClass::VisualRecord,
        cap_years: 8,
        code_row: "NHS Records Management Code of Practice 2021 (updated August 2023), \
                   Appendix II, Care records: Adult health records, 8 years from last contact",
        factors: Factors {
            amount: "A few pictures and notes for each request, and one set of identity details",
            nature: "Photographs of the body, notes about them, name, date of birth, NHS number, GP",
            sensitivity: "Special category data about health; some pictures are intimate",
            risk_of_harm: "Distress, loss of dignity or identity fraud if disclosed",
            purposes: "To see how a condition changes, and to know whose record it is",
            other_means: "No: words alone do not show how a wound or a skin condition changes",
            legal_requirements: "UK GDPR Art 5(1)(e); the code's 8 years for adult health records",
        },
        approver: "Data protection officer",
        flags: &[CodeFlag::Child, CodeFlag::MentalHealth, CodeFlag::Maternity],
    },
    RetentionRule {
        class: RecordClass::PlanningImages,
        cap_years: 7,
        code_row: "Planning privacy policy, retention table: medical images and analysis, 7 years; \
                   the hospital keeps the original under the code's row Adult health records",
        factors: Factors {
            amount: "One scan and the models made from it for each case",
            nature: "Pseudonymised CT and MR scans and three-dimensional models",
            sensitivity: "Special category data about health, without direct identifiers",
            risk_of_harm: "A head scan or a hospital number could lead back to a person",
            purposes: "To plan the operation that the hospital commissioned",
            other_means: "No: the model is made from the scan",
            legal_requirements: "UK GDPR Art 5(1)(e) and 28; the commissioning hospital's instruction",
        },
        approver: "Data protection officer",
        flags: &[CodeFlag::Child],
    },
    RetentionRule {
        class: RecordClass::Account,
        cap_years: 1,
        code_row: "Planning privacy policy, retention table: account information, 1 year after closure",
        factors: Factors {
            amount: "A name, an address and a few settings for each member of staff",
            nature: "Contact details of people at work",
            sensitivity: "Ordinary personal data",
            risk_of_harm: "Unwanted messages, impersonation of staff",
            purposes: "To let staff sign in, and to answer questions about what they did",
            other_means: "After closure the event chain answers them by subject alone",
            legal_requirements: "UK GDPR Art 5(1)(e)",
        },
        approver: "Data protection officer",
        flags: &[],
    },
    RetentionRule {
        class: RecordClass::SupportTicket,
        cap_years: 1,
        code_row: "Planning privacy policy, retention table: support tickets, 1 year after closure",
        factors: Factors {
            amount: "A few messages for each question",
            nature: "What staff wrote to us and what we answered",
            sensitivity: "Ordinary personal data; patients' data are not wanted in tickets",
            risk_of_harm: "Embarrassment; hints about how an organisation works",
            purposes: "To answer the question, and to see that it stays answered",
            other_means: "Counts of tickets, without their words, outlive them",
            legal_requirements: "UK GDPR Art 5(1)(e)",
        },
        approver: "Data protection officer",
        flags: &[],
    },
];

impl RetentionRule {
    /// The rule of a class.
    pub fn of(class: RecordClass) -> &'static Self {
        let [visual_record, planning_images, account, support_ticket] = &RULES;
        match class {
            RecordClass::VisualRecord => visual_record,
            RecordClass::PlanningImages => planning_images,
            RecordClass::Account => account,
            RecordClass::SupportTicket => support_ticket,
        }
    }

    /// Refuses a rule without a period, a row, a word on each factor, or an approver.
    pub fn check(&self) -> Result<(), RuleRefused> {
        if self.cap_years == 0 {
            return Err(RuleRefused::Period);
        }
        if self.code_row.trim().is_empty() {
            return Err(RuleRefused::CodeRow);
        }
        if self.factors.all().iter().any(|factor| factor.trim().is_empty()) {
            return Err(RuleRefused::Rationale);
        }
        if self.approver.trim().is_empty() {
            return Err(RuleRefused::Approver);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_reasons_its_row_and_its_approver_r62_r63() {
        for rule in RULES {
            assert_eq!(rule.check(), Ok(()), "{:?}", rule.class);
            assert_eq!(RetentionRule::of(rule.class), &rule);
        }
    }

    #[test]
    fn a_rule_without_a_reason_is_refused_r62() {
        let whole = *RetentionRule::of(RecordClass::VisualRecord);
        let silent: [fn(&mut Factors); 7] = [
            |factors| factors.amount = "",
            |factors| factors.nature = " ",
            |factors| factors.sensitivity = "",
            |factors| factors.risk_of_harm = "",
            |factors| factors.purposes = "",
            |factors| factors.other_means = "",
            |factors| factors.legal_requirements = "",
        ];
        for silence in silent {
            let mut rule = whole;
            silence(&mut rule.factors);
            assert_eq!(rule.check(), Err(RuleRefused::Rationale));
        }
        let refused = |rule: RetentionRule| rule.check();
        let nobody = RetentionRule { approver: "", ..whole };
        assert_eq!(refused(nobody), Err(RuleRefused::Approver));
        assert_eq!(refused(RetentionRule { code_row: "", ..whole }), Err(RuleRefused::CodeRow));
        assert_eq!(refused(RetentionRule { cap_years: 0, ..whole }), Err(RuleRefused::Period));
    }

    #[test]
    fn the_visual_record_cites_the_code_and_flags_its_longer_rows_r63() {
        let rule = RetentionRule::of(RecordClass::VisualRecord);
        assert!(rule.code_row.starts_with("NHS Records Management Code of Practice"));
        assert_eq!(rule.cap_years, 8);
        for flag in [CodeFlag::Child, CodeFlag::MentalHealth, CodeFlag::Maternity] {
            assert!(rule.flags.contains(&flag), "{flag:?}");
        }
    }
}
