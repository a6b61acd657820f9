//! What Curfew did in a while, for people who were not there.
//!
//! [`Gathering`] takes records, or lines that hold records or the log's lines, and becomes a [`Report`]: [`text()`] is for a
//! terminal, [`json`] for programs, [`csv`] for spreadsheets, [`html()`] a page that needs nothing but a browser.
//!
//! It only says what they say. What they do not know stays unknown, each case is counted once, and what cannot be read is
//! counted and named.

mod case;
mod csv;
mod gathering;
mod html;
mod json;
mod of_line;
mod of_record;
mod tally;
mod text;
mod words;

use std::time::SystemTime;

pub use case::{Attempt, Case, Ending, Kind, Restoring};
pub use csv::csv;
pub use gathering::{Details, Gathering};
pub use html::html;
pub use json::json;
pub use tally::{Again, Day, Exposure, Tally};
pub use text::text;

/// What Curfew did.
#[derive(Debug)]
pub struct Report {
    /// When it was made.
    pub made_at: SystemTime,
    /// Of what: an account and a Region, or files.
    pub of: String,
    /// How the names of the deployment begin, which commands have to say.
    pub prefix: String,
    /// Of what time.
    pub period: Period,
    /// What there was to read.
    pub read: Read,
    /// All that happened, the newest first.
    pub cases: Vec<Case>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// From when to when, in UTC: a case counts by when it ended, and one that is not over by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// From then on; `None` for all that there is.
    pub since: Option<SystemTime>,
    /// Before then; `None` for all that there was when the report was made.
    pub until: Option<SystemTime>,
}

/// What there was to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Read {
    /// Records.
    pub records: usize,
    /// Log lines about a resource.
    pub lines: usize,
    /// Of these lines, those that found nothing to do.
    pub clean_lines: usize,
    /// Log lines by which AWS Config was told, which are no work of Curfew's.
    pub evaluations: usize,
    /// Other lines.
    pub others: usize,
    /// Records and lines of another time.
    pub outside: usize,
}

/// A record or a line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unreadable {
    /// Which: the record's id, or the line's place.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Period {
    /// Whether what ended then counts.
    #[must_use]
    pub fn has(&self, at: SystemTime) -> bool {
        self.until.is_none_or(|until| at < until) && self.since.is_none_or(|since| since <= at)
    }
}

impl Read {
    /// Whether there are log lines among it, which tell less than records do.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        self.lines + self.evaluations + self.others > 0
    }
}
