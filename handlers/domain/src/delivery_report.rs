//! What a text provider reports later: reports come late, twice and in any order (Notify retries
//! for half an hour, Event Grid for a day), and the outcome is the same.

use crate::record::request::TextStatus;

impl TextStatus {
    /// What is known after `report`. Of two that contradict each other the one that says more of
    /// the phone wins: once it arrived, it arrived.
    #[must_use]
    pub fn after(self, report: Self) -> Self {
        if report.weight() > self.weight() { report } else { self }
    }

    /// True where a person must look: the text is not on the phone, and nobody sends it again.
    pub fn has_failed(self) -> bool {
        matches!(self, Self::TemporaryFailure | Self::PermanentFailure | Self::TechnicalFailure)
    }

    fn weight(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::Sending => 1,
            Self::TemporaryFailure => 2,
            Self::TechnicalFailure => 3,
            Self::PermanentFailure => 4,
            Self::Delivered => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [TextStatus; 6] = [
        TextStatus::Created,
        TextStatus::Sending,
        TextStatus::Delivered,
        TextStatus::TemporaryFailure,
        TextStatus::PermanentFailure,
        TextStatus::TechnicalFailure,
    ];

    #[test]
    fn the_order_of_reports_and_their_number_change_nothing() {
        for one in ALL {
            for other in ALL {
                assert_eq!(one.after(other), other.after(one));
                assert_eq!(one.after(other).after(other), one.after(other));
                for third in ALL {
                    assert_eq!(one.after(other).after(third), one.after(third).after(other));
                }
            }
        }
    }

    #[test]
    fn what_arrived_stays_arrived() {
        for report in ALL {
            assert_eq!(TextStatus::Delivered.after(report), TextStatus::Delivered);
        }
    }
}
