//! The `Condition` element.

use serde_json::{Map, Value};

use crate::error::Place;
use crate::json::{object, scalar};
use crate::{Condition, Key, Oddity, Operator, ParseError};

/// Reads all conditions of a statement, in order.
pub(super) fn conditions(
    statement: &Map<String, Value>,
    place: &Place,
    oddities: &mut Vec<Oddity>,
) -> Result<Vec<Condition>, ParseError> {
    let place = place.member("Condition");
    let block = match statement.get("Condition") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => object(value, &place, "an object of operators")?,
    };
    let mut conditions = Vec::new();
    for (operator_name, keys) in block {
        let place = place.member(operator_name);
        let operator = Operator::parse(operator_name);
        if operator.is_none() {
            oddities
                .push(Oddity { place: place.clone(), reason: "this is no condition operator".to_owned() });
        }
        for (key, value) in object(keys, &place, "an object of condition keys")? {
            conditions.push(Condition {
                operator_name: operator_name.clone(),
                operator,
                key: Key::new(key),
                values: values(value, &place.member(key))?,
            });
        }
    }
    Ok(conditions)
}

fn values(value: &Value, place: &Place) -> Result<Vec<String>, ParseError> {
    const EXPECTED: &str = "a string, boolean or number, or a list of them";
    match value {
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| scalar(value, &place.element(index), EXPECTED))
            .collect(),
        single => Ok(vec![scalar(single, place, EXPECTED)?]),
    }
}
