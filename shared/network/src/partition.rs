//! Cutting a line where any of several sets begins or ends.

use addresses::{Point, Span, SpanSet};

/// Cuts `within` into pieces that no set of `sets` splits, and shows each, lowest first, with the positions of
/// the sets that hold it, ascending. A piece may be in no set.
///
/// One pass over the line: what a piece costs is the number of sets that hold it, however many there are.
pub(crate) fn sweep<T: Point>(
    sets: &[&SpanSet<T>],
    within: &SpanSet<T>,
    mut visit: impl FnMut(Span<T>, &[usize]),
) {
    let mut turns: Vec<(T, Turn)> = within.boundaries().map(|point| (point, Turn::Cut)).collect();
    for (position, set) in sets.iter().enumerate() {
        turns.extend(set.boundaries().map(|point| (point, Turn::Of(position))));
    }
    turns.sort_unstable_by_key(|(point, _)| *point);

    let mut holders: Vec<usize> = Vec::new();
    let mut turns = turns.into_iter().peekable();
    while let Some((first, turn)) = turns.next() {
        turn.take(&mut holders);
        let next = turns.peek().map(|(point, _)| *point);
        if next == Some(first) {
            continue;
        }
        let last = next.map_or(Some(T::LAST), Point::previous);
        let piece = last.and_then(|last| Span::new(first, last));
        if let Some(piece) = piece.filter(|piece| within.contains(piece.first())) {
            visit(piece, &holders);
        }
    }
}

/// What changes at a point of the line.
enum Turn {
    Cut,
    /// The set at this position begins, or ends just before.
    Of(usize),
}

impl Turn {
    fn take(self, holders: &mut Vec<usize>) {
        let Self::Of(position) = self else { return };
        match holders.binary_search(&position) {
            Ok(index) => drop(holders.remove(index)),
            Err(index) => holders.insert(index, position),
        }
    }
}
