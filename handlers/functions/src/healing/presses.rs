//! Keys of presses: each is forgotten when its day is over.

use custom_handler::Failure;
use domain::look_again::Found;
use domain::ports::documents::Stored;
use domain::press::Press;
use jiff::Timestamp;

use crate::app::stored;

pub fn look(row: &Stored, now: Timestamp) -> Result<Found, Failure> {
    let press: Press = stored(row.read())?;
    Ok(if press.is_over(now) { Found::LeadsNowhere } else { Found::TooEarly })
}
