//! One unbroken run of addresses or ports.

use std::fmt::Debug;

/// A value on a line of addresses or ports, where each but the last has a next.
pub trait Point: Copy + Ord + Debug {
    /// The first value of the line.
    const FIRST: Self;
    /// The last value of the line.
    const LAST: Self;

    /// The value after this one, `None` after the last.
    fn next(self) -> Option<Self>;

    /// The value before this one, `None` before the first.
    fn previous(self) -> Option<Self>;
}

macro_rules! point {
    ($($number:ty),+) => {$(
        impl Point for $number {
            const FIRST: Self = <$number>::MIN;
            const LAST: Self = <$number>::MAX;

            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }

            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )+};
}

point!(u16, u32, u128);

/// An inclusive range that holds at least one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span<T> {
    // INVARIANT: first <= last.
    first: T,
    last: T,
}

impl<T: Point> Span<T> {
    /// The whole line.
    pub const FULL: Self = Self { first: T::FIRST, last: T::LAST };

    /// The values from `first` to `last`, both included; `None` if there are none.
    #[must_use]
    pub fn new(first: T, last: T) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// One value alone.
    #[must_use]
    pub fn single(point: T) -> Self {
        Self { first: point, last: point }
    }

    /// The lowest value.
    #[must_use]
    pub fn first(self) -> T {
        self.first
    }

    /// The highest value.
    #[must_use]
    pub fn last(self) -> T {
        self.last
    }

    /// Whether `point` lies in the span.
    #[must_use]
    pub fn contains(self, point: T) -> bool {
        self.first <= point && point <= self.last
    }

    /// Whether every value of `other` lies in this span.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// The values of both spans, if there are any.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// One span of the values of either, if no value outside both lies between them.
    /// `self` must not start after `other`.
    pub(crate) fn joined(self, other: Self) -> Option<Self> {
        let touches = match self.last.next() {
            Some(after) => other.first <= after,
            None => true,
        };
        touches.then_some(Self { first: self.first, last: self.last.max(other.last) })
    }
}
