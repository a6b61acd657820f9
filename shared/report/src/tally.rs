//! The numbers of a report. Each case is counted once in each of them, or the number beside it says how many are not.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use remediation::Outcome;
use time::{Date, OffsetDateTime};

use crate::{Case, Ending, Kind, Report};

/// How many bars a time line has at most.
const BARS: i64 = 62;

/// For how many days a bar may stand.
const STEPS: [i64; 5] = [1, 7, 28, 91, 365];

/// How many rows a list has that has the first of its kind.
const FIRST: usize = 10;

/// The numbers of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// How many cases there are.
    pub total: usize,
    /// How many ended how; those that none did are left out.
    pub endings: Vec<(Ending, usize)>,
    /// By control, how many ended how, in the order of [`Ending::ALL`].
    pub controls: Vec<(String, [usize; 12])>,
    /// Over time, those that are over. With [`not_over`](Self::not_over) they come to the total.
    pub days: Vec<Day>,
    /// For how many days one of these stands.
    pub step: i64,
    /// How many are not over.
    pub not_over: usize,
    /// How long it was open what Curfew closed.
    pub exposure: Exposure,
    /// Those of which it is known how long they were open, the longest first, as places in the report's cases.
    pub slowest: Vec<usize>,
    /// What was closed more than once, the most often first.
    pub again: Vec<Again>,
    /// How many others were closed more than once.
    pub again_others: usize,
    /// Who opened what was found open: how many cases of whom, the most first; `None` where nobody tells.
    pub opened_by: Vec<(Option<String>, usize)>,
    /// How many cases others opened, and how many others these are.
    pub opened_by_others: (usize, usize),
}

/// A time of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Its first day, in UTC: `2026-11-22`.
    pub first: String,
    /// How many cases ended in it, in the order of [`Kind::ALL`].
    pub kinds: [usize; 8],
}

/// How long it was open what Curfew closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// How many Curfew closed.
    pub closed: usize,
    /// How many of these it closed only in part, or nobody knows how much of it.
    pub in_part: usize,
    /// Of how many of these it is known.
    pub known: usize,
    /// The longest.
    pub longest: Option<Duration>,
    /// Half of those that are known were open for no longer.
    pub median: Option<Duration>,
    /// The same of 95 in 100.
    pub most: Option<Duration>,
}

/// A resource that was closed more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The control.
    pub control: String,
    /// The resource for people.
    pub resource: String,
    /// Its ARN.
    pub arn: String,
    /// How often it was closed.
    pub closed: usize,
    /// How often it was put back.
    pub put_back: usize,
    /// How often it had to wait.
    pub held: usize,
    /// When it was closed last.
    pub last: SystemTime,
    /// Who opened it, as far as that is known, the last first.
    pub opened_by: Vec<String>,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let cases = &report.cases;
        let count = |ending| cases.iter().filter(|case| case.ending == ending).count();
        let counted = Ending::ALL.map(|ending| (ending, count(ending)));
        let (days, step) = days(report);
        let mut again = again(cases);
        let again_others = again.len().saturating_sub(2 * FIRST);
        again.truncate(2 * FIRST);
        let (opened_by, opened_by_others) = opened_by(cases);
        Self {
            total: cases.len(),
            endings: counted.into_iter().filter(|(_, count)| *count > 0).collect(),
            controls: controls(cases),
            days,
            step,
            not_over: cases.iter().filter(|case| case.ended.is_none()).count(),
            exposure: exposure(cases),
            slowest: slowest(cases),
            again,
            again_others,
            opened_by,
            opened_by_others,
        }
    }

    /// How many ended so.
    #[must_use]
    pub fn ended(&self, ending: Ending) -> usize {
        self.endings.iter().find(|(one, _)| *one == ending).map_or(0, |(_, count)| *count)
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> usize {
        self.endings.iter().filter(|(ending, _)| ending.kind() == kind).map(|(_, count)| count).sum()
    }
}

fn controls(cases: &[Case]) -> Vec<(String, [usize; 12])> {
    let mut controls: BTreeMap<&str, [usize; 12]> = BTreeMap::new();
    for case in cases {
        let counts = controls.entry(&case.control).or_default();
        let of_ending = Ending::ALL.iter().zip(counts).find(|(ending, _)| **ending == case.ending);
        if let Some((_, count)) = of_ending {
            *count += 1;
        }
    }
    controls.into_iter().map(|(control, counts)| (control.to_owned(), counts)).collect()
}

fn date(at: SystemTime) -> Date {
    OffsetDateTime::from(at).date()
}

/// How many ended when, from the first day of the period to its last, with the days on which nothing did.
fn days(report: &Report) -> (Vec<Day>, i64) {
    let ended = || report.cases.iter().filter_map(|case| Some((date(case.ended?), case.ending.kind())));
    let first = report.period.since.map(date).or_else(|| ended().map(|(day, _)| day).min());
    // What is before the end of the period is on the day before where that is midnight.
    let until = report.period.until.unwrap_or(report.made_at);
    let last = until.checked_sub(Duration::from_millis(1)).map(date);
    let (Some(first), Some(last)) = (first, last) else { return (Vec::new(), 1) };
    let last = ended().map(|(day, _)| day).max().map_or(last, |newest| newest.max(last));
    let all = (last - first).whole_days() + 1;
    let bars = |step: i64| (all + step - 1) / step;
    let step = STEPS.into_iter().find(|step| bars(*step) <= BARS).unwrap_or_else(|| bars(BARS));
    let mut counts: HashMap<i64, [usize; 8]> = HashMap::new();
    for (day, kind) in ended() {
        let counts = counts.entry((day - first).whole_days() / step).or_default();
        if let Some((_, count)) = Kind::ALL.iter().zip(counts).find(|(one, _)| **one == kind) {
            *count += 1;
        }
    }
    let days = (0..bars(step)).map(|bar| {
        let first = first.saturating_add(time::Duration::days(bar * step));
        Day { first: first.to_string(), kinds: counts.get(&bar).copied().unwrap_or_default() }
    });
    (days.collect(), step)
}

fn exposure(cases: &[Case]) -> Exposure {
    let closed = || cases.iter().filter(|case| case.ending == Ending::Is(Outcome::Remediated));
    let mut spans: Vec<Duration> = closed().filter_map(|case| case.exposed_for).collect();
    spans.sort_unstable();
    // The smallest span that so many in a hundred do not exceed.
    let at = |percent: usize| spans.get((spans.len() * percent).div_ceil(100).checked_sub(1)?).copied();
    Exposure {
        closed: closed().count(),
        in_part: closed().filter(|case| case.is_in_part).count(),
        known: spans.len(),
        longest: spans.last().copied(),
        median: at(50),
        most: at(95),
    }
}

fn slowest(cases: &[Case]) -> Vec<usize> {
    let known =
        cases.iter().enumerate().filter_map(|(place, case)| Some((Reverse(case.exposed_for?), place)));
    let mut known: Vec<(Reverse<Duration>, usize)> = known.collect();
    known.sort_unstable();
    known.into_iter().take(FIRST).map(|(_, place)| place).collect()
}

fn again(cases: &[Case]) -> Vec<Again> {
    let mut found: HashMap<(&str, &str), Again> = HashMap::new();
    // The newest comes first.
    for case in cases {
        let again = found.entry((&case.arn, &case.control)).or_insert_with(|| Again {
            control: case.control.clone(),
            resource: case.resource.clone(),
            arn: case.arn.clone(),
            closed: 0,
            put_back: 0,
            held: 0,
            last: SystemTime::UNIX_EPOCH,
            opened_by: Vec::new(),
        });
        match case.ending {
            Ending::Is(Outcome::Remediated) => {
                again.closed += 1;
                again.last = again.last.max(case.last);
            }
            Ending::Is(Outcome::Restored) => again.put_back += 1,
            Ending::Is(Outcome::Held) => again.held += 1,
            _ => continue,
        }
        if let Some(who) = case.opened_by.as_ref().filter(|who| !again.opened_by.contains(who)) {
            again.opened_by.push(who.clone());
        }
    }
    let mut found: Vec<Again> = found.into_values().filter(|again| again.closed > 1).collect();
    found.sort_by(|a, b| {
        (Reverse(a.closed), &a.arn, &a.control).cmp(&(Reverse(b.closed), &b.arn, &b.control))
    });
    found
}

type Openers = Vec<(Option<String>, usize)>;

/// Of all cases in which something was found and that are no restores.
fn opened_by(cases: &[Case]) -> (Openers, (usize, usize)) {
    let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.was_open()) {
        *counts.entry(case.opened_by.as_deref()).or_default() += 1;
    }
    let unknown = counts.remove(&None);
    let mut known: Vec<(Option<String>, usize)> =
        counts.into_iter().map(|(who, count)| (who.map(ToOwned::to_owned), count)).collect();
    known.sort_by_key(|(_, count)| Reverse(*count));
    let others = known.split_off(known.len().min(FIRST));
    let others = (others.iter().map(|(_, count)| count).sum(), others.len());
    (known.into_iter().chain(unknown.map(|count| (None, count))).collect(), others)
}
