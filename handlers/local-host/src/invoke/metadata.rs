//! `Metadata` of an envelope: ordered, names without case, the host's encoding of values.

use crate::dotnet_text::dotnet_text;
use crate::ordered_json::Json;

/// Members in the order in which they were first set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    members: Vec<(String, Json)>,
}

/// Text as the host writes it: a JSON string inside a JSON string.
pub(crate) fn encoded(text: &str) -> Json {
    Json::Text(Json::Text(text.to_owned()).to_compact())
}

impl Metadata {
    /// Sets a member. One whose name differs only in case is replaced, under its old name.
    pub fn set(&mut self, name: &str, value: Json) {
        match self.members.iter_mut().find(|(member, _)| member.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = value,
            None => self.members.push((name.to_owned(), value)),
        }
    }

    pub fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, encoded(text));
    }

    /// Merges the top level of a message that is a JSON object: scalars as encoded text, objects
    /// as they are, nulls and arrays not at all. They may replace what was there.
    pub fn merge(&mut self, message: &str) {
        let Ok(Json::Object(members)) = Json::parse(message.as_bytes()) else { return };
        for (name, value) in members {
            // QueueTrigger, TimerTrigger and the like never arrive, whoever set them.
            if name.to_ascii_lowercase().ends_with("trigger") {
                continue;
            }
            match value {
                Json::Null | Json::Array(_) => {}
                Json::Object(_) => self.set(&name, value),
                scalar => self.set_text(&name, &dotnet_text(&scalar)),
            }
        }
    }

    pub fn into_json(self) -> Json {
        Json::Object(self.members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(message: &str) -> String {
        let mut metadata = Metadata::default();
        metadata.set_text("Id", "from the queue");
        metadata.merge(message);
        metadata.into_json().to_compact()
    }

    #[test]
    fn a_messages_members_are_merged_as_recorded() {
        let message = r#"{"scraperId":"v2","n":5,"f":1.50,"t":true,"nul":null,"arr":[1,2],
            "obj":{"b":1,"a":"2024-04-06T15:30:00Z"},"when":"2024-04-06T15:30:00Z","Id":"mine"}"#;
        assert_eq!(
            merged(message),
            r#"{"Id":"\"mine\"","scraperId":"\"v2\"","n":"\"5\"","f":"\"1.5\"","t":"\"True\"","obj":{"b":1,"a":"2024-04-06T15:30:00Z"},"when":"\"04/06/2024 15:30:00\""}"#
        );
    }

    #[test]
    fn a_member_replaces_one_that_differs_in_case_only() {
        assert_eq!(merged(r#"{"id":7}"#), r#"{"Id":"\"7\""}"#);
    }

    #[test]
    fn what_ends_with_trigger_never_arrives() {
        let message = r#"{"QueueTrigger":"x","myTRIGGER":1}"#;
        assert_eq!(merged(message), r#"{"Id":"\"from the queue\""}"#);
    }

    #[test]
    fn text_that_is_no_object_is_not_merged() {
        for message in ["hello", "[1]", "\"x\"", "null", "5", "{broken"] {
            assert_eq!(merged(message), r#"{"Id":"\"from the queue\""}"#, "{message}");
        }
    }
}
