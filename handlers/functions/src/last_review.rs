//! When a team last looked at a picture that nobody of it had seen, for an inbox that is empty.
//!
//! It names no patient and no picture, and stands in a partition of its own: a page of the inbox
//! reads rows and nothing else.

use custom_handler::Failure;
use domain::inbox_row::LastReview;
use domain::ports::documents::{Change, Container};
use jiff::Timestamp;

use crate::app::{App, stored};
use crate::inbox::inbox_of;

const ID: &str = "last-review";

/// Keeps the newest; of two looks at the same time either may win.
pub async fn keep_review(
    app: &App,
    controller: &str,
    team: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    if last_review(app, controller, team).await?.is_some_and(|kept| kept >= at) {
        return Ok(());
    }
    let change = vec![stored(Change::put(ID, &LastReview { at }))?];
    let reviews = reviews_of(controller, team);
    stored(app.documents.commit(Container::Inbox, &reviews, change).await).map(drop)
}

/// `None` where the team has not looked at any yet.
pub async fn last_review(
    app: &App,
    controller: &str,
    team: &str,
) -> Result<Option<Timestamp>, Failure> {
    let reviews = reviews_of(controller, team);
    let found = stored(app.documents.get(Container::Inbox, &reviews, ID).await)?;
    let kept: Option<LastReview> = stored(found.map(|found| found.read()).transpose())?;
    Ok(kept.map(|kept| kept.at))
}

/// A space stands in no team's id.
fn reviews_of(controller: &str, team: &str) -> String {
    format!("{} reviews", inbox_of(controller, team))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestApp;

    #[tokio::test]
    async fn the_newest_look_of_each_team_is_kept() {
        let test = TestApp::at("2026-11-22T10:00:00Z").await;
        let (early, late) =
            (Timestamp::from_second(60).unwrap(), Timestamp::from_second(90).unwrap());
        for at in [late, early] {
            keep_review(&test.app, "riverside", "wound-care", at).await.unwrap();
        }
        let kept = |team| last_review(&test.app, "riverside", team);
        assert_eq!(kept("wound-care").await.unwrap(), Some(late));
        assert_eq!(kept("plastics").await.unwrap(), None);
    }
}
