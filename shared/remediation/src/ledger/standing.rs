//! What is known of a subject and a control between two pieces of work, and what it lets somebody do.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{Held, Hold, LeftAlone, Record, Terms};
use crate::clock::stamp;

/// How long a closing counts in a feud.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// By how much two clocks may differ.
pub const SKEW: Duration = Duration::from_secs(3);

/// How many closings are kept, whatever the limit is.
pub const KEPT: usize = 20;

/// What is known of a subject and a control.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The key of the record that is open.
    pub open: Option<String>,
    /// Until when somebody works on it.
    pub lease_until: Option<SystemTime>,
    /// Lambda's id of the request that works on it, or did.
    pub holder: Option<String>,
    /// Until when the open record waits.
    pub held_until: Option<SystemTime>,
    /// What people were told last.
    pub told: Option<LastTold>,
    /// When it was closed lately, the last one last.
    pub closings: Vec<Closing>,
    /// What a person put back, which is left alone for some time.
    pub left_alone: Option<LeftAlone>,
    /// When work on it ended last.
    pub ended_at: Option<SystemTime>,
}

/// What people were told last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastTold {
    /// Of what.
    pub situation: String,
    /// By which trigger it was found then.
    pub cause: String,
    /// When.
    pub at: SystemTime,
}

/// One time that it was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// When.
    #[serde(with = "stamp")]
    pub at: SystemTime,
    /// What was closed.
    pub offence: String,
    /// Who had opened it, where the trigger told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
}

/// What a standing lets somebody do who comes with a new record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// To begin.
    Free,
    /// This very record is written already: the answer to an earlier try got lost.
    Mine,
    /// Nothing: somebody else works on it until then.
    Busy(SystemTime),
    /// To go on with the record of this key.
    Open(String),
    /// Nothing: the record of this key waits.
    Waits(String),
    /// Nothing: people know.
    Known,
    /// Nothing but to write down that it waits.
    Hold(Hold),
    /// Nothing yet: a person put something back.
    Restored(LeftAlone),
    /// Nothing yet: what somebody else did, who ended then, may not have been seen.
    Stale(SystemTime),
}

impl Standing {
    /// What may be done with a new record.
    #[must_use]
    pub fn entry(&self, record: &Record, terms: &Terms) -> Entry {
        let is_ahead = |at: &SystemTime| *at > terms.now;
        let leased_until = self.lease_until.filter(is_ahead);
        match (&self.open, leased_until) {
            (Some(key), Some(_)) if *key == record.id.key => return Entry::Mine,
            (Some(_), Some(until)) => return Entry::Busy(until),
            _ => {}
        }
        // What a person had put back comes before what is open: that is gone on with by who knows it.
        let is_news = |left: &&LeftAlone| {
            is_ahead(&left.until) && terms.heard.grace != Some(left.until) && record.restores.is_none()
        };
        let left_alone = self.left_alone.as_ref().filter(is_news);
        if let Some(key) = &self.open {
            return match left_alone {
                Some(left_alone) => Entry::Restored(left_alone.clone()),
                None if self.held_until.as_ref().is_some_and(is_ahead) => Entry::Waits(key.clone()),
                None => Entry::Open(key.clone()),
            };
        }
        // What a person puts back is held up by nothing but other work.
        if record.restores.is_some() {
            return Entry::Free;
        }
        let is_unheard = |at: &SystemTime| {
            *at + SKEW > terms.looked_at && terms.heard.end.is_none_or(|heard| !is_same_moment(heard, *at))
        };
        if let Some(ended) = self.ended_at.filter(is_unheard) {
            return Entry::Stale(ended);
        }
        if let Some(left_alone) = left_alone {
            return Entry::Restored(left_alone.clone());
        }
        if terms.changes {
            self.feud(record, terms).map_or(Entry::Free, Entry::Hold)
        } else {
            self.news(record, terms)
        }
    }

    /// What a person put back that is left alone now.
    #[must_use]
    pub fn grace(&self, now: SystemTime) -> Option<&LeftAlone> {
        self.left_alone.as_ref().filter(|left| left.until > now)
    }

    /// Whether there is something to say that people do not know yet: the same by the same trigger is no news, and by
    /// another one only once some time has passed.
    fn news(&self, record: &Record, terms: &Terms) -> Entry {
        let knows = self.told.as_ref().is_some_and(|told| {
            // What another clock puts into the future is not long ago.
            let age = terms.now.duration_since(told.at).unwrap_or_default();
            let is_recent = age < terms.limits.remind_after;
            let was_closed = terms.seen_closed.is_some_and(|closed| closed > told.at);
            told.situation == record.situation
                && !was_closed
                && (is_recent || told.cause == record.subject.cause.to_string())
        });
        if knows { Entry::Known } else { Entry::Free }
    }

    /// What holds a record whose situation was closed too often within a day.
    fn feud(&self, record: &Record, terms: &Terms) -> Option<Hold> {
        let lately: Vec<&Closing> = self
            .closings
            .iter()
            .filter(|closing| {
                Some(&closing.offence) == record.offence.as_ref() && is_within_a_day(closing.at, terms.now)
            })
            .collect();
        let times = u32::try_from(lately.len()).unwrap_or(u32::MAX);
        let first = lately.first().filter(|_| times >= terms.limits.feud_limit)?;
        let now = record.subject.cause.opened_by();
        let before = lately.iter().rev().filter_map(|closing| closing.opened_by.as_deref());
        let mut opened_by: Vec<String> = Vec::new();
        for name in now.into_iter().chain(before) {
            if !opened_by.iter().any(|known| known == name) {
                opened_by.push(name.to_owned());
            }
        }
        Some(Hold { until: first.at + DAY, by: Held::Feud { times, opened_by }, tells: true })
    }

    /// What may be done with a record that is open already, and has a new attempt: it is free once nobody works on it.
    #[must_use]
    pub fn entry_again(&self, record: &Record, terms: &Terms) -> Entry {
        if self.open.as_ref() != Some(&record.id.key) {
            // It was closed, by somebody who was faster.
            return Entry::Busy(terms.now);
        }
        match self.lease_until.filter(|until| *until > terms.now) {
            Some(until) if until == terms.lease_until && self.is_held_by(record) => Entry::Mine,
            Some(until) => Entry::Busy(until),
            None => Entry::Free,
        }
    }

    /// What may be done with a new record in the place of one that is open, is taken, and says how it ended.
    #[must_use]
    pub fn entry_after(&self, over: &Record, record: &Record, terms: &Terms) -> Entry {
        if self.is_held_by(over) {
            self.clone().without(over).entry(record, terms)
        } else if self.open.as_ref() == Some(&record.id.key) {
            // The answer to an earlier try got lost.
            self.entry(record, terms)
        } else {
            // Somebody has taken it since.
            Entry::Busy(terms.now)
        }
    }

    /// The same once its holder has ended this record.
    #[must_use]
    pub fn without(self, over: &Record) -> Self {
        match &over.end {
            Some(end) => self.finished(over, end.at),
            None => self,
        }
    }

    /// Whether it is this record that is open, and nobody else has taken it since its last attempt began.
    #[must_use]
    pub fn is_held_by(&self, record: &Record) -> bool {
        self.open.as_deref() == Some(record.id.key.as_str()) && self.holder.as_deref() == record.holder()
    }

    /// The same once this record was taken.
    #[must_use]
    pub fn taken(self, record: &Record, terms: &Terms) -> Self {
        Self { lease_until: Some(terms.lease_until), held_until: None, ..self.entered(record, terms) }
    }

    /// The same once this record waits.
    #[must_use]
    pub fn held(self, record: &Record, terms: &Terms) -> Self {
        let held_until = record.held.as_ref().map(|hold| hold.until);
        Self { lease_until: None, held_until, ..self.entered(record, terms) }
    }

    fn entered(mut self, record: &Record, terms: &Terms) -> Self {
        self.forget_closings(terms.now);
        // Where it is cut off, what it was to put back is left alone, and no more than that.
        if let Some(restores) = &record.restores {
            self.left_alone = Some(restores.left_alone());
        }
        Self { open: Some(record.id.key.clone()), holder: record.holder().map(ToOwned::to_owned), ..self }
    }

    /// Leaves out the closings that count no more.
    fn forget_closings(&mut self, now: SystemTime) {
        self.closings.retain(|closing| is_within_a_day(closing.at, now));
        let surplus = self.closings.len().saturating_sub(KEPT);
        self.closings.drain(..surplus);
    }

    /// The same once its holder has written this record and let the subject go.
    #[must_use]
    pub fn finished(mut self, record: &Record, now: SystemTime) -> Self {
        self.lease_until = None;
        if record.end.is_some() {
            self.open = None;
            self.held_until = None;
            self.ended_at = Some(now);
        }
        if let Some(last) = record.told.last() {
            let cause = record.subject.cause.to_string();
            self.told = Some(LastTold { situation: last.situation.clone(), cause, at: last.at });
        }
        self.closings.extend(record.closing(now));
        self.forget_closings(now);
        if let Some(restores) = &record.restores {
            self.left_alone = Some(restores.left_alone());
            // What a person put back is no feud.
            self.closings.clear();
        }
        self
    }
}

impl Record {
    /// Lambda's id of the request that works on it, or was the last to.
    #[must_use]
    pub fn holder(&self) -> Option<&str> {
        self.last().map(|attempt| attempt.request_id.as_str())
    }

    /// That it was closed, where it was.
    #[must_use]
    pub fn closing(&self, now: SystemTime) -> Option<Closing> {
        let is_closed = self.end.is_some() && self.restores.is_none() && self.may_have_closed();
        let offence = self.offence.clone().filter(|_| is_closed)?;
        let opened_by = self.subject.cause.opened_by().map(ToOwned::to_owned);
        Some(Closing { at: now, offence, opened_by })
    }
}

/// Whether two times are the same as a ledger keeps them, to the millisecond.
pub(crate) fn is_same_moment(one: SystemTime, other: SystemTime) -> bool {
    let millis = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    millis(one) == millis(other)
}

fn is_within_a_day(at: SystemTime, now: SystemTime) -> bool {
    now.duration_since(at).map_or(true, |age| age < DAY)
}
