//! The `Condition` element.

use document::Node;

use super::value::{object, one_or_many, scalar};
use crate::{Condition, Key, Oddity, Operator, ParseError};

/// Reads all conditions of a statement, in order.
pub(super) fn conditions(
    statement: &Node<'_>,
    oddities: &mut Vec<Oddity>,
) -> Result<Vec<Condition>, ParseError> {
    let Some(block) = statement.field("Condition")? else { return Ok(Vec::new()) };
    let mut conditions = Vec::new();
    for (operator_name, keys) in object(&block, "an object of operators")? {
        let keys = Node::at(keys, block.place().member(operator_name));
        let operator = Operator::parse(operator_name);
        if operator.is_none() {
            let reason = "this is no condition operator".to_owned();
            oddities.push(Oddity { place: keys.place().clone(), reason });
        }
        for (key, values) in object(&keys, "an object of condition keys")? {
            let values = Node::at(values, keys.place().member(key));
            let expected = "a string, boolean or number, or a list of them";
            conditions.push(Condition {
                operator_name: operator_name.clone(),
                operator,
                key: Key::new(key),
                values: one_or_many(&values, expected, scalar)?.into(),
            });
        }
    }
    Ok(conditions)
}
