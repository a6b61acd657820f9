//! Principal, action and resource.

use document::Node;
use serde_json::Value;

use super::value::{one_or_many, scalar, strings};
use crate::{Oddity, ParseError, Principal, PrincipalElement, PrincipalKind, Principals, Scope};

/// Reads `Principal` or `NotPrincipal`: `"*"` or a map; also a bare ARN or a list, which S3 refuses and others write.
pub(super) fn principal(
    statement: &Node<'_>,
    oddities: &mut Vec<Oddity>,
) -> Result<PrincipalElement, ParseError> {
    let Some((element, negated)) = either(statement, "Principal", "NotPrincipal")? else {
        note_missing("Principal", statement, oddities);
        return Ok(PrincipalElement { negated: false, principals: Principals::default() });
    };
    let mut principals = Vec::new();
    match element.value() {
        Value::Object(_) => {
            for (name, values) in element.members()? {
                let Some(kind) = PrincipalKind::parse(name) else {
                    return Err(ParseError::UnknownValue {
                        place: values.place().clone(),
                        expected: "`AWS`, `Federated`, `Service` or `CanonicalUser`",
                        value: name.to_owned(),
                    });
                };
                // Account ids are often written as numbers.
                let identities = one_or_many(&values, "a string or a list of strings", scalar)?;
                principals.extend(identities.into_iter().map(|value| Principal { kind, value }));
            }
        }
        Value::String(_) | Value::Array(_) => {
            let values = strings(&element)?;
            if values != ["*"] || element.value().is_array() {
                let reason =
                    "a principal that is not `*` must stand in a map, as in `{\"AWS\": ...}`".to_owned();
                oddities.push(Oddity { place: element.place().clone(), reason });
            }
            principals.extend(values.into_iter().map(|value| Principal { kind: PrincipalKind::Aws, value }));
        }
        _ => return Err(element.unexpected("`*` or an object").into()),
    }
    Ok(PrincipalElement { negated, principals: principals.into() })
}

/// Reads `Action` or `Resource` or their negated forms.
pub(super) fn scope(
    statement: &Node<'_>,
    plain: &'static str,
    negated_form: &'static str,
    oddities: &mut Vec<Oddity>,
) -> Result<Scope, ParseError> {
    let Some((element, negated)) = either(statement, plain, negated_form)? else {
        note_missing(plain, statement, oddities);
        return Ok(Scope::default());
    };
    Ok(Scope { negated, patterns: strings(&element)?.into() })
}

/// The plain or the negated form of an element, and whether it is the negated one.
fn either<'a>(
    statement: &Node<'a>,
    plain: &'static str,
    negated: &'static str,
) -> Result<Option<(Node<'a>, bool)>, ParseError> {
    match (statement.member(plain)?, statement.member(negated)?) {
        (Some(_), Some(_)) => {
            Err(ParseError::Both { place: statement.place().clone(), first: plain, second: negated })
        }
        (Some(element), None) => Ok(Some((element, false))),
        (None, Some(element)) => Ok(Some((element, true))),
        (None, None) => Ok(None),
    }
}

fn note_missing(element: &str, statement: &Node<'_>, oddities: &mut Vec<Oddity>) {
    let reason = format!("`{element}` is missing, so nothing matches");
    oddities.push(Oddity { place: statement.place().clone(), reason });
}
