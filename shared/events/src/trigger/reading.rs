//! What an event says.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::{Subject, TriggerError};

/// What one event says. Both lists may hold something: one unreadable evaluation does not hide the others.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The resources to look at, each once.
    pub subjects: Vec<Subject>,
    /// The parts of the event that could not be read.
    pub unreadable: Vec<TriggerError>,
    /// Whether it is the schedule, which names nothing: what nobody else goes on with is due.
    pub is_tick: bool,
}

impl Reading {
    /// That there is one resource to look at.
    pub(super) fn of(subject: Subject) -> Self {
        Self { subjects: vec![subject], ..Self::default() }
    }

    /// What several parts of one event say together.
    pub(super) fn together(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.subjects.extend(part.subjects);
            all.unreadable.extend(part.unreadable);
            all.is_tick |= part.is_tick;
        }
        all.subjects = distinct(all.subjects);
        all
    }
}

impl From<TriggerError> for Reading {
    fn from(error: TriggerError) -> Self {
        Self { unreadable: vec![error], ..Self::default() }
    }
}

impl FromIterator<Result<Subject, TriggerError>> for Reading {
    fn from_iter<I: IntoIterator<Item = Result<Subject, TriggerError>>>(found: I) -> Self {
        Self::together(found.into_iter().map(|found| found.map_or_else(Self::from, Self::of)))
    }
}

/// Each resource once, with the cause by which it is open for longest; so it does not matter which one came first.
fn distinct(subjects: Vec<Subject>) -> Vec<Subject> {
    let mut places = HashMap::new();
    let mut distinct: Vec<Subject> = Vec::new();
    for subject in subjects {
        let key = (subject.resource.clone(), subject.account.clone(), subject.region.clone());
        match places.entry(key) {
            Entry::Vacant(place) => {
                place.insert(distinct.len());
                distinct.push(subject);
            }
            Entry::Occupied(place) => {
                if let Some(known) = distinct.get_mut(*place.get()).filter(|known| is_before(&subject, known))
                {
                    *known = subject;
                }
            }
        }
    }
    distinct
}

fn is_before(one: &Subject, other: &Subject) -> bool {
    let order = |subject: &Subject| (subject.cause.open_since().is_none(), subject.cause.open_since());
    (order(one), &one.cause) < (order(other), &other.cause)
}
