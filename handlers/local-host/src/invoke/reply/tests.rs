use super::*;

fn answer(content_type: Option<&str>, body: &str) -> Result<Option<Reply>, String> {
    let headers: Headers = content_type
        .iter()
        .map(|value| ("Content-Type".to_owned(), value.as_bytes().to_vec()))
        .collect();
    let body = body.as_bytes();
    let received = Received { status: 200, reason: "OK", headers: &headers, body };
    read(&received).map_err(|failure| failure.describe("q"))
}

fn json(body: &str) -> Result<Option<Reply>, String> {
    answer(Some("application/json"), body)
}

#[test]
fn an_empty_answer_is_no_answer_whatever_its_type() {
    for content_type in [None, Some("application/json"), Some("text/plain")] {
        assert_eq!(answer(content_type, ""), Ok(None));
    }
    assert_eq!(json("null"), Ok(None));
    assert_eq!(json("  "), Ok(None));
}

#[test]
fn what_the_real_host_tolerates_is_tolerated() {
    let nothing = Reply { outputs: Json::Null, logs: Vec::new(), return_value: Json::Null };
    let outputs = Json::Object(Vec::new());
    assert_eq!(json("{\"outputs\":{}}"), Ok(Some(Reply { outputs, ..nothing.clone() })));
    let empty = Ok(Some(nothing));
    assert_eq!(json("{}"), empty);
    assert_eq!(json("\u{feff}{}"), empty);
    assert_eq!(json("{} xyz"), empty);
    assert_eq!(json("{\"Extra\":{\"x\":1},\"Outputs\":null}"), empty);
    assert_eq!(answer(Some("text/json"), "{}"), empty);
    assert_eq!(answer(Some("application/json; charset=bogus"), "{}"), empty);
}

#[test]
fn only_json_media_types_are_read() {
    for wrong in [None, Some("text/plain"), Some("application/problem+json")] {
        let error = answer(wrong, "{}").unwrap_err();
        assert!(error.contains("UnsupportedMediaTypeException"), "{error}");
    }
}

#[test]
fn values_of_the_wrong_shape_fail() {
    for wrong in [
        "[]",
        "5",
        "\"str\"",
        "{\"Outputs\":",
        "{\"Outputs\":[1]}",
        "{\"Logs\":\"x\"}",
        "{\"Outputs\":{},\"Logs\":{\"a\":1}}",
        "{\"Logs\":[1,true,null,\"x\",{\"a\":1}]}",
    ] {
        let error = json(wrong).unwrap_err();
        assert!(error.contains("Invalid HttpResponseMessage:\nStatusCode: 200"), "{error}");
        assert!(error.contains("Newtonsoft.Json"), "{error}");
    }
}

#[test]
fn of_two_members_that_differ_in_case_the_last_wins() {
    let reply = json(r#"{"Outputs":{"outq":"first"},"outputs":{"outq":"second"}}"#);
    let outputs = reply.unwrap().unwrap().outputs;
    assert_eq!(outputs.get("outq"), Some(&Json::Text("second".into())));
}

#[test]
fn logs_are_texts_and_what_can_become_one() {
    let reply = json(r#"{"Logs":["x",1,true,null]}"#).unwrap().unwrap();
    assert_eq!(reply.logs, ["x", "1", "True", ""]);
}
