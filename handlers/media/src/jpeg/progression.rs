//! Which coefficients have been sent so far, and to what precision (T.81 G.1.1.1).
//!
//! Holding a file to the standard here is what ends "endless progressive scans": each coefficient can be sent once
//! and refined at most thirteen times.

use super::frame::Frame;
use super::scan::Scan;
use crate::Refusal;

const NOT_SENT: u8 = u8::MAX;

/// For each component and coefficient, the bit position reached.
pub(super) struct Progression {
    reached: [[u8; 64]; 4],
}

impl Default for Progression {
    fn default() -> Self {
        Self { reached: [[NOT_SENT; 64]; 4] }
    }
}

impl Progression {
    /// Takes one more scan, if it continues what came before.
    pub(super) fn advance(&mut self, scan: &Scan<'_>, frame: &Frame<'_>) -> Result<(), Refusal> {
        const OUT_OF_ORDER: Refusal = Refusal::Damaged("scans out of order");
        let band = usize::from(scan.first)..=usize::from(scan.last);
        for part in &scan.components {
            let reached = self.reached.get_mut(part.index).ok_or(OUT_OF_ORDER)?;
            let is_ac_before_dc = scan.first > 0 && reached[0] == NOT_SENT;
            if frame.is_progressive() && is_ac_before_dc {
                return Err(OUT_OF_ORDER);
            }
            let expected = if scan.refines == 0 { NOT_SENT } else { scan.refines };
            for coefficient in reached.get_mut(band.clone()).ok_or(OUT_OF_ORDER)? {
                if *coefficient != expected {
                    return Err(OUT_OF_ORDER);
                }
                *coefficient = scan.low;
            }
        }
        Ok(())
    }

    /// Every coefficient of every component has been sent to its last bit.
    pub(super) fn is_whole_for(&self, frame: &Frame<'_>) -> bool {
        self.reached.iter().take(frame.components.len()).flatten().all(|reached| *reached == 0)
    }

    /// Every component has been sent at least roughly.
    pub(super) fn is_complete_for(&self, frame: &Frame<'_>) -> Result<(), Refusal> {
        let sent = self.reached.iter().take(frame.components.len());
        if sent.clone().any(|reached| reached[0] == NOT_SENT) {
            return Err(Refusal::Truncated);
        }
        Ok(())
    }
}
