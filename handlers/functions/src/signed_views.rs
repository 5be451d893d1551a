//! Short read URLs of pictures: minutes, one blob, read only.

use custom_handler::Failure;
use domain::record::item::Item;
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};

/// How long a read URL works.
pub const VIEW: SignedDuration = SignedDuration::from_mins(5);

/// Until when a URL signed now works.
pub fn view_ends(now: Timestamp) -> Timestamp {
    now.checked_add(VIEW).unwrap_or(now)
}

/// A read URL of the item's thumbnail.
pub async fn sign_thumbnail(app: &App, item: &Item, now: Timestamp) -> Result<String, Failure> {
    stored(app.urls.sign_read(&item.thumbnail, "image/jpeg", view_ends(now)).await)
}

/// A read URL of the clean picture itself.
pub async fn sign_picture(app: &App, item: &Item, now: Timestamp) -> Result<String, Failure> {
    stored(app.urls.sign_read(&item.blob, &item.content_type, view_ends(now)).await)
}
