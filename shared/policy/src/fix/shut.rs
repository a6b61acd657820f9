//! Whom a statement is meant for, and what an edit takes from them.

use super::restate;
use crate::search::decide::Question;
use crate::search::model::Model;
use crate::search::request::Request;
use crate::search::survey::ask;
use crate::search::world::{CallerKind, Source, World};
use crate::search::{Budget, Found};
use crate::{Asking, Policy};

/// For each Deny, whether it takes something of the one statement that allows from outsiders of the kind that it leaves
/// over: services, where it names sources, and everybody else by other keys. A Deny that leaves over nobody in particular
/// is not asked about.
pub(super) fn takes(before: &Policy, model: &Model, budget: &mut Budget) -> Vec<Found<()>> {
    let alone = before.of_statements(|statement| statement.is_allow());
    let mut outside = None;
    let denies = before.statements.iter().filter(|statement| !statement.is_allow());
    let takes = denies.map(|deny| {
        let left_over = || restate::left_over(deny);
        if !restate::leaves_somebody(deny) {
            return Found::None;
        }
        let beside = before.of_statements(|own| own.is_allow() || own.index == deny.index);
        let outside: &Vec<World> = outside.get_or_insert_with(|| model.outside());
        let concerned = outside.iter().filter(|world| {
            let is_service = world.caller == CallerKind::Service;
            left_over().any(|condition| condition.key.names_source() == is_service)
        });
        let concerned: Vec<World> = concerned.cloned().collect();
        request(&alone, Some(&beside), model, &concerned, budget)
    });
    takes.collect()
}

/// Whether nobody gets in who is trusted, or whom the policy names, or who acts for one of these.
pub(super) fn is_for_nobody(
    policy: &Policy,
    model: &Model,
    inside: &[World],
    asking: Asking<'_>,
    budget: &mut Budget,
) -> bool {
    if request(policy, None, model, inside, budget) != Found::None {
        return false;
    }
    let organizations = model.untrusted_organizations(asking.trust);
    let mut worlds = model.services(&named_accounts(model, asking), Source::Any);
    worlds.extend(model.services_of_members(&organizations, Source::Any));
    worlds.extend(model.members(&organizations));
    worlds.extend(model.principals(&model.untrusted_accounts(asking.trust)));
    worlds.extend(model.behind_endpoints());
    request(policy, None, model, &worlds, budget) == Found::None
}

/// Whether nobody but AWS services gets in.
pub(super) fn is_for_services(policy: &Policy, model: &Model, budget: &mut Budget) -> bool {
    let mut worlds = model.everyone();
    worlds.retain(|world| world.caller != CallerKind::Service);
    request(policy, None, model, &worlds, budget) == Found::None
}

/// Whether services that act for accounts which are trusted or named get in where anonymous callers do not: then they
/// were meant to.
pub(super) fn means_services(
    policy: &Policy,
    model: &Model,
    asking: Asking<'_>,
    budget: &mut Budget,
) -> bool {
    let mut anonymous = model.outside();
    anonymous.retain(|world| world.caller == CallerKind::Anonymous);
    let services = model.services(&named_accounts(model, asking), Source::Any);
    request(policy, None, model, &anonymous, budget) == Found::None
        && matches!(request(policy, None, model, &services, budget), Found::One(()))
}

/// Whether services that say that they act for an account which is trusted or named are shut out, or may be.
pub(super) fn loses_services(
    before: &Policy,
    after: &Policy,
    model: &Model,
    asking: Asking<'_>,
    budget: &mut Budget,
) -> bool {
    let services = model.services(&named_accounts(model, asking), Source::Full);
    request(before, Some(after), model, &services, budget) != Found::None
}

/// Whether services that act for accounts which are trusted get in by one policy and not by the other.
pub(super) fn gains_services(
    without: &Policy,
    with: &Policy,
    model: &Model,
    asking: Asking<'_>,
    budget: &mut Budget,
) -> bool {
    let services = model.services(&own_accounts(asking), Source::Full);
    matches!(request(with, Some(without), model, &services, budget), Found::One(()))
}

/// The own and the trusted accounts.
pub(super) fn own_accounts(asking: Asking<'_>) -> Vec<String> {
    asking.trust.all_accounts().map(str::to_owned).collect()
}

/// The own and the trusted accounts, and those that the policy names.
fn named_accounts(model: &Model, asking: Asking<'_>) -> Vec<String> {
    own_accounts(asking).into_iter().chain(model.untrusted_accounts(asking.trust)).collect()
}

/// A request that a policy allows and another does not.
pub(super) fn request(
    policy: &Policy,
    unless: Option<&Policy>,
    model: &Model,
    worlds: &[World],
    budget: &mut Budget,
) -> Found<()> {
    match lost(policy, unless, model, worlds, budget) {
        Found::One(_) => Found::One(()),
        Found::None => Found::None,
        Found::Unknown => Found::Unknown,
    }
}

/// The same request, to be held against other policies.
pub(super) fn lost(
    policy: &Policy,
    unless: Option<&Policy>,
    model: &Model,
    worlds: &[World],
    budget: &mut Budget,
) -> Found<Request> {
    ask(&Question::of(policy, unless, &|_| true), model, worlds, budget)
}
