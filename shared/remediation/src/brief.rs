//! What a digest says of one subject: enough to know whether to look closer, and what finds the rest.

use std::time::SystemTime;

use events::Subject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::{rfc3339, stamp};
use crate::ledger::{Record, RecordId};
use crate::{Outcome, Report, Severity};

/// How many findings, and how many steps, a brief has at most.
const LISTED: usize = 3;

/// How long a sentence of it is at most, in characters.
const LONGEST: usize = 300;

/// What a digest says of one subject. The record has the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// When it was left to the digest.
    #[serde(with = "stamp")]
    pub at: SystemTime,
    /// What finds the record.
    pub record: RecordId,
    /// What it is about, and what pointed at it.
    pub subject: Subject,
    /// How it ended.
    pub outcome: Outcome,
    /// How bad it was.
    pub severity: Severity,
    /// Who owns it, where its tags say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What was found, a sentence each.
    pub findings: Sentences,
    /// What was changed; where nothing was since Curfew only observes, what would have been.
    pub steps: Sentences,
    /// What else there is to know of how it was closed, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether Curfew closed a part of it, or may have, so that nobody may say that Curfew closed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_in_part: bool,
    /// What is exempt, until when, why, and by whose word.
    #[serde(default, skip_serializing_if = "Sentences::is_empty")]
    pub exempt: Sentences,
    /// What does not exempt though somebody wrote so, and why.
    #[serde(default, skip_serializing_if = "Sentences::is_empty")]
    pub refused: Sentences,
    /// Whether a restore takes the record: something was changed, or may have been, and the resource is there.
    #[serde(default)]
    pub is_reversible: bool,
}

/// The first of some sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentences {
    /// The first ones.
    pub first: Vec<String>,
    /// How many others there are.
    #[serde(default, skip_serializing_if = "is_none")]
    pub others: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn is_none(number: &usize) -> bool {
    *number == 0
}

impl Sentences {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.others == 0
    }

    fn of(all: impl ExactSizeIterator<Item = String>) -> Self {
        let others = all.len().saturating_sub(LISTED);
        Self { first: all.take(LISTED).map(|sentence| shortened(&sentence)).collect(), others }
    }
}

impl Brief {
    /// The report of a subject in brief.
    #[must_use]
    pub fn of(report: &Report, record: &RecordId, at: SystemTime) -> Self {
        let steps = if report.outcome == Outcome::Observed {
            Sentences::of(report.planned.iter().cloned())
        } else {
            Sentences::of(report.changes.iter().map(|change| change.summary.clone()))
        };
        let found = report.findings.iter().chain(&report.found_before).chain(&report.begun_before);
        let found: Vec<String> = found.map(crate::Finding::sentence).collect();
        Self {
            at,
            record: record.clone(),
            subject: report.subject.clone(),
            outcome: report.outcome,
            severity: report.severity(),
            owner: report.owner.clone(),
            findings: Sentences::of(found.into_iter()),
            steps,
            note: report.note.map(crate::Note::words),
            is_in_part: report.note.is_some_and(crate::Note::is_in_part),
            exempt: Sentences::of(report.exempt.applied.iter().map(ToString::to_string)),
            refused: Sentences::of(report.exempt.refusals().into_iter()),
            is_reversible: report.is_reversible,
        }
    }

    /// The same for programs, in the words of the log line where these have them.
    #[must_use]
    pub fn facts(&self) -> Map<String, Value> {
        let Self { at, record, subject, outcome, severity, owner, findings, steps, note, .. } = self;
        let Self { exempt, refused, .. } = self;
        let mut facts = Map::new();
        let mut add = |key: &str, value: Value| facts.insert(key.to_owned(), value);
        add("at", rfc3339(*at).into());
        add("resource", subject.resource.id().into());
        add("resource_kind", subject.resource.kind().into());
        add("arn", subject.arn().into());
        add("cause", subject.cause.to_string().into());
        if let Some(who) = subject.cause.opened_by() {
            add("opened_by", who.into());
        }
        if let Some(owner) = owner {
            add("owner", owner.as_str().into());
        }
        add("outcome", outcome.as_str().into());
        add("severity", severity.as_str().into());
        add("record", record.to_string().into());
        add("console", json!(subject.console_url()));
        add("findings", json!(findings));
        add(if *outcome == Outcome::Observed { "planned" } else { "changes" }, json!(steps));
        if let Some(note) = note {
            add("note", note.as_str().into());
        }
        if self.is_in_part {
            add("in_part", true.into());
        }
        if self.is_reversible && steps.is_empty() {
            add("may_have_changed", true.into());
        }
        if !exempt.is_empty() {
            add("exemptions", json!(exempt));
        }
        if !refused.is_empty() {
            add("exemptions_refused", json!(refused));
        }
        facts
    }
}

impl Record {
    /// What is left to the next mail about several subjects, once this is over.
    #[must_use]
    pub fn brief(&self) -> Option<&Brief> {
        let last = self.told.last().filter(|_| self.end.is_some());
        last.and_then(|last| last.brief.as_deref())
    }
}

fn shortened(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let start: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() { format!("{start}...") } else { start }
}
