//! What Curfew remembers as long as the process lives: where nothing is ever changed, and in tests.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use events::Subject;

use super::standing::{Entry, Standing};
use super::{
    Archive, Begun, Briefs, Chronicle, Ended, Graces, Held, Hold, Ledger, LeftAlone, Pending, Record,
    RecordId, TOGETHER, Terms, Unfinished, Waiting,
};
use crate::{Brief, CallError};

/// How many subjects are remembered; beyond that those that were told longest ago are forgotten.
const CAPACITY: usize = 1_000;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A ledger in the process's memory. A new process, or another one beside it, knows nothing of it: losing an alert would
/// be worse than repeating one.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    records: HashMap<RecordId, Record>,
    standings: HashMap<(String, String), Standing>,
    /// How many were changed, and whether people know that some wait, by control and hour.
    brakes: HashMap<(String, u64), (u32, bool)>,
    /// What is to be sent, by control and record.
    briefs: BTreeMap<(String, String), Brief>,
    /// Whose turn it is to do something, and until when it is nobody else's.
    turns: HashMap<String, (String, SystemTime)>,
}

impl Memory {
    /// All records, in the order of time.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let mut records: Vec<Record> = self.pages().records.values().cloned().collect();
        records.sort_by(|one, other| one.id.key.cmp(&other.id.key));
        records
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for Memory {
    async fn begin(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        let mut pages = self.pages();
        let standing = pages.standing(record);
        let entry = standing.entry(record, terms);
        Ok(pages.enter(entry, standing, record, terms))
    }

    async fn resume(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        let mut pages = self.pages();
        let standing = pages.standing(record);
        Ok(match standing.entry_again(record, terms) {
            Entry::Free if pages.is_new_attempt(record) => pages.take(standing, record, terms),
            Entry::Mine => Begun::Taken,
            Entry::Busy(until) => Begun::Busy { until },
            _ => Begun::Open(Box::new(pages.open(record, &record.id.key))),
        })
    }

    async fn replace(&self, over: &Record, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        let mut pages = self.pages();
        let standing = pages.standing(record);
        let entry = standing.entry_after(over, record, terms);
        if matches!(entry, Entry::Free | Entry::Hold(_)) {
            pages.records.insert(over.id.clone(), over.clone());
        }
        Ok(pages.enter(entry, standing.without(over), record, terms))
    }

    async fn pending(&self, subject: &Subject, control: &str, now: SystemTime) -> Result<Pending, CallError> {
        let pages = self.pages();
        let Some(standing) = pages.standings.get(&(subject.arn(), control.to_owned())) else {
            return Ok(Pending::Nothing);
        };
        let lease = standing.lease_until.filter(|until| *until > now);
        let open = standing
            .open
            .as_ref()
            .and_then(|key| pages.records.get(&RecordId { resource: subject.arn(), key: key.clone() }));
        Ok(match (open, lease) {
            (None, _) => Pending::Nothing,
            (Some(_), Some(until)) => Pending::Busy { until },
            (Some(record), None) => Pending::Open(Box::new(record.clone())),
        })
    }

    async fn due(&self, control: &str, now: SystemTime) -> Result<Vec<Subject>, CallError> {
        let pages = self.pages();
        let is_due = |record: &&Record| match record.held_until() {
            Some(until) => until <= now,
            None => record.last().is_some_and(|last| last.at + HOUR <= now),
        };
        let open = pages.open_of(control);
        Ok(open.filter(is_due).map(|record| record.subject.clone()).collect())
    }

    async fn waiting(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        let pages = self.pages();
        let held = pages.open_of(control).filter(|record| record.held.is_some());
        Ok(held.map(|record| record.subject.clone()).collect())
    }

    async fn finish(&self, record: &Record, now: SystemTime) -> Result<(), CallError> {
        let mut pages = self.pages();
        let standing = pages.standing(record);
        if !standing.is_held_by(record) {
            if pages.records.get(&record.id) == Some(record) {
                return Ok(());
            }
            return Err(CallError::Refused {
                action: "memory:Write",
                code: "Taken".to_owned(),
                message: "somebody else works on it, or has closed it".to_owned(),
            });
        }
        if let Some(brief) = record.brief() {
            pages.briefs.insert((record.control.clone(), record.id.to_string()), brief.clone());
        }
        pages.write(standing.finished(record, now), record);
        Ok(())
    }

    async fn take_turn(
        &self,
        of: &str,
        holder: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<bool, CallError> {
        let mut pages = self.pages();
        let is_taken = |(by, until): &(String, SystemTime)| by != holder && *until > now;
        if pages.turns.get(of).is_some_and(is_taken) {
            return Ok(false);
        }
        pages.turns.insert(of.to_owned(), (holder.to_owned(), until));
        Ok(true)
    }

    async fn end_turn(&self, of: &str, holder: &str) -> Result<(), CallError> {
        self.pages().turns.retain(|name, (by, _)| name != of || by != holder);
        Ok(())
    }
}

impl Briefs for Memory {
    async fn briefs(&self, control: &str) -> Result<Waiting, CallError> {
        let pages = self.pages();
        let of_control = pages.briefs.iter().filter(|((of, _), _)| of == control);
        let briefs = of_control.map(|(_, brief)| brief.clone()).take(TOGETHER).collect();
        Ok(Waiting { briefs, unreadable: Vec::new() })
    }

    async fn sent(&self, control: &str, briefs: &[Brief], _: SystemTime) -> Result<(), CallError> {
        let mut pages = self.pages();
        for brief in briefs {
            pages.briefs.remove(&(control.to_owned(), brief.record.to_string()));
        }
        Ok(())
    }
}

impl Archive for Memory {
    async fn record(&self, id: &RecordId) -> Result<Option<Record>, CallError> {
        Ok(self.pages().records.get(id).cloned())
    }

    async fn history(&self, resource: &str) -> Result<Vec<Record>, CallError> {
        let mut records = self.records();
        records.retain(|record| record.id.resource == resource);
        records.reverse();
        Ok(records)
    }
}

impl Chronicle for Memory {
    async fn ended(&self, since: SystemTime, _: SystemTime) -> Result<Vec<Ended>, CallError> {
        let pages = self.pages();
        let ended = pages.records.values().filter_map(|record| {
            let end = record.end.clone().filter(|end| end.at >= since)?;
            Some(Ended { control: record.control.clone(), subject: record.subject.clone(), end })
        });
        let mut ended: Vec<Ended> = ended.collect();
        ended.sort_by_key(|ended| ended.end.at);
        Ok(ended)
    }

    async fn unfinished(&self, control: &str) -> Result<Vec<Unfinished>, CallError> {
        let pages = self.pages();
        let unfinished =
            |record: &Record| Unfinished { subject: record.subject.clone(), waits: record.held.is_some() };
        Ok(pages.open_of(control).map(unfinished).collect())
    }
}

impl Graces for Memory {
    async fn left_alone(
        &self,
        subject: &Subject,
        control: &str,
        now: SystemTime,
    ) -> Result<Option<LeftAlone>, CallError> {
        let pages = self.pages();
        let standing = pages.standings.get(&(subject.arn(), control.to_owned()));
        Ok(standing.and_then(|standing| standing.grace(now)).cloned())
    }
}

impl Pages {
    fn standing(&self, record: &Record) -> Standing {
        self.standings.get(&name(record)).cloned().unwrap_or_default()
    }

    fn open(&self, like: &Record, key: &str) -> Record {
        let id = RecordId { resource: like.id.resource.clone(), key: key.to_owned() };
        self.records.get(&id).unwrap_or(like).clone()
    }

    /// Whether a record has one attempt more than the one that is written, and all that people were told.
    fn is_new_attempt(&self, record: &Record) -> bool {
        self.records.get(&record.id).is_some_and(|written| {
            written.attempts.len() + 1 == record.attempts.len() && written.told.len() == record.told.len()
        })
    }

    fn open_of<'a>(&'a self, control: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.values().filter(move |record| record.control == control && record.end.is_none())
    }

    /// Does with a new record what may be done.
    fn enter(&mut self, entry: Entry, standing: Standing, record: &Record, terms: &Terms) -> Begun {
        match entry {
            Entry::Free => self.take(standing, record, terms),
            Entry::Mine => Begun::Taken,
            Entry::Busy(until) => Begun::Busy { until },
            Entry::Open(key) => Begun::Open(Box::new(self.open(record, &key))),
            Entry::Waits(key) => match self.open(record, &key) {
                open if open.lets_pass(record, terms) => Begun::Open(Box::new(open)),
                open => Begun::Held { record: Box::new(open.waiting(record, terms.now)) },
            },
            Entry::Known => Begun::Known,
            Entry::Hold(hold) => self.hold(standing, record, hold, terms),
            Entry::Restored(left_alone) => Begun::Restored(left_alone),
            Entry::Stale(ended) => Begun::Stale(ended),
        }
    }

    fn take(&mut self, standing: Standing, record: &Record, terms: &Terms) -> Begun {
        let hour = hour(terms.now);
        if record.is_to_be_counted(terms, start_of(hour)) {
            let (count, is_told) = self.brakes.entry((record.control.clone(), hour)).or_default();
            if *count >= terms.limits.changes_per_hour {
                let is_news = !std::mem::replace(is_told, true);
                let until = start_of(hour + 1);
                let by = Held::Brake { limit: terms.limits.changes_per_hour };
                return self.hold(standing, record, Hold { until, by, tells: is_news }, terms);
            }
            *count += 1;
        }
        let record = Record { held: None, ..record.clone() };
        self.write(standing.taken(&record, terms), &record);
        Begun::Taken
    }

    fn hold(&mut self, standing: Standing, record: &Record, hold: Hold, terms: &Terms) -> Begun {
        let record = Record { held: Some(hold), ..record.clone() };
        self.write(standing.held(&record, terms), &record);
        Begun::Held { record: Box::new(record) }
    }

    fn write(&mut self, standing: Standing, record: &Record) {
        if self.standings.len() >= CAPACITY {
            let told_at = |standing: &Standing| standing.told.as_ref().map(|told| told.at);
            let is_idle = |(_, standing): &(&(String, String), &Standing)| standing.open.is_none();
            let oldest = self.standings.iter().filter(is_idle).min_by_key(|(_, one)| told_at(one));
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.standings.remove(&oldest);
                self.records.retain(|id, record| id.resource != oldest.0 || record.control != oldest.1);
            }
        }
        self.standings.insert(name(record), standing);
        self.records.insert(record.id.clone(), record.clone());
    }
}

fn name(record: &Record) -> (String, String) {
    (record.id.resource.clone(), record.control.clone())
}

fn start_of(hour: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + HOUR * u32::try_from(hour).unwrap_or(u32::MAX)
}

fn hour(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() / HOUR.as_secs())
}
