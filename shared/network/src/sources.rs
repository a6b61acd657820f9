//! The sources of a group, cut where others begin or end.

use std::collections::{BTreeMap, HashSet};

use addresses::{Address, Span, SpanSet};

use crate::bits::Bits;
use crate::exposure::{Exposure, broad_block};
use crate::partition::{Step, steps};
use crate::settings::OpenLevel;

/// The sources of a group in one address family, cut into pieces once, so that each port costs a look at the
/// pieces only.
///
/// Sources have positions, and so have pieces: a number for each.
pub(crate) struct Sources {
    pub(crate) level: OpenLevel,
    /// What is open once all of it is held: first the whole internet; at [`OpenLevel::Broad`] then the blocks of the broad
    /// size in which some source ends, with public addresses. Every other such block lies whole in each source that
    /// meets it, so that each of these holds a broad block alone.
    pub(crate) blocks: Vec<Block>,
    pub(crate) pieces: Vec<Piece>,
    /// The pieces of each source.
    pub(crate) held_by: Vec<Vec<usize>>,
    /// The sources that alone hold a broad block; of account at [`OpenLevel::Broad`] only.
    pub(crate) broad: Bits,
    /// The sources that have public addresses; the same goes for these.
    pub(crate) public: Bits,
}

/// A part of the address space.
pub(crate) struct Block {
    /// Its pieces stand from here on.
    pub(crate) first: usize,
    /// And end before this one.
    pub(crate) end: usize,
}

/// A part of a block that no source splits. Those of the same holders count as one.
pub(crate) struct Piece {
    /// The block that it is in.
    pub(crate) block: usize,
    /// The sources that hold it, ascending.
    pub(crate) holders: Vec<usize>,
}

impl Sources {
    pub(crate) fn new<T: Address>(sources: &[&SpanSet<T>], level: OpenLevel) -> Self {
        let mut cut = vec![cut(sources, T::public())];
        let mut alone: Vec<Exposure> = Vec::new();
        if level == OpenLevel::Broad {
            cut.extend(cut_blocks(sources));
            alone.extend(sources.iter().map(|source| Exposure::of(source)));
        }
        let exposed = |at_least| {
            Bits::chosen(sources.len(), |position| alone.get(position).is_some_and(|own| *own >= at_least))
        };
        let mut own = Self {
            level,
            blocks: Vec::with_capacity(cut.len()),
            pieces: Vec::new(),
            held_by: vec![Vec::new(); sources.len()],
            broad: exposed(Exposure::Broad),
            public: exposed(Exposure::Some),
        };
        for (block, pieces) in cut.into_iter().enumerate() {
            let first = own.pieces.len();
            for holders in pieces {
                for holder in &holders {
                    if let Some(held) = own.held_by.get_mut(*holder) {
                        held.push(own.pieces.len());
                    }
                }
                own.pieces.push(Piece { block, holders });
            }
            own.blocks.push(Block { first, end: own.pieces.len() });
        }
        own
    }
}

/// The holders of each piece of a block.
type Cut = HashSet<Vec<usize>>;

fn cut<T: Address>(sources: &[&SpanSet<T>], within: &SpanSet<T>) -> Cut {
    let mut pieces = Cut::new();
    each_piece(sources, within, |_, holders| {
        if !pieces.contains(holders) {
            pieces.insert(holders.to_vec());
        }
    });
    pieces
}

/// The blocks of the broad size in which a source begins or ends, as far as they have public addresses.
fn cut_blocks<T: Address>(sources: &[&SpanSet<T>]) -> Vec<Cut> {
    let ends = sources.iter().flat_map(|source| source.spans()).flat_map(|span| [span.first(), span.last()]);
    let within: SpanSet<T> = ends.map(broad_block).filter(|block| T::public().meets(*block)).collect();
    let mut blocks: BTreeMap<T, Cut> = BTreeMap::new();
    each_piece(sources, &within, |piece, holders| {
        // Blocks may be neighbours, and a piece may reach from one into the next.
        let mut rest = Some(piece);
        while let Some(span) = rest {
            let block = broad_block(span.first());
            let pieces = blocks.entry(block.first()).or_default();
            if !pieces.contains(holders) {
                pieces.insert(holders.to_vec());
            }
            rest = block.last().next().and_then(|next| Span::new(next, span.last()));
        }
    });
    blocks.into_values().collect()
}

/// Shows each piece of `within`, lowest first, with the positions of the sources that hold it, ascending.
fn each_piece<T: Address>(
    sources: &[&SpanSet<T>],
    within: &SpanSet<T>,
    mut visit: impl FnMut(Span<T>, &[usize]),
) {
    let mut holders: Vec<usize> = Vec::new();
    for step in steps(sources.iter().copied().enumerate(), within) {
        match step {
            Step::Turn(position) => match holders.binary_search(&position) {
                Ok(index) => drop(holders.remove(index)),
                Err(index) => holders.insert(index, position),
            },
            Step::Piece(piece) => visit(piece, &holders),
        }
    }
}
