//! Whom a statement is meant for, and whom a fix shuts out.

use crate::change::{Change, shuts_out};
use crate::search::decide::{Question, ask};
use crate::search::model::Model;
use crate::search::world::{CallerKind, Source, World};
use crate::search::{Budget, Found};
use crate::words::some;
use crate::{Asking, Policy};

/// How many parties a sentence names.
const MOST: usize = 3;

/// Whom of those that the policy let in the fix shuts out, one sentence each.
pub(super) fn sentences(
    before: &Policy,
    after: &Policy,
    asking: Asking<'_>,
    by_everyone: bool,
) -> Vec<String> {
    let mut budget = Budget::new(Budget::DEFAULT / 4);
    let model = Model::of(&[before, after], asking, &mut budget);
    let way = if by_everyone { "came in by `*`" } else { "came in" };
    let accounts =
        if asking.trust.accounts.is_empty() { "this account" } else { "this and the trusted accounts" };
    let mut sentences = Vec::new();
    let mut say = |worlds: &[World], who: &str| {
        let lost = request(before, Some(after), &model, worlds, &mut budget);
        match lost {
            Found::One(()) => sentences.push(format!("{who} are shut out.")),
            Found::None => {}
            Found::Unknown => {
                sentences.push(format!("It was not decided whether these are shut out: {who}."))
            }
        }
        lost
    };
    let (sourced, silent) = (services(&model, asking, Source::Full), services(&model, asking, Source::Any));
    if say(&sourced, &format!("AWS services of {accounts} that {way}")) == Found::None {
        say(&silent, &format!("AWS services that {way} and do not say for which account they act"));
    }
    let organizations = model.untrusted_organizations(asking.trust);
    if !organizations.is_empty() {
        let names = some(organizations.iter().map(String::as_str), MOST);
        say(&model.members(&organizations), &format!("Principals of {names}, which the policy names,"));
    }
    let others = model.untrusted_accounts(asking.trust);
    if !others.is_empty() {
        let names = some(others.iter().map(String::as_str), MOST);
        say(&model.principals(&others), &format!("Principals of {names}, which the policy names,"));
    }
    sentences
}

/// Whether nobody gets in who is trusted, or whom the policy names, or who acts for one of these.
pub(super) fn is_for_nobody(policy: &Policy, asking: Asking<'_>, budget: &mut Budget) -> bool {
    let mut nothing = policy.clone();
    nothing.statements.retain(|statement| !statement.is_allow());
    if shuts_out(policy, &nothing, asking, budget) != Change::Nothing {
        return false;
    }
    let model = Model::of(&[policy], asking, budget);
    let mut worlds = services(&model, asking, Source::Any);
    worlds.extend(model.members(&model.untrusted_organizations(asking.trust)));
    worlds.extend(model.principals(&model.untrusted_accounts(asking.trust)));
    request(policy, None, &model, &worlds, budget) == Found::None
}

/// Whether nobody but AWS services gets in.
pub(super) fn is_for_services(policy: &Policy, asking: Asking<'_>, budget: &mut Budget) -> bool {
    let model = Model::of(&[policy], asking, budget);
    let mut worlds = model.everyone();
    worlds.retain(|world| world.caller != CallerKind::Service);
    request(policy, None, &model, &worlds, budget) == Found::None
}

/// Whether services that act for trusted accounts get in where anonymous callers do not: then they were meant to.
pub(super) fn means_services(policy: &Policy, asking: Asking<'_>, budget: &mut Budget) -> bool {
    let model = Model::of(&[policy], asking, budget);
    let mut anonymous = model.outside();
    anonymous.retain(|world| world.caller == CallerKind::Anonymous);
    let services = services(&model, asking, Source::Any);
    request(policy, None, &model, &anonymous, budget) == Found::None
        && matches!(request(policy, None, &model, &services, budget), Found::One(()))
}

/// Whether services that say that they act for a trusted account are shut out, or may be.
pub(super) fn loses_services(
    before: &Policy,
    after: &Policy,
    asking: Asking<'_>,
    budget: &mut Budget,
) -> bool {
    let model = Model::of(&[before, after], asking, budget);
    let services = services(&model, asking, Source::Full);
    request(before, Some(after), &model, &services, budget) != Found::None
}

/// Whether anybody at all gets in, or may.
pub(super) fn somebody_gets_in(policy: &Policy, asking: Asking<'_>, budget: &mut Budget) -> bool {
    let model = Model::of(&[policy], asking, budget);
    request(policy, None, &model, &model.everyone(), budget) != Found::None
}

fn services(model: &Model, asking: Asking<'_>, source: Source) -> Vec<World> {
    model.trusted_services(asking.trust, source)
}

/// A request that a policy allows and another does not.
fn request(
    policy: &Policy,
    unless: Option<&Policy>,
    model: &Model,
    worlds: &[World],
    budget: &mut Budget,
) -> Found<()> {
    let question = Question { policy, unless, allows: &|_| true };
    match ask(&question, model, worlds, budget) {
        Found::One(_) => Found::One(()),
        Found::None => Found::None,
        Found::Unknown => Found::Unknown,
    }
}
