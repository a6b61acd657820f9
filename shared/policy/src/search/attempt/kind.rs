//! Worlds that nothing tells apart of which a question speaks: where no request of the one passes, none of the other does.

use names::Partition;

use super::{ALWAYS, Compilation};
use crate::search::compile::{Compiled, CompiledPrincipal};
use crate::search::hashing::Table;
use crate::search::literal::Literal;
use crate::search::names::Names;
use crate::search::part::Part;
use crate::search::world::{CallerKind, Session, Source, Way, World};

/// A part that each principal element asks about which names an account by its number, or everyone.
const USER_ID: &str = "aws:userid";

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
    /// The parts of which the question speaks.
    parts: Vec<Part>,
}

impl Kind {
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }
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
        if self.has_variables {
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

    /// For each part whether the question speaks of it: of what tells who the caller is only if some demand is on it.
    pub(super) fn spoken_of(&self) -> Vec<bool> {
        let names = self.parts.names().iter().map(String::as_str);
        let mut spoken: Vec<bool> = names.map(|name| !ALWAYS.contains(&name) && name != USER_ID).collect();
        // The name of a user stands in the ARN too.
        let tells_users_apart = self.parts.find("aws:username").is_some();
        let mut mark = |literal: &Literal| {
            if let Some(own) = spoken.get_mut(literal.slot) {
                *own = true;
            }
        };
        for statement in self.statements() {
            statement.literals.iter().for_each(&mut mark);
            if tells_users_apart || !statement.principal.is_everyone() {
                statement.principal.alternatives().iter().for_each(&mut mark);
            }
        }
        spoken
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::{Value, json};

    use super::{Compilation, Kind};
    use crate::search::Budget;
    use crate::search::decide::Question;
    use crate::search::hashing::Set;
    use crate::search::model::Model;
    use crate::{Asking, Policy, Trust};

    /// Many accounts of which each may read, and everyone where this holds.
    fn policy(condition: &Value) -> Policy {
        let allow = |principal: Value, condition: &Value| {
            json!({
                "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*",
                "Condition": condition,
            })
        };
        let named = (0..9).map(|number| allow(json!({ "AWS": format!("11111111111{number}") }), &json!({})));
        let statements: Vec<Value> = named.chain([allow(json!("*"), condition)]).collect();
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        Policy::from_document(document).expect("a policy")
    }

    #[test]
    #[expect(clippy::mutable_key_type, reason = "a part is told by which one it is")]
    fn a_wider_question_tells_no_accounts_apart_that_only_the_other_policy_names() {
        let (before, after) =
            (policy(&json!({})), policy(&json!({ "Bool": { "aws:SecureTransport": "true" } })));
        let trust = Trust::default();
        let asking = Asking { trust: &trust, now: UNIX_EPOCH };
        let model = Model::of(&[&before, &after], asking, &mut Budget::new(Budget::DEFAULT));
        let question = Question::of(&before, Some(&after), &|_| true);
        let worlds = model.principals(&model.untrusted_accounts(&trust));
        let wider = Compilation::wider(&question, &model.names).expect("a wider question");
        let kinds: Set<Kind> = worlds.iter().filter_map(|world| wider.kind(world, &model.names)).collect();
        let callers: Set<_> = worlds.iter().map(|world| (world.caller, world.way)).collect();
        assert!(worlds.len() >= 9 * callers.len());
        assert_eq!(kinds.len(), callers.len());
    }
}
