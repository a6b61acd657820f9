//! Cutting a line where any of several sets begins or ends.

use addresses::{Point, Span, SpanSet};

/// What comes next on the way along a line.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<T> {
    /// Here the set at this position begins, or ended just before.
    Turn(usize),
    /// From here on all is the same for so long.
    Piece(Span<T>),
}

/// Goes along `within`, lowest first, and cuts it into pieces that no set of `sets` splits, each of which has a position. A
/// set turns before the first piece that it holds, and again before the next one that it does not. A piece may be in no set.
pub(crate) fn steps<'a, T: Point + 'a>(
    sets: impl IntoIterator<Item = (usize, &'a SpanSet<T>)>,
    within: &SpanSet<T>,
) -> Vec<Step<T>> {
    let mut turns: Vec<(T, Option<usize>)> = within.boundaries().map(|point| (point, None)).collect();
    for (position, set) in sets {
        turns.extend(set.boundaries().map(|point| (point, Some(position))));
    }
    turns.sort_unstable_by_key(|(point, _)| *point);

    let mut steps = Vec::with_capacity(turns.len() * 2);
    let mut turns = turns.into_iter().peekable();
    while let Some((first, position)) = turns.next() {
        steps.extend(position.map(Step::Turn));
        let next = turns.peek().map(|(point, _)| *point);
        if next == Some(first) {
            continue;
        }
        let last = next.map_or(Some(T::LAST), Point::previous);
        let piece = last.and_then(|last| Span::new(first, last));
        steps.extend(piece.filter(|piece| within.contains(piece.first())).map(Step::Piece));
    }
    steps
}
