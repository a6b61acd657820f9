//! The organization that owns the bucket may be one that the policy or the settings name.

use super::candidate::ORGANIZATION_PLACEHOLDER;
use super::shut;
use crate::search::model::Model;
use crate::search::{Budget, Found};
use crate::{Asking, Policy, Trust};

/// How many organizations are tried as the owner's.
const MOST: usize = 4;

/// Whether an edit keeps those who must keep their access, whichever of the named organizations is the owner's. Both
/// policies have the placeholder in the place of the owner's organization.
pub(super) fn keeps_whichever_it_is(
    before: &Policy,
    after: &Policy,
    asking: Asking<'_>,
    budget: &mut Budget,
) -> bool {
    let named = Model::of(&[before, after], asking, budget).names.organizations;
    let named: Vec<String> = named.into_iter().filter(|own| own != ORGANIZATION_PLACEHOLDER).collect();
    named.len() <= MOST
        && named.iter().all(|own| {
            let (before, after) = (owned_by(before, own), owned_by(after, own));
            let others = asking.trust.organizations.iter().filter(|other| *other != ORGANIZATION_PLACEHOLDER);
            let organizations = others.chain([own]).cloned().collect();
            let trust = Trust { organizations, ..asking.trust.clone() };
            let asking = Asking { trust: &trust, ..asking };
            let model = Model::of(&[&before, &after], asking, budget);
            let inside = model.inside(&trust);
            shut::request(&before, Some(&after), &model, &inside, budget) == Found::None
        })
}

/// The policy with this organization in the place of the owner's.
fn owned_by(policy: &Policy, organization: &str) -> Policy {
    let mut policy = policy.clone();
    for condition in policy.statements.iter_mut().flat_map(|statement| &mut statement.conditions) {
        if condition.values.iter().any(|value| value.contains(ORGANIZATION_PLACEHOLDER)) {
            let values = condition.values.iter();
            let values: Vec<String> =
                values.map(|value| value.replace(ORGANIZATION_PLACEHOLDER, organization)).collect();
            condition.values = values.into();
        }
    }
    policy
}
