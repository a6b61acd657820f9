//! A value and where it stands.

use serde_json::{Map, Value};

use crate::{Expected, Fault, Place, kind};

/// The longest piece of a document that a [`Fault`] repeats, in characters.
const LONGEST_QUOTE: usize = 80;

/// A value of a document and its place.
///
/// A *member* of an object is what JSON calls so. A *field* is a member that is not null: AWS writes a field that
/// is not set in either way.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    value: &'a Value,
    place: Place,
    spelling: Spelling,
}

/// How names and empty lists are written.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    Exact,
    Any,
}

impl<'a> Node<'a> {
    /// The root of a document whose names are looked up as they are written.
    #[must_use]
    pub fn root(value: &'a Value) -> Self {
        Self::at(value, Place::default())
    }

    /// The root of a document that stands at a place of another one.
    #[must_use]
    pub fn at(value: &'a Value, place: Place) -> Self {
        Self { value, place, spelling: Spelling::Exact }
    }

    /// The same, but names in it are found in any case and with or without underscores, because AWS writes
    /// `IpProtocol`, `ipProtocol` and `ip_protocol`; and `{}` is an empty list, as CloudTrail writes it.
    #[must_use]
    pub fn in_any_spelling(self) -> Self {
        Self { spelling: Spelling::Any, ..self }
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The member `name`, `None` if it is absent.
    ///
    /// # Errors
    /// This is no object.
    pub fn member(&self, name: &str) -> Result<Option<Self>, Fault> {
        let members = self.object()?;
        let value = members.get(name).or_else(|| match self.spelling {
            Spelling::Exact => None,
            Spelling::Any => members.iter().find(|(key, _)| is_same(key, name)).map(|(_, value)| value),
        });
        Ok(value.map(|value| self.inner(value, self.place.member(name))))
    }

    /// The field `name`, `None` if it is absent or null.
    ///
    /// # Errors
    /// This is no object.
    pub fn field(&self, name: &str) -> Result<Option<Self>, Fault> {
        Ok(self.member(name)?.filter(|member| !member.value.is_null()))
    }

    /// The field `name`, which must be there.
    ///
    /// # Errors
    /// It is absent or null, or this is no object.
    pub fn required(&self, name: &'static str) -> Result<Self, Fault> {
        self.field(name)?.ok_or_else(|| self.missing(name))
    }

    /// The text of the field `name`, `None` if it is absent or null.
    ///
    /// # Errors
    /// It is no text, or this is no object.
    pub fn text_of(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        self.field(name)?.map(|field| field.text()).transpose()
    }

    /// The items of the list `name`; none if it is absent or null.
    ///
    /// # Errors
    /// It is no list, or this is no object.
    pub fn items_of(&self, name: &str) -> Result<Vec<Self>, Fault> {
        self.field(name)?.map_or_else(|| Ok(Vec::new()), |list| list.items())
    }

    /// The names and values of this object, as they are written and in their order.
    ///
    /// # Errors
    /// This is no object.
    pub fn members(&self) -> Result<impl Iterator<Item = (&'a str, Self)>, Fault> {
        let inner = |(name, value): (&'a String, &'a Value)| {
            (name.as_str(), self.inner(value, self.place.member(name)))
        };
        Ok(self.object()?.iter().map(inner))
    }

    /// The members of this object that are not null.
    ///
    /// # Errors
    /// This is no object.
    pub fn fields(&self) -> Result<impl Iterator<Item = (&'a str, Self)>, Fault> {
        Ok(self.members()?.filter(|(_, member)| !member.value.is_null()))
    }

    /// The items of this list.
    ///
    /// # Errors
    /// This is no list.
    pub fn items(&self) -> Result<Vec<Self>, Fault> {
        match (self.value, self.spelling) {
            (Value::Array(items), _) => {
                let inner = |(index, value)| self.inner(value, self.place.element(index));
                Ok(items.iter().enumerate().map(inner).collect())
            }
            (Value::Object(members), Spelling::Any) if members.is_empty() => Ok(Vec::new()),
            _ => Err(self.unexpected(Expected::List)),
        }
    }

    /// This as text.
    ///
    /// # Errors
    /// This is no text.
    pub fn text(&self) -> Result<&'a str, Fault> {
        self.value.as_str().ok_or_else(|| self.unexpected(Expected::Text))
    }

    /// This as `true` or `false`.
    ///
    /// # Errors
    /// This is neither.
    pub fn flag(&self) -> Result<bool, Fault> {
        self.value.as_bool().ok_or_else(|| self.unexpected(Expected::Flag))
    }

    /// This as a whole number, which may be written as text.
    ///
    /// # Errors
    /// This is none, or not one that `N` holds.
    pub fn number<N: TryFrom<i64>>(&self) -> Result<N, Fault> {
        let number = match self.value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.and_then(|number| N::try_from(number).ok()).ok_or_else(|| self.unexpected(Expected::Number))
    }

    /// The fault that this object lacks `name`.
    #[must_use]
    pub fn missing(&self, name: &'static str) -> Fault {
        Fault::Missing { place: self.place.clone(), name }
    }

    /// The fault that this is not what was expected.
    #[must_use]
    pub fn unexpected(&self, expected: impl Into<Expected>) -> Fault {
        let found = match self.value {
            Value::String(text) => text.chars().take(LONGEST_QUOTE).collect(),
            other => other.to_string().chars().take(LONGEST_QUOTE).collect(),
        };
        Fault::Unexpected {
            place: self.place.clone(),
            expected: expected.into(),
            kind: kind(self.value),
            found,
        }
    }

    fn object(&self) -> Result<&'a Map<String, Value>, Fault> {
        self.value.as_object().ok_or_else(|| self.unexpected(Expected::Object))
    }

    fn inner(&self, value: &'a Value, place: Place) -> Self {
        Self { value, place, spelling: self.spelling }
    }
}

/// Whether two names are one in some of AWS's spellings.
fn is_same(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase())
}

#[cfg(test)]
#[path = "node_tests.rs"]
mod tests;
