//! Judging a group once, though both reading and assessing it ask.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use network::{Assessment, Rule};

use crate::assess::judge;
use crate::{Group, PrefixList};

/// How many judgements wait for their assessment: no more groups than these are read at the same time.
const KEPT: usize = 16;

/// What was judged while it was read. A judgement is handed out for exactly the rules and lists that it was made from.
#[derive(Debug, Default)]
pub(crate) struct Judgements(Mutex<VecDeque<Judgement>>);

#[derive(Debug)]
struct Judgement {
    rules: Vec<Rule>,
    prefix_lists: Vec<PrefixList>,
    assessment: Assessment,
}

impl Judgements {
    /// Judges the group, and keeps the judgement for its assessment. Answers whether nothing of it has to be closed.
    pub(crate) fn is_closed(&self, group: &Group, settings: &network::Settings) -> bool {
        let assessment = judge(group, settings);
        let is_closed = assessment.is_closed();
        let (rules, prefix_lists) = (group.rules.clone(), group.prefix_lists.clone());
        let mut all = self.all();
        all.truncate(KEPT - 1);
        all.push_front(Judgement { rules, prefix_lists, assessment });
        is_closed
    }

    /// The judgement that waits for this group, or a new one.
    pub(crate) fn take(&self, group: &Group, settings: &network::Settings) -> Assessment {
        let mut all = self.all();
        let is_of = |one: &Judgement| one.rules == group.rules && one.prefix_lists == group.prefix_lists;
        let waiting = all.iter().position(is_of).and_then(|at| all.remove(at));
        drop(all);
        waiting.map_or_else(|| judge(group, settings), |one| one.assessment)
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Judgement>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
