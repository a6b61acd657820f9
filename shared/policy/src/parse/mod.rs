//! The policy grammar: what is read, and what is refused.
//!
//! Refused: anything whose meaning would have to be guessed, such as a number for a principal or an unknown effect.
//! Read, and noted as an oddity because S3 would refuse it: an unknown element (a `Deny` that has one takes nothing
//! away), a missing principal, action or resource (nothing matches), an unknown operator (it holds for no request),
//! and an unrendered template (`"${...}"`) in the place of statements, which grants nothing.

mod condition;
mod element;

use serde_json::{Map, Value};

use crate::error::Place;
use crate::json::{object, scalar, wrong_type};
use crate::{Effect, Oddity, ParseError, Statement};

/// What a document holds.
pub(crate) struct Parsed {
    pub(crate) statements: Vec<Statement>,
    pub(crate) oddities: Vec<Oddity>,
    pub(crate) has_variables: bool,
}

const POLICY_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Reads a document.
pub(crate) fn policy(document: &Value) -> Result<Parsed, ParseError> {
    let place = Place::default();
    let object = object(document, &place, "an object")?;
    let mut oddities = Vec::new();
    note_unknown(object, &POLICY_ELEMENTS, &place, &mut oddities);
    let has_variables = match object.get("Version") {
        Some(Value::String(version)) => version == "2012-10-17",
        None | Some(Value::Null) => false,
        Some(other) => return Err(wrong_type(&place.member("Version"), "a string", other)),
    };
    let place = place.member("Statement");
    let mut statements = Vec::new();
    match object.get("Statement") {
        None => return Err(ParseError::Missing { place: Place::default(), element: "Statement" }),
        Some(Value::Array(list)) => {
            for (position, element) in list.iter().enumerate() {
                let place = place.element(position);
                if is_template(element) {
                    oddities.push(unrendered(place));
                } else {
                    statements.push(statement(element, statements.len(), &place, &mut oddities)?);
                }
            }
        }
        Some(template) if is_template(template) => oddities.push(unrendered(place)),
        Some(single) => statements.push(statement(single, 0, &place, &mut oddities)?),
    }
    Ok(Parsed { statements, oddities, has_variables })
}

fn statement(
    value: &Value,
    index: usize,
    place: &Place,
    oddities: &mut Vec<Oddity>,
) -> Result<Statement, ParseError> {
    let object = object(value, place, "an object")?;
    let has_unknown_element = note_unknown(object, &STATEMENT_ELEMENTS, place, oddities);
    let effect = match object.get("Effect") {
        Some(Value::String(text)) if text == "Allow" => Effect::Allow,
        Some(Value::String(text)) if text == "Deny" => Effect::Deny,
        Some(Value::String(text)) => {
            let value = text.clone();
            return Err(ParseError::UnknownValue {
                place: place.member("Effect"),
                expected: "`Allow` or `Deny`",
                value,
            });
        }
        Some(other) => return Err(wrong_type(&place.member("Effect"), "a string", other)),
        None => return Err(ParseError::Missing { place: place.clone(), element: "Effect" }),
    };
    let sid = match object.get("Sid") {
        None | Some(Value::Null) => None,
        Some(sid) => Some(scalar(sid, &place.member("Sid"), "a string")?),
    };
    Ok(Statement {
        index,
        sid,
        effect,
        principal: element::principal(object, place, oddities)?,
        action: element::scope(object, "Action", "NotAction", place, oddities)?,
        resource: element::scope(object, "Resource", "NotResource", place, oddities)?,
        conditions: condition::conditions(object, place, oddities)?,
        has_unknown_element,
    })
}

fn note_unknown(
    object: &Map<String, Value>,
    known: &[&str],
    place: &Place,
    oddities: &mut Vec<Oddity>,
) -> bool {
    let before = oddities.len();
    for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
        oddities.push(Oddity {
            place: place.member(name),
            reason: "this is no element of the policy language".to_owned(),
        });
    }
    oddities.len() > before
}

fn is_template(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains("${"))
}

fn unrendered(place: Place) -> Oddity {
    Oddity { place, reason: "a template that was not rendered stands in the place of statements".to_owned() }
}
