//! Sets of positions, a bit for each.

use std::cmp::Ordering;

/// A set of positions below a number that is given when the set is made.
///
/// A group of a thousand rules may have a thousand findings that name hundreds of rules each: as bits these are
/// joined, compared and kept in some words of memory each.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Bits(Box<[u64]>);

impl Bits {
    /// The empty set of positions below `size`.
    pub(crate) fn none(size: usize) -> Self {
        Self(vec![0; size.div_ceil(Self::WORD)].into())
    }

    const WORD: usize = u64::BITS as usize;

    /// The same positions below `size`, of which `is_in` says that they are in.
    pub(crate) fn chosen(size: usize, is_in: impl Fn(usize) -> bool) -> Self {
        let mut bits = Self::none(size);
        (0..size).filter(|position| is_in(*position)).for_each(|position| bits.insert(position));
        bits
    }

    pub(crate) fn contains(&self, position: usize) -> bool {
        self.0.get(position / Self::WORD).is_some_and(|word| word & Self::bit(position) != 0)
    }

    /// Adds a position below the size.
    pub(crate) fn insert(&mut self, position: usize) {
        if let Some(word) = self.0.get_mut(position / Self::WORD) {
            *word |= Self::bit(position);
        }
    }

    pub(crate) fn remove(&mut self, position: usize) {
        if let Some(word) = self.0.get_mut(position / Self::WORD) {
            *word &= !Self::bit(position);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The positions, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let of_word = |(index, word): (usize, &u64)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let lowest = (rest != 0).then_some(index * Self::WORD + rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(lowest)
            })
        };
        self.0.iter().enumerate().flat_map(of_word)
    }

    /// Adds what is in `other`, a set of the same size.
    pub(crate) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    /// What is in both, sets of the same size.
    pub(crate) fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(own, other)| own & other).collect())
    }

    /// What is not in `other`, a set of the same size.
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(own, other)| own & !other).collect())
    }

    /// Whether something is in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }

    /// As the ascending positions of both compare, one after the other.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let mut words = self.0.iter().zip(&other.0).enumerate();
        let Some((at, (own, others))) = words.find(|(_, (own, others))| own != others) else {
            return Ordering::Equal;
        };
        // The lowest position that only one of them has: it is less than what the other goes on with, if it does.
        let lowest = (own ^ others).trailing_zeros();
        let goes_on = |set: &Self, word: &u64| {
            word >> lowest != 0 || set.0.iter().skip(at + 1).any(|later| *later != 0)
        };
        if own >> lowest & 1 == 1 {
            if goes_on(other, others) { Ordering::Less } else { Ordering::Greater }
        } else if goes_on(self, own) {
            Ordering::Greater
        } else {
            Ordering::Less
        }
    }

    fn bit(position: usize) -> u64 {
        1 << (position % Self::WORD)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Bits;

    const SIZE: usize = 150;

    fn bits(positions: &BTreeSet<usize>) -> Bits {
        Bits::chosen(SIZE, |position| positions.contains(&position))
    }

    fn positions() -> impl Strategy<Value = BTreeSet<usize>> {
        prop_oneof![prop::collection::btree_set(0..SIZE, 0..6), prop::collection::btree_set(0..4_usize, 0..4)]
    }

    proptest! {
        #[test]
        fn bits_are_a_set_of_positions((a, b) in (positions(), positions())) {
            let (own, other) = (bits(&a), bits(&b));
            prop_assert_eq!(own.iter().collect::<BTreeSet<_>>(), a.clone());
            prop_assert_eq!((own.len(), own.is_empty()), (a.len(), a.is_empty()));
            prop_assert_eq!(own.compare(&other), a.cmp(&b));
            prop_assert_eq!(own.meets(&other), !a.is_disjoint(&b));
            prop_assert_eq!(own.and(&other), bits(&(&a & &b)));
            prop_assert_eq!(own.without(&other), bits(&(&a - &b)));
            let mut both = own.clone();
            both.add(&other);
            prop_assert_eq!(&both, &bits(&(&a | &b)));
            for position in &b {
                both.remove(*position);
            }
            prop_assert_eq!(both, bits(&(&a - &b)));
        }
    }
}
