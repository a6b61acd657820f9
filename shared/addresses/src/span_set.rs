//! Sets of addresses or ports, and their algebra.

use crate::span::{Point, Span};

/// A set of values, kept as the fewest spans that hold it.
///
/// Two sets of the same values are equal, however they were put together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanSet<T> {
    // INVARIANT: sorted, and between two neighbours lies at least one value outside the set.
    spans: Vec<Span<T>>,
}

impl<T: Point> SpanSet<T> {
    /// The set without values.
    #[must_use]
    pub const fn empty() -> Self {
        Self { spans: Vec::new() }
    }

    /// The set of every value.
    #[must_use]
    pub fn full() -> Self {
        Span::FULL.into()
    }

    /// Whether the set has no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether the set has every value.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.spans.first() == Some(&Span::FULL)
    }

    /// The spans from the lowest to the highest.
    #[must_use]
    pub fn spans(&self) -> &[Span<T>] {
        &self.spans
    }

    /// Whether `point` is in the set.
    #[must_use]
    pub fn contains(&self, point: T) -> bool {
        self.span_at(point).is_some_and(|span| span.contains(point))
    }

    /// Whether all of `span` is in the set.
    #[must_use]
    pub fn covers_span(&self, span: Span<T>) -> bool {
        self.span_at(span.first()).is_some_and(|own| own.covers(span))
    }

    /// Whether every value of `other` is in this set.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.spans.iter().all(|span| self.covers_span(*span))
    }

    /// Whether some value is in the set and in `span`.
    #[must_use]
    pub fn meets(&self, span: Span<T>) -> bool {
        self.span_at(span.last()).is_some_and(|own| own.last() >= span.first())
    }

    /// The values of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.spans.iter().chain(&other.spans).copied().collect()
    }

    /// The values of both sets. What that takes does not grow with parts of either that are far from the other.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (few, many) = if self.spans.len() <= other.spans.len() { (self, other) } else { (other, self) };
        let of = |span: &Span<T>| {
            let span = *span;
            many.near(span).filter_map(move |own| own.intersection(span))
        };
        Self { spans: few.spans.iter().flat_map(of).collect() }
    }

    /// The values of this set that are not in `other`. What that takes does not grow with parts of `other` that are
    /// elsewhere.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut spans = Vec::new();
        for span in &self.spans {
            let mut start = Some(span.first());
            for taken in other.near(*span) {
                let left = start.zip(taken.first().previous());
                spans.extend(left.and_then(|(first, last)| Span::new(first, last)));
                start = taken.last().next();
            }
            spans.extend(start.and_then(|first| Span::new(first, span.last())));
        }
        Self { spans }
    }

    /// Adds the values of a span.
    pub fn insert(&mut self, span: Span<T>) {
        let is_before = |own: &Span<T>| own.last().next().is_some_and(|after| after < span.first());
        let start = self.spans.partition_point(is_before);
        let is_joined = |own: &Span<T>| span.last().next().is_none_or(|after| own.first() <= after);
        let joined = self.spans.partition_point(is_joined) - start;
        let all = self.spans.iter().skip(start).take(joined).copied().chain([span]);
        let joined_span = Self::from_iter(all);
        self.spans.splice(start..start + joined, joined_span.spans);
    }

    /// The values that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut spans = Vec::new();
        let mut start = Some(T::FIRST);
        for span in &self.spans {
            let gap = start.zip(span.first().previous()).and_then(|(first, last)| Span::new(first, last));
            spans.extend(gap);
            start = span.last().next();
        }
        spans.extend(start.and_then(|first| Span::new(first, T::LAST)));
        Self { spans }
    }

    /// The values at which the set begins, or has just ended, from the lowest. None comes twice, since between two
    /// spans lies a value outside the set.
    pub fn boundaries(&self) -> impl Iterator<Item = T> + '_ {
        self.spans.iter().flat_map(|span| [Some(span.first()), span.last().next()]).flatten()
    }

    /// The same as far as they are in another set.
    pub fn boundaries_in(&self, other: &Self) -> impl Iterator<Item = T> {
        let within = |span: &Span<T>| {
            let (first, last) = (span.first(), span.last());
            // One span before those that start in it may end in it.
            let from = self.spans.partition_point(|own| own.first() < first).saturating_sub(1);
            let near =
                self.spans.get(from..).unwrap_or_default().iter().take_while(move |own| own.first() <= last);
            let ends = near.flat_map(|own| [Some(own.first()), own.last().next()]).flatten();
            ends.filter(move |point| first <= *point && *point <= last)
        };
        other.spans.iter().flat_map(within)
    }

    /// The spans that have values of a span, from the lowest to the highest.
    fn near(&self, span: Span<T>) -> impl Iterator<Item = &Span<T>> {
        let before = self.spans.partition_point(|own| own.last() < span.first());
        self.spans.iter().skip(before).take_while(move |own| own.first() <= span.last())
    }

    /// The last span that starts at or before `point`.
    fn span_at(&self, point: T) -> Option<Span<T>> {
        let after = self.spans.partition_point(|span| span.first() <= point);
        after.checked_sub(1).and_then(|index| self.spans.get(index)).copied()
    }
}

impl<T: Point> Default for SpanSet<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: Point> From<Span<T>> for SpanSet<T> {
    fn from(span: Span<T>) -> Self {
        Self { spans: vec![span] }
    }
}

impl<T: Point> FromIterator<Span<T>> for SpanSet<T> {
    /// Takes the spans in any order; they may overlap.
    fn from_iter<I: IntoIterator<Item = Span<T>>>(spans: I) -> Self {
        let mut unsorted: Vec<_> = spans.into_iter().collect();
        // Most are the spans of sets, one after the other: a stable sort only merges these.
        unsorted.sort();
        let mut spans: Vec<Span<T>> = Vec::with_capacity(unsorted.len());
        for span in unsorted {
            match spans.last_mut() {
                Some(last) => match last.joined(span) {
                    Some(joined) => *last = joined,
                    None => spans.push(span),
                },
                None => spans.push(span),
            }
        }
        Self { spans }
    }
}
