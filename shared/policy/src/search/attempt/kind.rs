//! Worlds that nothing tells apart of which a question speaks: where no request of the one passes, none of the other does.

use names::Partition;

use super::{ALWAYS, Compilation};
use crate::search::compile::{Compiled, CompiledPrincipal};
use crate::search::hashing::Table;
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

/// Which principal elements name an account, by the numbers of their statements.
#[derive(Debug, Default)]
pub(super) struct Naming {
    exactly: Table<String, Vec<usize>>,
    /// Those that name accounts by patterns.
    by_pattern: Vec<(usize, CompiledPrincipal)>,
}

impl Naming {
    pub(super) fn by<'here>(statements: impl Iterator<Item = &'here Compiled>) -> Self {
        let mut naming = Self::default();
        for (number, principal) in statements.map(|own| &own.principal).enumerate() {
            match principal.exact_accounts() {
                _ if principal.is_everyone() => {}
                Some(accounts) => {
                    let known = &mut naming.exactly;
                    accounts.for_each(|own| known.entry(own.to_owned()).or_default().push(number));
                }
                None => naming.by_pattern.push((number, principal.clone())),
            }
        }
        naming
    }

    /// Those that name the account of a world, whose callers are principals of that.
    fn of(&self, world: &World) -> Vec<usize> {
        let exactly = self.exactly.get(&*world.account).into_iter().flatten().copied();
        let by_pattern = self.by_pattern.iter().filter(|(_, own)| own.names_account_of(world));
        exactly.chain(by_pattern.map(|(number, _)| *number)).collect()
    }
}

impl Compilation<'_> {
    /// The kind of a world; `None` where variables may tell worlds apart in other ways.
    pub(in crate::search) fn kind(&self, world: &World, names: &Names) -> Option<Kind> {
        if self.policy.has_variables && !names.variables.is_empty() {
            return None;
        }
        let parts = self.parts.names().iter().zip(&self.is_spoken_of);
        let spoken = parts.filter(|(_, is_spoken_of)| **is_spoken_of);
        Some(Kind {
            caller: world.caller,
            way: world.way,
            session: world.session,
            source: world.source,
            through_access_point: world.through_access_point,
            partition: world.partition,
            named: if world.caller.has_account() {
                self.naming.get_or_init(|| Naming::by(self.statements())).of(world)
            } else {
                Vec::new()
            },
            parts: spoken.map(|(name, _)| world.part(name, names)).collect(),
        })
    }

    pub(super) fn statements(&self) -> impl Iterator<Item = &Compiled> {
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
