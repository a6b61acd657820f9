//! What a request shows: who sends it, and what it needs.

use super::Seeker;
use crate::abilities::{Abilities, Ability, AbilityKind, Extent, Needs, Other, Outsider, Who};
use crate::address::covers_internet;
use crate::search::world::CallerKind;
use crate::{Comparison, Condition, Operator, Witness};

impl Seeker<'_> {
    pub(super) fn needs(&self, witness: &Witness, parameter: bool) -> Needs {
        let names_network = |condition: &Condition| {
            let key = condition.key.name();
            let demands = |operator: Operator| {
                operator.comparison != Comparison::Absence && operator.negated == operator.holds_when_absent()
            };
            matches!(key, "aws:sourceip" | "aws:sourcevpc" | "aws:sourcevpce")
                && condition.operator.is_some_and(demands)
                && !covers_internet(condition)
        };
        let is_negated = |condition: &Condition| condition.operator.is_some_and(|operator| operator.negated);
        let network = self.policy.statements.iter().any(|statement| {
            let concerns = statement.index == witness.statement || !statement.is_allow();
            let conditions = statement.conditions.iter().filter(|condition| names_network(condition));
            concerns && conditions.into_iter().any(|condition| is_negated(condition) != statement.is_allow())
        });
        Needs { parameter, network, time: false }
    }

    /// Adds what a request shows, where it was not found.
    pub(super) fn add_shown(&self, witness: &Witness, abilities: &mut Abilities) {
        let caller = Outsider::of(witness.caller.kind);
        let (action, resource) = (witness.action.as_str(), witness.resource.as_str());
        let shows = |ability: &AbilityKind| {
            (ability.bucket_actions().contains(&action) && self.bucket.itself().admits(resource))
                || (ability.object_actions().contains(&action) && self.bucket.objects().admits(resource))
        };
        let who = self.who(witness);
        abilities.unknown.retain(|own| own.caller != caller || own.ability.is_some());
        match AbilityKind::ALL.into_iter().find(shows) {
            Some(ability) => {
                let is_this = |own: &Ability| (own.caller, own.ability) == (caller, ability);
                if abilities.list.iter().any(is_this) {
                    return;
                }
                let parameter = self.chosen.iter().any(|key| witness.context.contains_key(key));
                let needs = self.needs(witness, parameter);
                let (witness, scope, places) = (witness.clone(), Extent::Part, Vec::new());
                abilities.unknown.retain(|own| (own.caller, own.ability) != (caller, Some(ability)));
                abilities.list.push(Ability { caller, ability, scope, witness, needs, who, places });
                abilities.list.sort_by_key(|own| (own.caller, own.ability));
                abilities.others.retain(|own| Outsider::of(own.witness.caller.kind) != caller);
            }
            None if !abilities.has(caller) => {
                abilities.others.push(Other { who, witness: witness.clone(), is_to_come: false });
            }
            None => {}
        }
    }

    pub(super) fn who(&self, witness: &Witness) -> Who {
        match witness.caller.kind {
            CallerKind::Anonymous => Who::Internet,
            CallerKind::WebIdentity => Who::Identity(witness.caller.provider.clone()),
            CallerKind::Service => {
                let statement = self.policy.statements.get(witness.statement);
                let named = statement
                    .map(|statement| &statement.principal)
                    .is_some_and(|element| element.names_service() && !element.is_everyone());
                Who::Service(witness.caller.service.clone().filter(|_| named))
            }
            _ => match &witness.caller.account {
                Some(account) if self.model.is_any_stranger(account) => Who::AnyAccount,
                _ => Who::SomeAccounts,
            },
        }
    }
}
