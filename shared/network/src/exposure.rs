//! How much of the public Internet a set of addresses is.

use addresses::{Address, Span, SpanSet};
use serde::{Deserialize, Serialize};

/// How exposed something is to one address family, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// No public address.
    None,
    /// Public addresses, in blocks narrower than [`Exposure::Broad`] asks for.
    Some,
    /// After adjacent blocks are collapsed, one of /8 or wider (IPv6: /32 or wider) holds public addresses.
    Broad,
    /// Every public address.
    World,
}

impl Exposure {
    /// How exposed something is that `sources` can reach.
    #[must_use]
    pub fn of<T: Address>(sources: &SpanSet<T>) -> Self {
        let public = T::public();
        if sources.covers(public) {
            Self::World
        } else if has_broad_block(sources) {
            Self::Broad
        } else if public.spans().iter().any(|span| sources.meets(*span)) {
            Self::Some
        } else {
            Self::None
        }
    }
}

/// Whether an aligned block of the broad size or wider lies in `sources` and holds a public address.
///
/// A wider block consists of blocks of the broad size, and one of these holds the public address, so
/// blocks of exactly that size decide.
fn has_broad_block<T: Address>(sources: &SpanSet<T>) -> bool {
    sources.spans().iter().filter_map(|span| whole_blocks(*span)).any(|blocks| T::public().meets(blocks))
}

/// The part of `span` that consists of whole blocks of the broad size.
fn whole_blocks<T: Address>(span: Span<T>) -> Option<Span<T>> {
    let lowest = broad_block(span.first());
    let first = if lowest.first() == span.first() { Some(lowest.first()) } else { lowest.last().next() };
    let highest = broad_block(span.last());
    let last = if highest.last() == span.last() { Some(highest.last()) } else { highest.first().previous() };
    Span::new(first?, last?)
}

/// The block of the broad size that holds `address`.
pub(crate) fn broad_block<T: Address>(address: T) -> Span<T> {
    address.block(T::BROAD_PREFIX_LENGTH)
}
