//! Hands the handler every payload, whatever it is.
//!
//! Lambda's runtime reads the payload as JSON before the handler sees it: what is not JSON would fail there,
//! outside our log, and what is not UTF-8 would stop the process. So a payload that the runtime could not read goes
//! through it as a JSON string, and one that it can as it is, unread: `events` reads what is in either.

use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::Layer;
use lambda_runtime::tower::util::MapRequest;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A layer that makes each payload one that the runtime reads as [`Payload`].
pub(crate) struct Readable;

impl<S> Layer<S> for Readable {
    type Service = MapRequest<S, fn(LambdaInvocation) -> LambdaInvocation>;

    fn layer(&self, inner: S) -> Self::Service {
        MapRequest::new(inner, readable)
    }
}

fn readable(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if !is_readable(&invocation.body) {
        invocation.body = as_string(&invocation.body).into();
    }
    invocation
}

/// Whether it is JSON, with no blanks around it, which the runtime would drop. A string would be taken for [`as_string`]'s.
fn is_readable(payload: &[u8]) -> bool {
    let json = serde_json::from_slice::<&RawValue>(payload).map(RawValue::get);
    json.is_ok_and(|json| json.len() == payload.len() && !json.starts_with('"'))
}

fn as_string(payload: &[u8]) -> String {
    Value::from(String::from_utf8_lossy(payload)).to_string()
}

/// The text of a payload, as Lambda sent it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Box<RawValue>")]
pub(crate) struct Payload(pub(crate) String);

impl TryFrom<Box<RawValue>> for Payload {
    type Error = serde_json::Error;

    fn try_from(json: Box<RawValue>) -> Result<Self, Self::Error> {
        match json.get().starts_with('"') {
            true => serde_json::from_str(json.get()).map(Self),
            false => Ok(Self(Box::<str>::from(json).into_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the handler is given, as the runtime reads it.
    fn handed_over(payload: &[u8]) -> String {
        let body = if is_readable(payload) { payload.to_vec() } else { as_string(payload).into() };
        let mut json = serde_json::Deserializer::from_slice(&body);
        let Payload(text) = serde_path_to_error::deserialize(&mut json).unwrap();
        text
    }

    #[test]
    fn every_text_comes_through_as_it_is() {
        let nested = "[".repeat(1_000) + &"]".repeat(1_000);
        for text in [
            r#"{"Records":[{"body":"{\"a\": \"\\u00e4\\n\"}"}]}"#,
            "{ \"a\" : 1.50e2 ,\n \"b\":\tnull, \"a\": 2 }",
            " {\"probe\": true}\n",
            "\n",
            "",
            r#""text""#,
            r#" "text" "#,
            r#""half"#,
            r#"{"half": "#,
            r#"{"a": 1} {"b": 2}"#,
            r#"{"lone": "\ud800", "wrong": "\x", "huge": 1e999}"#,
            "{\"control\": \"\u{1}\"}",
            "no JSON, but ä \u{0} \u{1F600}",
            "null",
            "17",
            &nested,
        ] {
            assert_eq!(handed_over(text.as_bytes()), text);
        }
    }

    #[test]
    fn of_what_is_no_utf_8_as_much_comes_through_as_is_text() {
        assert_eq!(handed_over(b"{\"a\": \"\xff\"}"), "{\"a\": \"\u{FFFD}\"}");
        assert_eq!(handed_over(b"\xff\xfe"), "\u{FFFD}\u{FFFD}");
    }
}
