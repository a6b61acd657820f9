//! A request that was found, and whether other statements allow it.

use super::compile::{Parts, compile};
use super::goal::ways_to_match;
use super::literal::{EPOCH, Slot, TIME};
use super::names::Names;
use super::part::Part;
use super::world::World;
use crate::template::Bindings;
use crate::{Policy, Statement, Witness};

/// A request that was found.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) world: World,
    /// The parts that it was asked for by.
    pub(crate) known: Vec<String>,
    pub(crate) witness: Witness,
}

impl Request {
    /// Whether no Allow of the policy matches the request, where that is seen without a search.
    pub(crate) fn is_surely_left_over(&self, policy: &Policy, names: &Names) -> bool {
        if !policy.variables(&|_| true).is_empty() {
            return false;
        }
        let mut parts = Parts::default();
        let allows = compile(policy, Statement::is_allow, &mut parts, &Bindings::default());
        let slots = parts.names().iter().map(|name| self.slot(name, names));
        let Some(slots) = slots.collect::<Option<Vec<Slot>>>() else { return false };
        !allows.iter().flat_map(|allow| ways_to_match(allow, &self.world)).any(|way| {
            way.iter().all(|(literal, wanted)| {
                slots.get(literal.slot).is_some_and(|slot| literal.can_be(*wanted, slot))
            })
        })
    }

    /// What a part of the request is; `None` where it may be one thing or another.
    fn slot(&self, name: &str, names: &Names) -> Option<Slot> {
        let caller = &self.witness.caller;
        match name {
            "action" => Some(Slot::of(&self.witness.action)),
            "resource" => Some(Slot::of(&self.witness.resource)),
            EPOCH | TIME => None,
            _ if !self.known.iter().any(|known| known == name) => only(&self.world.part(name, names)),
            "canonicaluser" => Some(caller.canonical_user.as_deref().map_or(Slot::Absent, Slot::of)),
            _ => Some(match self.witness.context.get(name) {
                Some(values) => Slot::Values(values.as_slice().into()),
                None => Slot::Absent,
            }),
        }
    }
}

/// The value of a part that can have no other.
fn only(part: &Part) -> Option<Slot> {
    match part.alternatives()?.as_slice() {
        [Some(value)] => Some(Slot::of(value)),
        [None] => Some(Slot::Absent),
        _ => None,
    }
}
