//! Paths into a document.

use std::fmt;

/// Where in a document something stands, as in `Statement[2].Condition.StringLike`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// The place of a member of the object at this place.
    #[must_use]
    pub fn member(&self, name: &str) -> Self {
        let dot = if self.is_root() { "" } else { "." };
        Self([&self.0, dot, name].concat())
    }

    /// The place of an element of the list at this place.
    #[must_use]
    pub fn element(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// Whether this is the document as a whole.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "the document" } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_a_path() {
        let root = Place::default();
        assert_eq!(root.to_string(), "the document");
        assert_eq!(root.element(2).to_string(), "[2]");
        let statement = root.member("Statement").element(2);
        assert_eq!(statement.member("Condition").member("Bool").to_string(), "Statement[2].Condition.Bool");
    }
}
