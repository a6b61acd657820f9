//! Why Curfew was asked to look.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::{quoted, shortened};

/// The longest name of a principal that is kept, in characters: more than the ARN of any user or session has.
const LONGEST_PRINCIPAL: usize = 700;

/// Which trigger pointed at a resource: for people to read, never to decide by.
///
/// What it is made from is shortened and put on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cause {
    trigger: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open_since: Option<String>,
}

impl Cause {
    /// A cause of which only the kind of trigger is known, as in `AWS Config rule`.
    #[must_use]
    pub fn new(trigger: &str) -> Self {
        Self {
            trigger: quoted(trigger),
            rule: None,
            time: None,
            event_id: None,
            opened_by: None,
            open_since: None,
        }
    }

    /// The same, with the rule that found the resource, where there is one.
    #[must_use]
    pub fn with_rule(self, name: Option<&str>) -> Self {
        Self { rule: name.map(quoted), ..self }
    }

    /// The same, with the time of the event, where it has one.
    #[must_use]
    pub fn with_time(self, time: Option<&str>) -> Self {
        Self { time: time.map(quoted), ..self }
    }

    /// The same, with the id of the event, where it has one.
    #[must_use]
    pub fn with_event_id(self, id: Option<&str>) -> Self {
        Self { event_id: id.map(quoted), ..self }
    }

    /// The same, with who opened the resource, where the trigger tells.
    #[must_use]
    pub fn with_opened_by(self, who: Option<&str>) -> Self {
        Self { opened_by: who.map(|who| shortened(who, LONGEST_PRINCIPAL)), ..self }
    }

    /// The same, with the time since when the resource is open at the latest, where the trigger tells. What is no
    /// time in RFC 3339 tells nothing.
    #[must_use]
    pub fn with_open_since(self, at: Option<&str>) -> Self {
        let at = at.filter(|at| moment(at).is_some());
        Self { open_since: at.map(ToOwned::to_owned), ..self }
    }

    /// Since when the resource is open at the latest, where the trigger tells.
    #[must_use]
    pub fn open_since(&self) -> Option<SystemTime> {
        self.open_since.as_deref().and_then(moment)
    }

    /// Who opened the resource, where the trigger tells.
    #[must_use]
    pub fn opened_by(&self) -> Option<&str> {
        self.opened_by.as_deref()
    }

    /// The kind of trigger.
    #[must_use]
    pub fn trigger(&self) -> &str {
        &self.trigger
    }

    /// The rule that found the resource.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// The time of the event, as the trigger writes it.
    #[must_use]
    pub fn time(&self) -> Option<&str> {
        self.time.as_deref()
    }

    /// The id of the event.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.event_id.as_deref()
    }
}

/// The time that a text in RFC 3339 says.
fn moment(text: &str) -> Option<SystemTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(SystemTime::from)
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.trigger)?;
        if let Some(rule) = &self.rule {
            write!(f, " {rule}")?;
        }
        if let Some(opened_by) = &self.opened_by {
            write!(f, " by {opened_by}")?;
        }
        if let Some(time) = &self.time {
            write!(f, " at {time}")?;
        }
        if let Some(event_id) = &self.event_id {
            write!(f, " (event {event_id})")?;
        }
        Ok(())
    }
}
