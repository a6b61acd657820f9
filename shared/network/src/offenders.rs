//! Which sources together make a port open.

use std::collections::{BTreeMap, BTreeSet};

use addresses::{Address, Span, SpanSet};

use crate::exposure::{Exposure, broad_block};
use crate::partition::sweep;
use crate::settings::OpenLevel;

/// How exposed a port is, and by which of its sources it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    pub exposure: Exposure,
    /// The positions of the offending sources.
    pub offenders: BTreeSet<usize>,
}

/// The sources of a group in one address family, cut into pieces once, so that each port costs a look at the
/// pieces only.
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
pub(crate) struct Sources {
    level: OpenLevel,
    world: Block,
    /// The blocks of the broad size in which some source ends, with public addresses. Every other block lies
    /// whole in each source that meets it, so that each of these holds a broad block alone.
    cut: Vec<Block>,
    /// The exposure to each source alone.
    alone: Vec<Exposure>,
}

impl Sources {
    pub(crate) fn new<T: Address>(sources: &[&SpanSet<T>], level: OpenLevel) -> Self {
        let cut = match level {
            OpenLevel::World => Vec::new(),
            OpenLevel::Broad => cut_blocks(sources),
        };
        Self {
            level,
            world: Block::of(sources, T::public()),
            cut,
            alone: sources.iter().map(|source| Exposure::of(source)).collect(),
        }
    }

    /// The opening that the sources at these positions, ascending, make together; `None` if what they reach is
    /// not open.
    pub(crate) fn opening(&self, positions: &[usize]) -> Option<Opening> {
        let mut among = vec![false; self.alone.len()];
        for position in positions {
            if let Some(is_among) = among.get_mut(*position) {
                *is_among = true;
            }
        }
        let world = self.world.least_held(&among);
        if self.level == OpenLevel::World {
            return world.map(|offenders| Opening { exposure: Exposure::World, offenders });
        }
        let exposure = |position: &usize| self.alone.get(*position).copied().unwrap_or(Exposure::None);
        let alone = positions.iter().copied().filter(|position| exposure(position) >= Exposure::Broad);
        let in_blocks = self.cut.iter().filter_map(|block| block.least_held(&among)).flatten();
        let offenders: BTreeSet<usize> =
            alone.chain(in_blocks).filter(|position| exposure(position) >= Exposure::Some).collect();
        let exposure = if world.is_some() { Exposure::World } else { Exposure::Broad };
        (!offenders.is_empty()).then_some(Opening { exposure, offenders })
    }
}

/// The blocks of the broad size in which a source begins or ends, as far as they have public addresses.
fn cut_blocks<T: Address>(sources: &[&SpanSet<T>]) -> Vec<Block> {
    let ends = sources.iter().flat_map(|source| source.spans()).flat_map(|span| [span.first(), span.last()]);
    let cut: BTreeSet<Span<T>> = ends.map(broad_block).filter(|block| T::public().meets(*block)).collect();
    let mut blocks: BTreeMap<T, Block> = cut.iter().map(|block| (block.first(), Block::default())).collect();
    sweep(sources, &cut.into_iter().collect(), |piece, holders| {
        // Blocks may be neighbours, and a piece may reach from one into the next.
        for (_, block) in blocks.range_mut(broad_block(piece.first()).first()..=piece.last()) {
            block.pieces.insert(holders.to_vec());
        }
    });
    blocks.into_values().collect()
}

/// A part of the address space that is open once all of it is held.
#[derive(Default)]
struct Block {
    /// The holders of each piece, ascending; pieces of the same holders count once.
    pieces: BTreeSet<Vec<usize>>,
}

impl Block {
    fn of<T: Address>(sources: &[&SpanSet<T>], within: &SpanSet<T>) -> Self {
        let mut pieces = BTreeSet::new();
        sweep(sources, within, |_, holders| {
            if !pieces.contains(holders) {
                pieces.insert(holders.to_vec());
            }
        });
        Self { pieces }
    }

    /// Only the sources `among` these being there: the holders of each piece whose holders include all holders
    /// of no piece with fewer. `None` if some piece has no holder.
    fn least_held(&self, among: &[bool]) -> Option<BTreeSet<usize>> {
        let is_among = |position: &usize| among.get(*position).copied().unwrap_or(false);
        let mut pieces: Vec<Vec<usize>> = Vec::with_capacity(self.pieces.len());
        for holders in &self.pieces {
            let holders: Vec<usize> = holders.iter().copied().filter(is_among).collect();
            if holders.is_empty() {
                return None;
            }
            pieces.push(holders);
        }
        pieces.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        pieces.dedup();
        let mut count = vec![0_usize; among.len()];
        for position in pieces.iter().flatten() {
            if let Some(count) = count.get_mut(*position) {
                *count += 1;
            }
        }

        // What a piece includes, it includes with the member that the fewest pieces have: few are to be compared.
        let mut least: BTreeMap<usize, Vec<&[usize]>> = BTreeMap::new();
        for candidate in &pieces {
            let known = candidate.iter().filter_map(|member| least.get(member)).flatten();
            if !known.into_iter().any(|known| includes(candidate, known)) {
                let rarest = candidate.iter().min_by_key(|member| count.get(**member));
                least.entry(rarest.copied()?).or_default().push(candidate);
            }
        }
        Some(least.into_values().flatten().flatten().copied().collect())
    }
}

/// Whether `larger`, ascending, has every member of `smaller`.
fn includes(larger: &[usize], smaller: &[usize]) -> bool {
    smaller.iter().all(|member| larger.binary_search(member).is_ok())
}
