//! What a request shows: who sends it, and what it needs.

use super::Seeker;
use crate::Witness;
use crate::abilities::{Abilities, Ability, AbilityKind, Extent, Needs, Other, Outsider, Route, Who};
use crate::search::world::CallerKind;

impl Seeker<'_> {
    /// What a request needs, as far as it shows that itself.
    fn needs(&self, witness: &Witness) -> Needs {
        let parameter = self.chosen.iter().any(|key| witness.context.contains_key(key));
        let way =
            if self.tells_ways(Outsider::of(witness.caller.kind)) { Route::Network } else { Route::Any };
        Needs { parameter, way, time: false }
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
                let needs = self.needs(witness);
                let (witness, scope, places) = (witness.clone(), Extent::Part, Vec::new());
                abilities.unknown.retain(|own| (own.caller, own.ability) != (caller, Some(ability)));
                abilities.list.push(Ability { caller, ability, scope, witness, needs, who, places });
                abilities.list.sort_by_key(|own| (own.caller, own.ability));
                abilities.others.retain(|own| Outsider::of(own.witness.caller.kind) != caller);
            }
            None if !abilities.has(caller) => {
                abilities.others.push(Other { who, witness: witness.clone(), needs: self.needs(witness) });
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
