//! What of a plan is left undone.

use events::{GroupId, VpcId};

use crate::plan::{isolation, revocation};
use crate::state::says_the_same;
use crate::undo::{is_of_interface, is_of_part};
use crate::{
    Destination, Group, GroupAssessment, Interface, Isolation, Part, Placement, PutBack, QUARANTINED_RULES,
    Quarantine, Release, Revocation, SgChange, Tags,
};

/// What is left of `plan`; `None` where all is done. `after` is what was seen last: where there is such, it decides.
pub(crate) fn unfinished(
    plan: &Quarantine,
    done: &[SgChange],
    after: Option<&GroupAssessment>,
) -> Option<Quarantine> {
    match plan {
        Quarantine::Revoke(plan) => left_to_revoke(plan, done, after).map(Quarantine::Revoke),
        Quarantine::Isolate(plan) => left_to_isolate(plan, done, after).map(Quarantine::Isolate),
        Quarantine::Release(plan) => {
            left_to_release(plan, done, after.map(|after| &after.group)).map(Quarantine::Release)
        }
    }
}

fn left_to_revoke(
    plan: &Revocation,
    done: &[SgChange],
    after: Option<&GroupAssessment>,
) -> Option<Revocation> {
    let (restore, revoke) = match after {
        Some(after) => {
            let left = revocation(after, Tags::new());
            let (mut restore, revoke) = left.map(|left| (left.restore, left.revoke)).unwrap_or_default();
            for part in &plan.restore {
                // As long as the rule is there, nothing of it is missing, and of a rule that somebody else revoked neither.
                let is_own =
                    |change: &SgChange| matches!(change, SgChange::Revoked(rule) if rule.id == part.part_of);
                let is_missing = after.group.rule(&part.part_of).is_none()
                    && done.iter().any(is_own)
                    && !after.group.allows(&part.permission)
                    && !restore.iter().any(|other| says_the_same(&other.permission, &part.permission));
                if is_missing {
                    restore.push(part.clone());
                }
            }
            (restore, revoke)
        }
        None => {
            let is_revoked =
                |rule| done.iter().any(|change| matches!(change, SgChange::Revoked(one) if one == rule));
            let revoke = plan.revoke.iter().filter(|rule| !is_revoked(*rule));
            (unnoted(&plan.restore, done), revoke.cloned().collect())
        }
    };
    let is_left = !restore.is_empty() || !revoke.is_empty();
    let closes = is_left || plan.revoke.is_empty() || done.iter().any(|change| is_gone(change, after));
    let tags = left_of_tags(&plan.tags, closes, done, after);
    (is_left || !tags.is_empty()).then_some(Revocation { restore, cut: Vec::new(), revoke, tags })
}

fn left_to_isolate(
    plan: &Isolation,
    done: &[SgChange],
    after: Option<&GroupAssessment>,
) -> Option<Isolation> {
    let interfaces = match after {
        Some(after) => {
            let left = isolation(after, plan.all_groups, Tags::new());
            left.map(|left| left.interfaces).unwrap_or_default()
        }
        None => {
            let is_placed = |one| done.iter().any(|change| is_of_interface(change, one));
            plan.interfaces.iter().filter(|one| !is_placed(*one)).cloned().collect()
        }
    };
    let closes = !interfaces.is_empty() || plan.interfaces.is_empty() || done.iter().any(SgChange::closes);
    let tags = left_of_tags(&plan.tags, closes, done, after);
    (!interfaces.is_empty() || !tags.is_empty()).then(|| Isolation {
        destinations: interfaces
            .iter()
            .map(|one: &Interface| (one.vpc.clone(), destination(plan, &one.vpc, done)))
            .collect(),
        interfaces,
        all_groups: plan.all_groups,
        tags,
    })
}

/// The quarantine group of a VPC, as far as the changes tell which it is.
fn destination(plan: &Isolation, vpc: &VpcId, done: &[SgChange]) -> Destination {
    let known =
        |group: &GroupId, may_have_egress| Destination::Known { group: group.clone(), may_have_egress };
    // Whether a new one has lost its outbound rules is certain once somebody was put into it.
    let used = done.iter().find_map(|change| match change {
        // Who was cut off has noted the groups that it had.
        SgChange::Placed(one) if one.interface.vpc == *vpc && !one.is_unknown() => one.groups.first(),
        _ => None,
    });
    let found = done.iter().find_map(|change| match change {
        SgChange::Created { group, vpc: own } | SgChange::EgressRevoked { group, vpc: own, .. }
            if own == vpc =>
        {
            Some(group)
        }
        _ => None,
    });
    match (used, found) {
        (Some(group), _) => known(group, false),
        (None, Some(group)) => known(group, true),
        (None, None) => plan.destinations.get(vpc).cloned().unwrap_or(Destination::ToBeFound),
    }
}

/// Whether a rule was revoked, as far as what was seen last shows: one that somebody has changed in its place was not.
fn is_gone(change: &SgChange, after: Option<&GroupAssessment>) -> bool {
    match change {
        SgChange::Revoked(rule) => after.is_none_or(|after| after.group.rule(&rule.id).is_none()),
        _ => false,
    }
}

/// As in the plan: a group is tagged where something of it is closed. Of what is evidence, what was seen last
/// decides.
fn left_of_tags(tags: &Tags, closes: bool, done: &[SgChange], after: Option<&GroupAssessment>) -> Tags {
    let is_tagged = done.iter().any(|change| matches!(change, SgChange::Tagged { .. }));
    if !closes || is_tagged {
        return Tags::new();
    }
    let mut tags = tags.clone();
    if let (Some(evidence), Some(digest)) =
        (tags.get_mut(QUARANTINED_RULES), after.and_then(|after| after.digest.as_ref()))
    {
        evidence.clone_from(digest);
    }
    let is_there =
        |after: &GroupAssessment| tags.iter().all(|(key, value)| after.group.tag(key) == Some(value));
    if after.is_some_and(is_there) { Tags::new() } else { tags }
}

/// Which groups an interface has is not read with a group that it has not: of interfaces the notes decide.
fn left_to_release(plan: &Release, done: &[SgChange], after: Option<&Group>) -> Option<Release> {
    let authorize = match after {
        Some(after) => {
            plan.authorize.iter().filter(|part| !after.allows(&part.permission)).cloned().collect()
        }
        None => unnoted(&plan.authorize, done),
    };
    let is_there = |put_back: &&PutBack| match after {
        Some(after) => after.inbound().any(|rule| put_back.is(rule)),
        None => !done.iter().any(|change| matches!(change, SgChange::Revoked(rule) if put_back.is(rule))),
    };
    let is_placed = |one: &Placement| done.iter().any(|change| is_of_interface(change, &one.interface));
    let left = Release {
        authorize,
        revoke: plan.revoke.iter().filter(is_there).cloned().collect(),
        place: plan.place.iter().filter(|one| !is_placed(one)).cloned().collect(),
    };
    (left != Release::default()).then_some(left)
}

fn unnoted(parts: &[Part], done: &[SgChange]) -> Vec<Part> {
    let is_noted = |part: &Part| done.iter().any(|change| is_of_part(change, part));
    parts.iter().filter(|part| !is_noted(part)).cloned().collect()
}
