//! Short read URLs of pictures: minutes, one blob, read only, for one member of staff.

use custom_handler::Failure;
use domain::record::item::Item;
use domain::register::staff::Staff;
use jiff::{SignedDuration, Timestamp};

use crate::app::{App, stored};

/// How long a read URL works.
pub const VIEW: SignedDuration = SignedDuration::from_mins(5);

/// Until when a URL signed now works.
pub fn view_ends(now: Timestamp) -> Timestamp {
    now.checked_add(VIEW).unwrap_or(now)
}

/// A read URL of the item's thumbnail.
pub async fn sign_thumbnail(
    app: &App,
    viewer: &Staff,
    item: &Item,
    now: Timestamp,
) -> Result<String, Failure> {
    sign(app, viewer, &item.thumbnail, "image/jpeg", now).await
}

/// A read URL of the clean picture itself.
pub async fn sign_picture(
    app: &App,
    viewer: &Staff,
    item: &Item,
    now: Timestamp,
) -> Result<String, Failure> {
    sign(app, viewer, &item.blob, &item.content_type, now).await
}

async fn sign(
    app: &App,
    viewer: &Staff,
    blob: &str,
    content_type: &str,
    now: Timestamp,
) -> Result<String, Failure> {
    let viewer = viewer.row();
    stored(app.urls.sign_read(blob, content_type, view_ends(now), Some(&viewer)).await)
}
