//! Reading a JSON document by path, so that an error can name the field.

use serde_json::{Map, Value};

use crate::TriggerError;

/// An object inside a trigger, and the path that leads to it.
pub(crate) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The whole trigger.
    pub(crate) fn root(document: &'a Value) -> Result<Self, TriggerError> {
        Self::of(document, String::new())
    }

    pub(crate) fn of(value: &'a Value, path: String) -> Result<Self, TriggerError> {
        match value.as_object() {
            Some(object) => Ok(Self { object, path }),
            None if path.is_empty() => Err(TriggerError::NotAnObject),
            None => Err(TriggerError::WrongType { field: path, expected: "a JSON object" }),
        }
    }

    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A field that is absent and one that is null are the same: AWS sends both.
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn optional_text(&self, key: &str) -> Result<Option<&'a str>, TriggerError> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TriggerError::WrongType { field: self.path(key), expected: "a string" }),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Result<&'a str, TriggerError> {
        self.optional_text(key)?.ok_or_else(|| TriggerError::missing(self.path(key)))
    }

    pub(crate) fn optional_object(&self, key: &str) -> Result<Option<Fields<'a>>, TriggerError> {
        self.get(key).map(|value| Fields::of(value, self.path(key))).transpose()
    }

    pub(crate) fn object(&self, key: &str) -> Result<Fields<'a>, TriggerError> {
        self.optional_object(key)?.ok_or_else(|| TriggerError::missing(self.path(key)))
    }

    pub(crate) fn list(&self, key: &str) -> Result<&'a [Value], TriggerError> {
        match self.get(key) {
            None => Err(TriggerError::missing(self.path(key))),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(TriggerError::WrongType { field: self.path(key), expected: "a list" }),
        }
    }
}
