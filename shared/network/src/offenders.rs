//! Which sources together make a port open.

use std::collections::HashMap;

use crate::bits::Bits;
use crate::exposure::Exposure;
use crate::settings::OpenLevel;
use crate::sources::{Block, Sources};

/// The position of the internet among the blocks.
const WORLD: usize = 0;

/// How exposed a port is, and by which of its sources it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    pub exposure: Exposure,
    /// The positions of the offending sources.
    pub offenders: Bits,
}

/// The sources that reach some ports, on the way from port to port.
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
///
/// From one port to the next few sources come and go, and only what these hold is counted anew.
pub(crate) struct Reaching<'a> {
    sources: &'a Sources,
    among: Bits,
    /// How often each piece is held.
    held: Vec<Held>,
    /// What is known of each block.
    blocks: Vec<Known>,
}

/// By whom a piece is held.
#[derive(Clone, Copy, Default)]
struct Held {
    times: usize,
    /// The sum of the positions of its holders: where it is held once, that is its holder.
    sum: usize,
}

struct Known {
    /// How many of its pieces nobody holds.
    free: usize,
    /// Who offends there; `None` where that has to be found out.
    offenders: Option<Bits>,
}

impl<'a> Reaching<'a> {
    /// None of the sources.
    pub(crate) fn new(sources: &'a Sources) -> Self {
        let known = |block: &Block| Known { free: block.end - block.first, offenders: None };
        Self {
            sources,
            among: Bits::none(sources.held_by.len()),
            held: vec![Held::default(); sources.pieces.len()],
            blocks: sources.blocks.iter().map(known).collect(),
        }
    }

    /// The source at this position comes, or goes.
    pub(crate) fn turn(&mut self, source: usize) {
        let comes = !self.among.contains(source);
        if comes {
            self.among.insert(source);
        } else {
            self.among.remove(source);
        }
        for position in self.sources.held_by.get(source).into_iter().flatten() {
            let piece = self.sources.pieces.get(*position);
            let block = piece.and_then(|piece| self.blocks.get_mut(piece.block));
            if let (Some(held), Some(block)) = (self.held.get_mut(*position), block) {
                block.offenders = None;
                if comes {
                    block.free -= usize::from(held.times == 0);
                    *held = Held { times: held.times + 1, sum: held.sum + source };
                } else {
                    *held = Held { times: held.times - 1, sum: held.sum - source };
                    block.free += usize::from(held.times == 0);
                }
            }
        }
    }

    /// The sources that reach the port.
    pub(crate) fn among(&self) -> &Bits {
        &self.among
    }

    /// Whether the port may be open. Only then need the [opening](Self::opening) be looked for.
    pub(crate) fn may_be_open(&self) -> bool {
        self.sources.level == OpenLevel::Broad || self.is_open(WORLD)
    }

    /// The opening that the sources make together; `None` if what they reach is not open.
    pub(crate) fn opening(&mut self) -> Option<Opening> {
        let is_world = self.is_open(WORLD);
        if self.sources.level == OpenLevel::World {
            return is_world
                .then(|| Opening { exposure: Exposure::World, offenders: self.offenders_in(WORLD) });
        }
        let mut offenders = self.among.and(&self.sources.broad);
        for block in 1..self.blocks.len() {
            if self.is_open(block) {
                offenders.add(&self.offenders_in(block));
            }
        }
        let offenders = offenders.and(&self.sources.public);
        let exposure = if is_world { Exposure::World } else { Exposure::Broad };
        (!offenders.is_empty()).then_some(Opening { exposure, offenders })
    }

    fn is_open(&self, block: usize) -> bool {
        self.blocks.get(block).is_some_and(|block| block.free == 0)
    }

    fn offenders_in(&mut self, block: usize) -> Bits {
        if let Some(Known { offenders: Some(known), .. }) = self.blocks.get(block) {
            return known.clone();
        }
        let found = self.least_held(block);
        if let Some(block) = self.blocks.get_mut(block) {
            block.offenders = Some(found.clone());
        }
        found
    }

    /// The holders of each piece of an open block whose holders include all holders of no piece with fewer.
    fn least_held(&self, block: usize) -> Bits {
        let Some(block) = self.sources.blocks.get(block) else { return self.among.clone() };
        let held = || (block.first..block.end).filter_map(|piece| Some((piece, self.held.get(piece)?)));
        let mut least = Bits::none(self.sources.held_by.len());
        held().filter(|(_, held)| held.times == 1).for_each(|(_, held)| least.insert(held.sum));

        let holders = |piece: usize| {
            let all = self.sources.pieces.get(piece).into_iter().flat_map(|piece| &piece.holders);
            all.copied().filter(|holder| self.among.contains(*holder))
        };
        let more = held()
            .filter(|(piece, held)| held.times > 1 && !holders(*piece).any(|holder| least.contains(holder)));
        let mut candidates: Vec<(usize, Vec<usize>)> =
            more.map(|(piece, held)| (held.times, holders(piece).collect())).collect();
        candidates.sort_unstable();
        candidates.dedup();

        // What a piece includes, it includes with the member that has the fewest pieces: few are to be compared.
        let mut known: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut marked = Bits::none(self.sources.held_by.len());
        for (at, (_, candidate)) in candidates.iter().enumerate() {
            candidate.iter().for_each(|member| marked.insert(*member));
            let includes = |known: &usize| {
                candidates.get(*known).is_some_and(|(_, all)| all.iter().all(|one| marked.contains(*one)))
            };
            if !candidate.iter().filter_map(|member| known.get(member)).flatten().any(includes) {
                let pieces = |member: &usize| self.sources.held_by.get(*member).map_or(0, Vec::len);
                let rarest = candidate.iter().copied().min_by_key(pieces).unwrap_or_default();
                known.entry(rarest).or_default().push(at);
                candidate.iter().for_each(|member| least.insert(*member));
            }
            candidate.iter().for_each(|member| marked.remove(*member));
        }
        least
    }
}
