//! The policy grammar: what is read, and what is refused.
//!
//! Refused: anything whose meaning would have to be guessed, such as a number for a principal or an unknown effect.
//! Read, and noted as an oddity because S3 would refuse it: an unknown element (a `Deny` that has one takes nothing
//! away), a missing principal, action or resource (nothing matches), an unknown operator (it holds for no request),
//! and an unrendered template (`"${...}"`) in the place of statements, which grants nothing.

mod condition;
mod element;
mod value;

use document::{Node, Place};
use serde_json::{Map, Value};
use value::{object, scalar};

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
    let document = Node::root(document);
    let mut oddities = Vec::new();
    note_unknown(object(&document, "an object")?, &POLICY_ELEMENTS, document.place(), &mut oddities);
    let has_variables = match document.field("Version")? {
        Some(version) => string(&version)? == "2012-10-17",
        None => false,
    };
    let mut statements = Vec::new();
    let Some(element) = document.member("Statement")? else {
        return Err(document.missing("Statement").into());
    };
    if element.value().is_array() {
        for element in element.items()? {
            read(&element, &mut statements, &mut oddities)?;
        }
    } else {
        read(&element, &mut statements, &mut oddities)?;
    }
    Ok(Parsed { statements, oddities, has_variables })
}

/// Reads statements that stand in no document.
pub(crate) fn statements(all: &[Value]) -> Result<Vec<Statement>, ParseError> {
    let mut statements = Vec::with_capacity(all.len());
    for one in all {
        read(&Node::root(one), &mut statements, &mut Vec::new())?;
    }
    Ok(statements)
}

/// Reads a statement, or notes that a template stands in its place.
fn read(
    node: &Node<'_>,
    statements: &mut Vec<Statement>,
    oddities: &mut Vec<Oddity>,
) -> Result<(), ParseError> {
    if node.value().as_str().is_some_and(|text| text.contains("${")) {
        let reason = "a template that was not rendered stands in the place of statements".to_owned();
        oddities.push(Oddity { place: node.place().clone(), reason });
    } else {
        statements.push(statement(node, statements.len(), oddities)?);
    }
    Ok(())
}

fn statement(node: &Node<'_>, index: usize, oddities: &mut Vec<Oddity>) -> Result<Statement, ParseError> {
    let elements = object(node, "an object")?;
    let has_unknown_element = note_unknown(elements, &STATEMENT_ELEMENTS, node.place(), oddities);
    let effect = node.member("Effect")?.ok_or_else(|| node.missing("Effect"))?;
    let effect = match string(&effect)? {
        "Allow" => Effect::Allow,
        "Deny" => Effect::Deny,
        other => {
            return Err(ParseError::UnknownValue {
                place: effect.place().clone(),
                expected: "`Allow` or `Deny`",
                value: other.to_owned(),
            });
        }
    };
    let sid = match node.field("Sid")? {
        Some(sid) => Some(scalar(sid.value()).ok_or_else(|| sid.unexpected("a string"))?),
        None => None,
    };
    Ok(Statement {
        index,
        sid,
        effect,
        principal: element::principal(node, oddities)?,
        action: element::scope(node, "Action", "NotAction", oddities)?,
        resource: element::scope(node, "Resource", "NotResource", oddities)?,
        conditions: condition::conditions(node, oddities)?,
        has_unknown_element,
    })
}

fn string<'a>(node: &Node<'a>) -> Result<&'a str, ParseError> {
    Ok(node.value().as_str().ok_or_else(|| node.unexpected("a string"))?)
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
