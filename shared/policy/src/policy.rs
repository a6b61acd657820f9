//! A bucket policy as parsed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::statement::share_lists;
use crate::template::{Piece, pieces};
use crate::{Comparison, Condition, Oddity, ParseError, Statement, parse};

/// A bucket policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// What S3 would refuse although the rest of the policy can be read.
    pub oddities: Vec<Oddity>,
    /// Whether `${...}` is a policy variable: only in version 2012-10-17.
    pub has_variables: bool,
    document: Arc<Value>,
}

impl Policy {
    /// The longest text that is read. S3 stores at most 20 KB; the rest is room for white space.
    pub const MAX_BYTES: usize = 80 * 1024;

    /// Reads a bucket policy in any legal shape.
    ///
    /// # Errors
    /// The text is too long, is not JSON, or is not shaped like a policy.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.len() > Self::MAX_BYTES {
            return Err(ParseError::TooLong { bytes: text.len(), limit: Self::MAX_BYTES });
        }
        let document =
            document::strict(text).map_err(|error| ParseError::NotJson { reason: error.to_string() })?;
        Self::from_document(document)
    }

    /// Reads a bucket policy from a JSON document.
    ///
    /// # Errors
    /// The document is not shaped like a policy.
    pub fn from_document(document: Value) -> Result<Self, ParseError> {
        let parse::Parsed { mut statements, oddities, has_variables } = parse::policy(&document)?;
        share_lists(&mut statements);
        Ok(Self { statements, oddities, has_variables, document: Arc::new(document) })
    }

    /// The JSON document that the policy was read from.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The statements that `keep` picks as a policy of their own, which no document tells of.
    pub(crate) fn of_statements(&self, keep: impl Fn(&Statement) -> bool) -> Self {
        let statements = self.statements.iter().filter(|statement| keep(statement)).cloned();
        let numbered = statements.enumerate().map(|(index, statement)| Statement { index, ..statement });
        Self {
            statements: numbered.collect(),
            oddities: Vec::new(),
            has_variables: self.has_variables,
            document: Arc::default(),
        }
    }

    /// Its Deny statements, with other statements before them, renumbered.
    pub(crate) fn with_allows(&self, allows: &[Statement]) -> Self {
        let denies = self.statements.iter().filter(|statement| !statement.is_allow());
        let all = allows.iter().chain(denies).cloned().enumerate();
        Self {
            statements: all.map(|(index, statement)| Statement { index, ..statement }).collect(),
            oddities: Vec::new(),
            has_variables: self.has_variables,
            document: Arc::default(),
        }
    }

    /// A policy of only these statements, read as this one is; `None` where they are none. No document tells of it.
    pub(crate) fn with_only(&self, statements: &[Value]) -> Option<Self> {
        let statements = parse::statements(statements).ok()?;
        let has_variables = self.has_variables;
        Some(Self { statements, oddities: Vec::new(), has_variables, document: Arc::default() })
    }

    /// The same with other statements in the place of one; `None` where they are none. No document tells of it.
    pub(crate) fn with_statements(&self, index: usize, others: &[Value]) -> Option<Self> {
        let others = self.with_only(others)?.statements;
        let (before, after) = (self.statements.get(..index)?, self.statements.get(index + 1..)?);
        let all = before.iter().cloned().chain(others).chain(after.iter().cloned());
        let numbered = all.enumerate().map(|(index, statement)| Statement { index, ..statement });
        Some(Self {
            statements: numbered.collect(),
            oddities: Vec::new(),
            has_variables: self.has_variables,
            document: Arc::default(),
        })
    }

    /// The same with only some of the Allow statements, and every Deny.
    pub(crate) fn only(&self, allows: std::ops::Range<usize>) -> Self {
        self.of_statements(|statement| !statement.is_allow() || allows.contains(&statement.index))
    }

    /// Whether a resource or a condition has the variable of this key, which must be in lower case.
    pub(crate) fn has_variable(&self, key: &str) -> bool {
        let is_own = |piece: &Piece| matches!(piece, Piece::Variable { key: own, .. } if own == key);
        let has = |text: &String| pieces(text, self.has_variables).iter().any(is_own);
        self.statements.iter().any(|statement| {
            let values = statement.conditions.iter().flat_map(|condition| &condition.values);
            statement.resource.patterns.iter().chain(values).any(has)
        })
    }

    /// The keys of the variables that the statements speak of which count, in lower case.
    pub(crate) fn variables(&self, counts: &dyn Fn(&Statement) -> bool) -> BTreeSet<String> {
        // Whether a key is there is no comparison with a value.
        let compares =
            |own: &&Condition| own.operator.is_none_or(|own| own.comparison != Comparison::Absence);
        let counting = self.statements.iter().filter(|own| self.has_variables && counts(own));
        let lists = counting.flat_map(|statement| {
            let values = statement.conditions.iter().filter(compares).map(|own| &own.values);
            values.chain([&statement.resource.patterns])
        });
        let texts = lists.filter(|texts| texts.have_variables()).flat_map(|texts| texts.iter());
        let keys = texts.flat_map(|text| pieces(text, true)).filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key),
            _ => None,
        });
        keys.collect()
    }

    /// The JSON Pointer of a statement, which may stand alone instead of in a list.
    #[must_use]
    pub fn pointer(&self, statement: usize) -> String {
        match self.document.get("Statement") {
            Some(Value::Array(_)) => format!("/Statement/{}", self.position(statement)),
            _ => "/Statement".to_owned(),
        }
    }

    /// The position in the document's list of the statement with this index: texts in the list have none.
    fn position(&self, statement: usize) -> usize {
        let list = self.document.get("Statement").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let objects = list.iter().enumerate().filter(|(_, element)| element.is_object());
        objects.map(|(position, _)| position).nth(statement).unwrap_or(statement)
    }
}
