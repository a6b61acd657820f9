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

/// Those who lose what they had, as the subject of a sentence.
struct Party {
    who: String,
    worlds: Vec<World>,
}

/// Whom of those that the policy let in the fix shuts out, one sentence each.
pub(super) fn sentences(
    before: &Policy,
    after: &Policy,
    asking: Asking<'_>,
    by_everyone: bool,
) -> Vec<String> {
    let mut budget = Budget::new(Budget::DEFAULT / 2);
    let model = Model::of(&[before, after], asking, &mut budget);
    let way = if by_everyone { "came in by `*`" } else { "came in" };
    let own = own_accounts(asking);
    let accounts =
        if asking.trust.accounts.is_empty() { "this account" } else { "this and the trusted accounts" };
    let mut sentences = Vec::new();
    let mut say = |worlds: &[World], who: &str, what: &str| {
        let lost = request(before, Some(after), &model, worlds, &mut budget);
        match lost {
            Found::One(()) => sentences.push(format!("{who} {what}.")),
            Found::None => {}
            Found::Unknown => {
                sentences.push(format!("It was not decided whether these are shut out: {who}."))
            }
        }
        lost
    };
    let services = format!("AWS services of {accounts} that {way}");
    if say(&model.services(&own, Source::Full), &services, "are shut out") == Found::None {
        let silent = format!("AWS services that {way} and do not say for which account they act");
        say(&model.services(&named_accounts(&model, asking), Source::Any), &silent, "are shut out");
    }
    let what = if by_everyone { "lose access that `*` gave them" } else { "lose access that they had" };
    for party in parties(&model, asking) {
        say(&party.worlds, &party.who, what);
    }
    sentences
}

/// Those whom a policy names and the settings do not trust.
fn parties(model: &Model, asking: Asking<'_>) -> Vec<Party> {
    let mut parties = Vec::new();
    let organizations = model.untrusted_organizations(asking.trust);
    if !organizations.is_empty() {
        let names = some(organizations.iter().map(String::as_str), MOST);
        parties.push(Party {
            who: format!("Principals of {names}, which the policy names,"),
            worlds: model.members(&organizations),
        });
        parties.push(Party {
            who: format!("AWS services that act for accounts of {names}, which the policy names,"),
            worlds: model.services_of_members(&organizations, Source::Full),
        });
    }
    let others = model.untrusted_accounts(asking.trust);
    if !others.is_empty() {
        let names = some(others.iter().map(String::as_str), MOST);
        parties.push(Party {
            who: format!("Principals of {names}, which the policy names,"),
            worlds: model.principals(&others),
        });
        parties.push(Party {
            who: format!("AWS services that act for {names}, which the policy names,"),
            worlds: model.services(&others, Source::Full),
        });
    }
    parties.push(Party {
        who: "Callers from networks, VPCs or VPC endpoints that the policy names".to_owned(),
        worlds: model.visitors(),
    });
    parties
}

/// Whether nobody gets in who is trusted, or whom the policy names, or who acts for one of these.
pub(super) fn is_for_nobody(policy: &Policy, asking: Asking<'_>, budget: &mut Budget) -> bool {
    let mut nothing = policy.clone();
    nothing.statements.retain(|statement| !statement.is_allow());
    if shuts_out(policy, &nothing, asking, budget) != Change::Nothing {
        return false;
    }
    let model = Model::of(&[policy], asking, budget);
    let mut worlds = model.services(&named_accounts(&model, asking), Source::Any);
    worlds.extend(model.services_of_members(&model.untrusted_organizations(asking.trust), Source::Any));
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

/// Whether services that act for accounts which are trusted or named get in where anonymous callers do not: then they
/// were meant to.
pub(super) fn means_services(policy: &Policy, asking: Asking<'_>, budget: &mut Budget) -> bool {
    let model = Model::of(&[policy], asking, budget);
    let mut anonymous = model.outside();
    anonymous.retain(|world| world.caller == CallerKind::Anonymous);
    let services = model.services(&named_accounts(&model, asking), Source::Any);
    request(policy, None, &model, &anonymous, budget) == Found::None
        && matches!(request(policy, None, &model, &services, budget), Found::One(()))
}

/// Whether services that say that they act for an account which is trusted or named are shut out, or may be.
pub(super) fn loses_services(
    before: &Policy,
    after: &Policy,
    asking: Asking<'_>,
    budget: &mut Budget,
) -> bool {
    let model = Model::of(&[before, after], asking, budget);
    let services = model.services(&named_accounts(&model, asking), Source::Full);
    request(before, Some(after), &model, &services, budget) != Found::None
}

/// The own and the trusted accounts.
fn own_accounts(asking: Asking<'_>) -> Vec<String> {
    asking.trust.all_accounts().map(str::to_owned).collect()
}

/// The own and the trusted accounts, and those that the policy names.
fn named_accounts(model: &Model, asking: Asking<'_>) -> Vec<String> {
    own_accounts(asking).into_iter().chain(model.untrusted_accounts(asking.trust)).collect()
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
