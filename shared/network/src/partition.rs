//! Cutting a line where any of several sets begins or ends.

use std::collections::BTreeSet;

use crate::{
    span::{Point, Span},
    span_set::SpanSet,
};

/// A span whose values are all in the same sets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<T> {
    pub span: Span<T>,
    /// The positions of the sets that hold the span, ascending.
    pub members: Vec<usize>,
}

/// Cuts `within` into pieces that no set of `sets` splits. A piece may be in no set.
pub(crate) fn partition<T: Point>(sets: &[&SpanSet<T>], within: &SpanSet<T>) -> Vec<Piece<T>> {
    let starts: BTreeSet<T> = sets
        .iter()
        .copied()
        .chain([within])
        .flat_map(|set| set.spans())
        .flat_map(|span| [Some(span.first()), span.last().next()])
        .flatten()
        .collect();
    let ends = starts.iter().skip(1).filter_map(|start| start.previous());
    starts
        .iter()
        .copied()
        .zip(ends.chain([T::LAST]))
        .filter(|(first, _)| within.contains(*first))
        .filter_map(|(first, last)| Span::new(first, last))
        .map(|span| Piece { span, members: members_at(sets, span.first()) })
        .collect()
}

fn members_at<T: Point>(sets: &[&SpanSet<T>], point: T) -> Vec<usize> {
    sets.iter().enumerate().filter(|(_, set)| set.contains(point)).map(|(position, _)| position).collect()
}
