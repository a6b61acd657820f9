//! Why Curfew was asked to look.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::quoted;

/// Which trigger pointed at a resource: for people to read, never to decide by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    trigger: &'static str,
    rule: Option<String>,
    time: Option<String>,
    event: Option<String>,
}

impl Cause {
    pub fn new(trigger: &'static str) -> Self {
        Self { trigger, rule: None, time: None, event: None }
    }

    pub(crate) fn rule(mut self, name: Option<&str>) -> Self {
        self.rule = name.map(quoted);
        self
    }

    pub(crate) fn event(mut self, id: Option<&str>, time: Option<&str>) -> Self {
        self.event = id.map(quoted);
        self.time = time.map(quoted);
        self
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.trigger)?;
        if let Some(rule) = &self.rule {
            write!(f, " {rule}")?;
        }
        if let Some(time) = &self.time {
            write!(f, " at {time}")?;
        }
        if let Some(event) = &self.event {
            write!(f, " (event {event})")?;
        }
        Ok(())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
