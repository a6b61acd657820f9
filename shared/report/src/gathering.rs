//! Records and lines become a report, one after the other.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use remediation::Severity;
use remediation::ledger::Record;

use crate::of_line::{self, Line};
use crate::{Case, Ending, Kind, Period, Read, Report, Unreadable, of_record};

/// Of how many cases what was before, planned and after is kept: most of the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Details {
    /// Of all.
    All,
    /// Of so many, what asks for most first.
    Most(usize),
}

/// What was read so far.
#[derive(Debug)]
pub struct Gathering {
    period: Period,
    details: Details,
    read: Read,
    cases: Vec<Case>,
    /// Where each is in `cases`.
    places: HashMap<Key, usize>,
    /// Those whose details are kept, what asks for least first.
    detailed: BTreeSet<(Weight, usize)>,
    unreadable: Vec<Unreadable>,
}

type Weight = (bool, Option<Severity>, SystemTime);

/// What tells a case from another one.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Record(String),
    /// Lines without a record, which say the same of the same resource each time that somebody looks.
    Line {
        control: String,
        arn: String,
        ending: Ending,
    },
}

impl Gathering {
    /// Nothing was read yet.
    #[must_use]
    pub fn new(period: Period, details: Details) -> Self {
        Self {
            period,
            details,
            read: Read::default(),
            cases: Vec::new(),
            places: HashMap::new(),
            detailed: BTreeSet::new(),
            unreadable: Vec::new(),
        }
    }

    /// Takes a record. What was read of the same record before was written before.
    pub fn record(&mut self, record: &Record) {
        self.read.records += 1;
        self.add(of_record::case(record), true);
    }

    /// Takes a line: a record, or a line of the log. `place` is where it stands.
    pub fn line(&mut self, text: &str, place: impl FnOnce() -> String) {
        match of_line::read(text) {
            Ok(Line::Record(record)) => self.record(&record),
            Ok(Line::Said(case)) => {
                self.read.lines += 1;
                self.add(*case, false);
            }
            Ok(Line::Evaluation) => self.read.evaluations += 1,
            Ok(Line::Other) => self.read.others += 1,
            Err(why) => self.unreadable(Unreadable { what: place(), why }),
        }
    }

    /// Notes what could not be read.
    pub fn unreadable(&mut self, unreadable: Unreadable) {
        self.unreadable.push(unreadable);
    }

    /// Of what time it is.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// How many cases there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// All that was read, the newest first.
    #[must_use]
    pub fn report(self, made_at: SystemTime, of: String, prefix: String) -> Report {
        let mut cases = self.cases;
        let back: HashMap<String, String> = cases.iter().filter_map(puts_back).collect();
        for case in &mut cases {
            case.put_back = case.record.as_ref().and_then(|record| back.get(record).cloned());
        }
        cases.sort_by(|a, b| (Reverse(a.last), &a.arn, &a.record).cmp(&(Reverse(b.last), &b.arn, &b.record)));
        Report {
            made_at,
            of,
            prefix,
            period: self.period,
            read: self.read,
            cases,
            unreadable: self.unreadable,
        }
    }

    fn add(&mut self, case: Case, is_record: bool) {
        // What waits or is at work belongs to each time.
        let counts = match case.ended {
            Some(ended) => self.period.has(ended),
            None => self.period.until.is_none_or(|until| case.began < until),
        };
        let is_clean = !is_record && case.record.is_none() && case.ending.kind() == Kind::Nothing;
        if !counts {
            self.read.outside += 1;
        } else if is_clean {
            self.read.clean_lines += 1;
        } else {
            self.put(case, is_record);
        }
    }

    fn put(&mut self, mut case: Case, is_record: bool) {
        let place = match self.places.entry(Key::of(&case)) {
            Entry::Vacant(entry) => {
                entry.insert(self.cases.len());
                self.cases.push(case);
                self.cases.len() - 1
            }
            Entry::Occupied(entry) => {
                let place = *entry.get();
                let Some(known) = self.cases.get_mut(place) else { return };
                if !is_record {
                    case.times = known.times + 1;
                }
                // A record tells more than a line of the same; of two lines the later one holds.
                let is_better = is_record || known.mails.is_none() && case.last >= known.last;
                if !is_better {
                    known.times = case.times;
                    return;
                }
                // One that was open when it was read first, and had ended when it was read again, is one.
                self.read.records -= usize::from(is_record && known.mails.is_some());
                self.detailed.remove(&(known.weight(), place));
                *known = case;
                place
            }
        };
        self.keep_details(place);
    }

    /// Keeps the details of this one, and those of as many as there may be.
    fn keep_details(&mut self, place: usize) {
        let Details::Most(most) = self.details else { return };
        let Some(case) = self.cases.get(place) else { return };
        self.detailed.insert((case.weight(), place));
        while self.detailed.len() > most {
            let Some((_, least)) = self.detailed.pop_first() else { return };
            if let Some(case) = self.cases.get_mut(least) {
                case.attempts = Vec::new();
                case.is_short = true;
            }
        }
    }
}

/// The record that a restore has put back, and its own.
fn puts_back(case: &Case) -> Option<(String, String)> {
    let restores = case.restores.as_ref().filter(|_| case.ending.kind() == Kind::PutBack)?;
    Some((restores.record.clone(), case.record.clone().unwrap_or_else(|| "a restore".to_owned())))
}

impl Key {
    fn of(case: &Case) -> Self {
        match &case.record {
            Some(record) => Self::Record(record.clone()),
            None => Self::Line { control: case.control.clone(), arn: case.arn.clone(), ending: case.ending },
        }
    }
}
