//! Work in an order of chance, on two ledgers at once: both have to answer the same.

use std::time::Duration;

use super::bucket;
use super::ledgers::{HOUR, MINUTE, after, attempt, closed, record, restoring, terms, told};
use crate::ledger::{Begun, Heard, Ledger, Pending, Record};

/// Numbers that look like chance and are the same for the same seed.
#[derive(Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below this one.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        // Xorshift, <https://www.jstatsoft.org/article/view/v008i14>.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 16) % u64::from(limit)).unwrap()
    }

    /// So many printable letters.
    pub(super) fn text(&mut self, letters: usize) -> String {
        (0..letters)
            .map(|_| char::from(u8::try_from(35 + self.below(90)).unwrap()))
            .map(|letter| if letter == '\\' { '_' } else { letter })
            .collect()
    }
}

/// Does so many things by chance on both ledgers, of which neither knows the control yet.
pub async fn agree<A: Ledger, B: Ledger>(one: &A, other: &B, control: &str, seed: u64, steps: u32) {
    let mut chance = Chance::of(seed);
    let mut passed = Duration::ZERO;
    // What somebody holds, or believes to.
    let mut works: Vec<Record> = Vec::new();
    for step in 0..steps {
        let name = format!("by-chance-{}", chance.below(3));
        let at = format!("seed {seed}, step {step}");
        passed += match chance.below(8) {
            0 => HOUR,
            1 => 5 * HOUR,
            2 | 3 => MINUTE,
            _ => Duration::from_millis(7),
        };
        let mut terms = terms(passed, chance.below(4) > 0);
        if chance.below(3) == 0 {
            terms.looked_at = after(passed);
        }
        let work = |works: &mut Vec<Record>, begun: Result<Begun, _>, record: Record| match begun {
            Ok(Begun::Taken) => works.push(Record { held: None, ..record }),
            Ok(Begun::Held { record }) => works.push(*record),
            _ => {}
        };
        match chance.below(8) {
            0..3 => {
                let mut new = record(control, &name, passed, &format!("r{step}"));
                new.situation = format!("situation {}", chance.below(2));
                new.offence = terms.changes.then(|| format!("offence {}", chance.below(2)));
                if chance.below(10) == 0 {
                    new = restoring(new, after(passed + 3 * HOUR));
                    let opened = (chance.below(2) == 0).then(|| vec!["the front door".to_owned()]);
                    new.restores.as_mut().unwrap().opened = opened;
                }
                let mut begun = one.begin(&new, &terms).await;
                assert_eq!(begun, other.begin(&new, &terms).await, "begin, {at}");
                // Who heard of it looks again.
                match &begun {
                    Ok(Begun::Stale(ended)) => terms.heard.end = Some(*ended),
                    Ok(Begun::Restored(left_alone)) => terms.heard.grace = Some(left_alone.until),
                    _ => {}
                }
                if terms.heard != Heard::default() {
                    begun = one.begin(&new, &terms).await;
                    assert_eq!(begun, other.begin(&new, &terms).await, "begin again, {at}");
                }
                work(&mut works, begun, new);
            }
            3 | 4 => {
                let pending = one.pending(&bucket(&name), control, terms.now).await;
                assert_eq!(pending, other.pending(&bucket(&name), control, terms.now).await, "pending, {at}");
                let Ok(Pending::Open(mut open)) = pending else { continue };
                open.attempts.push(attempt(passed, &format!("r{step}")));
                let begun = one.resume(&open, &terms).await;
                assert_eq!(begun, other.resume(&open, &terms).await, "resume, {at}");
                work(&mut works, begun, *open);
            }
            5 if !works.is_empty() => {
                let index = usize::try_from(chance.below(100)).unwrap() % works.len();
                let over = works.swap_remove(index);
                let mut new = record(control, over.subject.resource.id(), passed, &format!("r{step}"));
                new.offence = terms.changes.then(|| format!("offence {}", chance.below(2)));
                if chance.below(2) == 0 {
                    new = restoring(new, after(passed + 3 * HOUR));
                }
                let over = closed(Record { held: None, ..over }, passed);
                terms.heard.end = Some(after(passed));
                let begun = one.replace(&over, &new, &terms).await;
                assert_eq!(begun, other.replace(&over, &new, &terms).await, "replace, {at}");
                work(&mut works, begun, new);
            }
            6 if !works.is_empty() => {
                let index = usize::try_from(chance.below(100)).unwrap() % works.len();
                let mut done = works.swap_remove(index);
                if chance.below(2) == 0 {
                    done = told(done, passed);
                }
                if done.held.is_none() && chance.below(4) > 0 {
                    done = closed(done, passed);
                }
                let is_kept = one.finish(&done, terms.now).await.is_ok();
                assert_eq!(is_kept, other.finish(&done, terms.now).await.is_ok(), "finish, {at}");
            }
            _ => {
                let sorted = |found: Result<Vec<events::Subject>, _>| {
                    let mut found = found.unwrap();
                    found.sort_by_key(events::Subject::arn);
                    found
                };
                let due = (one.due(control, terms.now).await, other.due(control, terms.now).await);
                assert_eq!(sorted(due.0), sorted(due.1), "due, {at}");
                let waiting = (one.waiting(control).await, other.waiting(control).await);
                assert_eq!(sorted(waiting.0), sorted(waiting.1), "waiting, {at}");
            }
        }
    }
}
