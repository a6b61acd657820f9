//! Sets of rules of one group.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::bits::Bits;
use crate::ids::RuleId;

/// Some of a group's rules by their ids, in the order of these.
///
/// The sets of one judgement share the ids of the group's rules. Two sets are equal that have the same ids, whatever
/// they were made from.
#[derive(Debug, Clone)]
pub struct RuleIds {
    // INVARIANT: ascending, none twice.
    ids: Arc<[RuleId]>,
    /// Positions in `ids`.
    chosen: Bits,
}

impl RuleIds {
    /// Those of `ids`, which ascend and are distinct, that stand at the positions `chosen`.
    pub(crate) fn new(ids: &Arc<[RuleId]>, chosen: Bits) -> Self {
        Self { ids: Arc::clone(ids), chosen }
    }

    /// The ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &RuleId> {
        self.chosen.iter().filter_map(|position| self.ids.get(position))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(&self, id: &RuleId) -> bool {
        self.ids.binary_search(id).is_ok_and(|position| self.chosen.contains(position))
    }

    /// Those that are in `other` too.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.with(self.chosen.and(&other.among(&self.ids)))
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.with(self.chosen.without(&other.among(&self.ids)))
    }

    /// The ids of every one of `sets`.
    pub fn union_of<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sets = sets.into_iter();
        let Some(first) = sets.next() else { return Self::default() };
        let mut union = first.clone();
        for set in sets {
            if Arc::ptr_eq(&union.ids, &set.ids) {
                union.chosen.add(&set.chosen);
            } else {
                union = union.iter().chain(set).cloned().collect();
            }
        }
        union
    }

    /// Those of all rules that share their ids with these, whether or not they are among these.
    #[must_use]
    pub fn of_group(&self, is_in: impl Fn(&RuleId) -> bool) -> Self {
        self.with(Bits::chosen(self.ids.len(), |position| self.ids.get(position).is_some_and(&is_in)))
    }

    /// Whether both share the ids of one group, so that [`of_group`](Self::of_group) answers the same for both.
    #[must_use]
    pub fn is_of_same_group(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ids, &other.ids)
    }

    /// The ids that sets share with these, of which they are a part.
    pub(crate) fn shared(&self) -> &Arc<[RuleId]> {
        &self.ids
    }

    /// Where these stand among `ids`, which ascend and are distinct; what is not there is left out.
    pub(crate) fn among(&self, ids: &Arc<[RuleId]>) -> Cow<'_, Bits> {
        if Arc::ptr_eq(&self.ids, ids) {
            return Cow::Borrowed(&self.chosen);
        }
        let mut chosen = Bits::none(ids.len());
        self.iter().filter_map(|id| ids.binary_search(id).ok()).for_each(|position| chosen.insert(position));
        Cow::Owned(chosen)
    }

    fn with(&self, chosen: Bits) -> Self {
        Self { ids: Arc::clone(&self.ids), chosen }
    }
}

impl Default for RuleIds {
    fn default() -> Self {
        Self { ids: Arc::default(), chosen: Bits::none(0) }
    }
}

impl PartialEq for RuleIds {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for RuleIds {}

impl PartialOrd for RuleIds {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RuleIds {
    /// As their ids compare, one after the other.
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.ids, &other.ids) {
            self.chosen.compare(&other.chosen)
        } else {
            self.iter().cmp(other)
        }
    }
}

impl FromIterator<RuleId> for RuleIds {
    fn from_iter<I: IntoIterator<Item = RuleId>>(ids: I) -> Self {
        let mut ids: Vec<RuleId> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        let chosen = Bits::chosen(ids.len(), |_| true);
        Self { ids: ids.into(), chosen }
    }
}

impl<const N: usize> From<[RuleId; N]> for RuleIds {
    fn from(ids: [RuleId; N]) -> Self {
        ids.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a RuleIds {
    type Item = &'a RuleId;
    type IntoIter = Box<dyn Iterator<Item = &'a RuleId> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl Serialize for RuleIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
