//! JSON that says everything once, and its values by type.
//!
//! JSON parsers differ on which of two members of the same name counts, and a policy whose meaning depends on the
//! reader is refused rather than guessed at.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::ParseError;
use crate::error::Place;

/// Reads one JSON document in which no object names a member twice.
pub(crate) fn read(text: &str) -> Result<Value, ParseError> {
    serde_json::from_str::<Strict>(text)
        .map(|strict| strict.0)
        .map_err(|error| ParseError::NotJson { reason: error.to_string() })
}

/// The JSON type of a value, as a person calls it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A string, or a number or boolean as JSON writes it.
pub(crate) fn scalar(value: &Value, place: &Place, expected: &'static str) -> Result<String, ParseError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(wrong_type(place, expected, other)),
    }
}

/// A string or a list of strings.
pub(crate) fn strings(value: &Value, place: &Place) -> Result<Vec<String>, ParseError> {
    const EXPECTED: &str = "a string or a list of strings";
    let text = |value: &Value, place: &Place| match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(wrong_type(place, EXPECTED, other)),
    };
    match value {
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, value)| text(value, &place.element(index))).collect()
        }
        single => Ok(vec![text(single, place)?]),
    }
}

/// An object.
pub(crate) fn object<'value>(
    value: &'value Value,
    place: &Place,
    expected: &'static str,
) -> Result<&'value Map<String, Value>, ParseError> {
    value.as_object().ok_or_else(|| wrong_type(place, expected, value))
}

/// The error of a value that has not the type that is expected at its place.
pub(crate) fn wrong_type(place: &Place, expected: &'static str, found: &Value) -> ParseError {
    ParseError::WrongType { place: place.clone(), expected, found: kind(found) }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(element)) = access.next_element()? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("member `{name}` is there twice")));
            }
            let Strict(value) = access.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
