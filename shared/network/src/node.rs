//! Reading JSON leniently, with the place of whatever cannot be read.

use addresses::{IpNet, parse_block};
use serde_json::Value;
use thiserror::Error;

/// Why a document could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A field that must be there is absent or null.
    #[error("`{field}` is missing")]
    Missing {
        /// The path of the field.
        field: String,
    },
    /// A field holds something else than it should.
    #[error("`{field}` is not {expected}: `{found}`")]
    Unexpected {
        /// The path of the field.
        field: String,
        /// What it should hold, with its article.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
    /// The text is no JSON.
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

/// A JSON value and its path from the root.
///
/// Names of fields are found in any case and with or without underscores, because AWS writes
/// `IpProtocol`, `ipProtocol` and `ip_protocol`.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    path: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    /// The root of a document; an empty `path` leaves it out of its fields' paths.
    pub(crate) fn root(path: &str, value: &'a Value) -> Self {
        Self { path: path.to_owned(), value }
    }

    /// The field `name`, `None` if it is absent or null.
    ///
    /// # Errors
    /// This node is not an object.
    pub(crate) fn field(&self, name: &str) -> Result<Option<Self>, ReadError> {
        let Value::Object(fields) = self.value else {
            return Err(self.unexpected("an object"));
        };
        let value = fields.get(name).or_else(|| {
            let same_name = |(key, _): &(&String, &Value)| folded(key).eq(folded(name));
            fields.iter().find(same_name).map(|(_, value)| value)
        });
        Ok(value.filter(|value| !value.is_null()).map(|value| Self { path: self.path_of(name), value }))
    }

    /// The field `name`, which must be there.
    pub(crate) fn required(&self, name: &str) -> Result<Self, ReadError> {
        self.field(name)?.ok_or_else(|| ReadError::Missing { field: self.path_of(name) })
    }

    /// The items of the list `name`; none if it is absent, null or, as CloudTrail writes it, `{}`.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<Self>, ReadError> {
        self.field(name)?.map_or(Ok(Vec::new()), |list| list.items())
    }

    /// The items of this list.
    pub(crate) fn items(&self) -> Result<Vec<Self>, ReadError> {
        match self.value {
            Value::Array(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, value)| Self { path: format!("{}[{index}]", self.path), value })
                .collect()),
            Value::Object(fields) if fields.is_empty() => Ok(Vec::new()),
            _ => Err(self.unexpected("a list")),
        }
    }

    /// The fields of this object that are not null.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Self)>, ReadError> {
        let Value::Object(fields) = self.value else {
            return Err(self.unexpected("an object"));
        };
        Ok(fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| {
                let path = self.path_of(name);
                (name.as_str(), Self { path, value })
            })
            .collect())
    }

    /// The text of the field `name`, if it is there.
    pub(crate) fn text_of(&self, name: &str) -> Result<Option<&'a str>, ReadError> {
        self.field(name)?.map(|field| field.text()).transpose()
    }

    /// This node as text.
    pub(crate) fn text(&self) -> Result<&'a str, ReadError> {
        self.value.as_str().ok_or_else(|| self.unexpected("text"))
    }

    /// This node as `true` or `false`.
    pub(crate) fn flag(&self) -> Result<bool, ReadError> {
        self.value.as_bool().ok_or_else(|| self.unexpected("true or false"))
    }

    /// This node as a whole number, which may be written as text.
    pub(crate) fn number(&self) -> Result<i32, ReadError> {
        let number = match self.value {
            Value::Number(number) => number.as_i64().and_then(|number| number.try_into().ok()),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.unexpected("a whole number"))
    }

    /// This node as a block of addresses.
    pub(crate) fn block(&self) -> Result<IpNet, ReadError> {
        parse_block(self.text()?).map_err(|_| self.unexpected("an address block"))
    }

    /// An error that says that this node is not `expected`.
    pub(crate) fn unexpected(&self, expected: &'static str) -> ReadError {
        const LONGEST_QUOTE: usize = 80;
        ReadError::Unexpected {
            field: if self.path.is_empty() { "the document".to_owned() } else { self.path.clone() },
            expected,
            found: match self.value {
                Value::String(text) => text.chars().take(LONGEST_QUOTE).collect(),
                other => other.to_string().chars().take(LONGEST_QUOTE).collect(),
            },
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// A field's name without what differs between AWS's spellings.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase())
}
