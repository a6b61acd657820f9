//! Worlds that nothing tells apart of which a question speaks: where no request of the one passes, none of the other does.

use names::Partition;

use super::{ALWAYS, Compilation};
use crate::search::compile::Compiled;
use crate::search::names::Names;
use crate::search::part::Part;
use crate::search::world::{CallerKind, Session, Source, Way, World};

/// What a question can tell of a world. What the account is called, and the organization, counts only as far as parts or
/// principals speak of it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    caller: CallerKind,
    way: Way,
    session: Session,
    source: Source,
    through_access_point: bool,
    partition: Partition,
    /// The principal elements that name the account.
    named: Vec<usize>,
    parts: Vec<Part>,
}

impl Compilation<'_> {
    /// The kind of a world; `None` where variables may tell worlds apart in other ways.
    pub(in crate::search) fn kind(&self, world: &World, names: &Names) -> Option<Kind> {
        if self.policy.has_variables && !names.variables.is_empty() {
            return None;
        }
        let naming = self.statements().enumerate().filter(|(_, own)| own.principal.names_account_of(world));
        let parts = self.parts.names().iter().zip(&self.is_spoken_of);
        let spoken = parts.filter(|(_, is_spoken_of)| **is_spoken_of);
        Some(Kind {
            caller: world.caller,
            way: world.way,
            session: world.session,
            source: world.source,
            through_access_point: world.through_access_point,
            partition: world.partition,
            named: naming.map(|(number, _)| number).collect(),
            parts: spoken.map(|(name, _)| world.part(name, names)).collect(),
        })
    }

    fn statements(&self) -> impl Iterator<Item = &Compiled> {
        let unless = self.unless.iter().flat_map(|unless| unless.allows.iter().chain(&unless.denies));
        self.allows.iter().chain(&self.denies).chain(unless)
    }

    /// For each part whether the question speaks of it: of the parts that are always there only if some demand is on it.
    pub(super) fn spoken_of(&self) -> Vec<bool> {
        let mut spoken: Vec<bool> =
            (0..self.parts.names().len()).map(|number| number >= ALWAYS.len()).collect();
        for literal in
            self.statements().flat_map(|own| own.literals.iter().chain(own.principal.alternatives()))
        {
            if let Some(own) = spoken.get_mut(literal.slot) {
                *own = true;
            }
        }
        spoken
    }
}
