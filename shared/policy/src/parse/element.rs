//! Principal, action and resource.

use serde_json::{Map, Value};

use crate::error::Place;
use crate::json::{scalar, strings, wrong_type};
use crate::{Oddity, ParseError, Principal, PrincipalElement, PrincipalKind, Scope};

/// Reads `Principal` or `NotPrincipal`: `"*"` or a map; also a bare ARN or a list, which S3 refuses and others write.
pub(super) fn principal(
    statement: &Map<String, Value>,
    place: &Place,
    oddities: &mut Vec<Oddity>,
) -> Result<PrincipalElement, ParseError> {
    let Some((value, negated, place)) = either(statement, "Principal", "NotPrincipal", place)? else {
        note_missing("Principal", place, oddities);
        return Ok(PrincipalElement { negated: false, principals: Vec::new() });
    };
    let mut principals = Vec::new();
    match value {
        Value::Object(map) => {
            for (name, values) in map {
                let place = place.member(name);
                let Some(kind) = PrincipalKind::parse(name) else {
                    return Err(ParseError::UnknownValue {
                        place,
                        expected: "`AWS`, `Federated`, `Service` or `CanonicalUser`",
                        value: name.clone(),
                    });
                };
                principals
                    .extend(identities(values, &place)?.into_iter().map(|value| Principal { kind, value }));
            }
        }
        Value::String(_) | Value::Array(_) => {
            let values = strings(value, &place)?;
            if values != ["*"] || value.is_array() {
                let reason =
                    "a principal that is not `*` must stand in a map, as in `{\"AWS\": ...}`".to_owned();
                oddities.push(Oddity { place, reason });
            }
            principals.extend(values.into_iter().map(|value| Principal { kind: PrincipalKind::Aws, value }));
        }
        other => return Err(wrong_type(&place, "`*` or an object", other)),
    }
    Ok(PrincipalElement { negated, principals })
}

/// Account ids are often written as numbers.
fn identities(value: &Value, place: &Place) -> Result<Vec<String>, ParseError> {
    const EXPECTED: &str = "a string or a list of strings";
    match value {
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| scalar(value, &place.element(index), EXPECTED))
            .collect(),
        single => Ok(vec![scalar(single, place, EXPECTED)?]),
    }
}

/// Reads `Action` or `Resource` or their negated forms.
pub(super) fn scope(
    statement: &Map<String, Value>,
    plain: &'static str,
    negated_form: &'static str,
    place: &Place,
    oddities: &mut Vec<Oddity>,
) -> Result<Scope, ParseError> {
    let Some((value, negated, place)) = either(statement, plain, negated_form, place)? else {
        note_missing(plain, place, oddities);
        return Ok(Scope::default());
    };
    Ok(Scope { negated, patterns: strings(value, &place)? })
}

fn either<'value>(
    statement: &'value Map<String, Value>,
    plain: &'static str,
    negated: &'static str,
    place: &Place,
) -> Result<Option<(&'value Value, bool, Place)>, ParseError> {
    match (statement.get(plain), statement.get(negated)) {
        (Some(_), Some(_)) => Err(ParseError::Both { place: place.clone(), first: plain, second: negated }),
        (Some(value), None) => Ok(Some((value, false, place.member(plain)))),
        (None, Some(value)) => Ok(Some((value, true, place.member(negated)))),
        (None, None) => Ok(None),
    }
}

fn note_missing(element: &str, place: &Place, oddities: &mut Vec<Oddity>) {
    oddities
        .push(Oddity { place: place.clone(), reason: format!("`{element}` is missing, so nothing matches") });
}
