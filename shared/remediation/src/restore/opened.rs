//! What is open once a restore is done, and until when it is left alone.

use std::time::SystemTime;

use super::steps::Steps;
use super::{Look, Reversible};
use crate::clock::Clock;
use crate::ledger::{Ledger, Record};
use crate::{Assessment, Notify};

impl<C: Reversible, K: Clock, N: Notify, L: Ledger> Steps<'_, C, K, N, L> {
    /// Until when all that is open now is left alone already, since somebody had it put back.
    pub(super) fn left_alone(&self, look: &Look<C>) -> Option<SystemTime> {
        let now = self.ports.clock.now();
        let over = |newer: &Record| Some((over_at(newer)?, newer.restores.as_ref()?.left_alone()));
        let left_alone = self.order.newer.iter().filter_map(over).max_by_key(|(at, _)| *at)?.1;
        let judged = self.control.assess(&look.live, now);
        let is_covered = judged.clone().without(|finding| left_alone.rest(&judged, finding)).is_compliant();
        (is_covered && left_alone.until > now).then_some(left_alone.until)
    }

    /// What is open now and was so before Curfew closed it: only that was put back. `None` where another read may find more
    /// open.
    pub(super) fn opened(&self, look: &Look<C>, now: SystemTime) -> Option<Vec<String>> {
        let judged = self.control.assess(&look.live, now);
        if judged.findings().iter().any(|finding| judged.may_pass(finding)) {
            return None;
        }
        let without =
            |openings: &[String]| judged.clone().without(|finding| judged.beyond(finding, openings));
        Some(openings(&without(&openings(&without(&self.may_be_opened(now))))))
    }

    /// What was open before Curfew closed it, and what others had put back since and is left alone still.
    pub(super) fn may_be_opened(&self, now: SystemTime) -> Vec<String> {
        let states = std::iter::once(&self.past.before).chain(&self.past.later);
        let before = states.flat_map(|state| openings(&self.control.assess(state, now)));
        let back = self.order.newer.iter().filter_map(|newer| newer.restores.as_ref());
        let back = back.filter(|back| back.grace_until > now).flat_map(|back| back.opened.iter().flatten());
        let mut all: Vec<String> = Vec::new();
        for opening in before.chain(back.cloned()) {
            if !all.contains(&opening) {
                all.push(opening);
            }
        }
        all
    }
}

fn openings<A: Assessment>(judged: &A) -> Vec<String> {
    judged.findings().iter().map(|finding| judged.opening(finding)).collect()
}

/// When a restore was over.
fn over_at(record: &Record) -> Option<SystemTime> {
    let done = record
        .last_asked()
        .filter(|_| record.only_waits_for_a_look())
        .and_then(|last| Some(last.result.as_ref()?.at));
    record.end.as_ref().map(|end| end.at).or(done)
}
