//! Which sources together make a port open.

use std::collections::BTreeSet;

use crate::{
    address::Address,
    exposure::{Exposure, broad_block},
    partition::partition,
    settings::OpenLevel,
    span::Span,
    span_set::SpanSet,
};

/// How exposed a port is, and by which of its sources it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub exposure: Exposure,
    /// The positions of the offending sources, ascending.
    pub offenders: Vec<usize>,
}

/// The opening that `sources` make together, `None` if the port is not open.
///
/// A port is open because of its open blocks: the whole address space at [`OpenLevel::World`], each
/// block of /8 (IPv6: /32) with public addresses at [`OpenLevel::Broad`]. A source offends if it has
/// public addresses and belongs to a smallest set of sources that alone would hold an open block open:
/// smallest in that it would not without any one of its members. So of 0.0.0.0/1 and 128.0.0.0/1 both
/// offend. Beside 0.0.0.0/0 neither a single host nor 0.0.0.0/1 does, because no smallest set has them.
/// Beside 0.0.0.0/0 *and* 128.0.0.0/1, 0.0.0.0/1 does.
///
/// Without its offenders no set of sources is left that would hold the port open.
///
/// These smallest sets need not be listed. Call the sources that hold an address its holders. A set
/// holds a block open if it has a holder of each address, so a source belongs to a smallest one if and
/// only if it is a holder of an address whose holders include all holders of no address with fewer.
pub(crate) fn opening<T: Address>(sources: &[&SpanSet<T>], level: OpenLevel) -> Option<Opening> {
    let union: SpanSet<T> = sources.iter().flat_map(|source| source.spans()).copied().collect();
    let exposure = Exposure::of(&union);
    if !level.is_reached_by(exposure) {
        return None;
    }
    let offenders = match level {
        OpenLevel::World => holders_of_least_held(sources, T::public()),
        OpenLevel::Broad => broad_offenders(sources),
    };
    Some(Opening { exposure, offenders: offenders.into_iter().collect() })
}

/// A block in which some source ends is looked at by itself. Every other open block lies whole in each
/// source that meets it, so that each of these holds a broad block alone.
fn broad_offenders<T: Address>(sources: &[&SpanSet<T>]) -> BTreeSet<usize> {
    let cut: BTreeSet<Span<T>> = sources
        .iter()
        .flat_map(|source| source.spans())
        .flat_map(|span| [broad_block(span.first()), broad_block(span.last())])
        .filter(|block| T::public().meets(*block))
        .collect();
    let in_cut_blocks = cut.into_iter().flat_map(|block| holders_of_least_held(sources, &block.into()));
    let has_exposure = |position: &usize, least: Exposure| {
        let source = sources.get(*position);
        source.is_some_and(|source| Exposure::of(source) >= least)
    };
    let alone = (0..sources.len()).filter(|position| has_exposure(position, Exposure::Broad));
    in_cut_blocks.chain(alone).filter(|position| has_exposure(position, Exposure::Some)).collect()
}

/// The holders of each address in `within` whose holders include all holders of no address with fewer.
/// If some address has no holder, there are none.
fn holders_of_least_held<T: Address>(sources: &[&SpanSet<T>], within: &SpanSet<T>) -> BTreeSet<usize> {
    let mut holders: Vec<Vec<usize>> =
        partition(sources, within).into_iter().map(|piece| piece.members).collect();
    holders.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    holders.dedup();

    let mut least: Vec<Vec<usize>> = Vec::new();
    for candidate in holders {
        if !least.iter().any(|known| includes(&candidate, known)) {
            least.push(candidate);
        }
    }
    least.into_iter().flatten().collect()
}

/// Whether `larger`, ascending, has every member of `smaller`.
fn includes(larger: &[usize], smaller: &[usize]) -> bool {
    smaller.iter().all(|member| larger.binary_search(member).is_ok())
}
