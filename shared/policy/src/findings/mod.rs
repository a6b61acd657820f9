//! Looks at every statement for what is wrong with it.

mod deputy;
mod exposure;
mod outside;
mod parties;

use std::cmp::Reverse;

use crate::abilities::Bucket;
use crate::finding::{Finding, FindingKind};
use crate::search::Budget;
use crate::search::inquiry::Inquiry;
use crate::search::model::Model;
use crate::{Asking, Policy, Semantic, Statement};

/// How much work it may be to look at all statements in one way.
const WORK: usize = Budget::DEFAULT / 8;

/// What a look at a statement needs beside it.
struct Look<'here> {
    policy: &'here Policy,
    model: &'here Model,
    budget: &'here mut Budget,
}

/// Everything that is wrong with a policy, gravest first, then in the order of the statements.
/// Only statements that count are looked at; the second verdict is the one on them. There is an inquiry into those that
/// may let outsiders in, where there are any.
pub(crate) fn findings(
    policy: &Policy,
    asking: Asking<'_>,
    semantic: &Semantic,
    bucket: &Bucket,
    mut inquiry: Option<(&Model, &mut Inquiry<'_>)>,
    counts: &dyn Fn(&Statement) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut budget = Budget::new(WORK);
    for statement in policy.statements.iter().filter(|statement| counts(statement)) {
        let inquiry = inquiry.as_mut().map(|(_, inquiry)| &mut **inquiry);
        exposure::look(
            statement,
            policy.has_variables,
            semantic,
            bucket,
            inquiry,
            &mut budget,
            &mut findings,
        );
        outside::look(statement, asking.trust, &mut findings);
    }
    // Who names a service may let outsiders in, so there is an inquiry.
    if let Some((model, _)) = inquiry {
        let mut look = Look { policy, model, budget: &mut Budget::new(WORK) };
        for statement in policy.statements.iter().filter(|statement| counts(statement)) {
            deputy::look(&mut look, statement, &mut findings);
        }
    }
    for oddity in &policy.oddities {
        findings.push(Finding {
            kind: FindingKind::Refused,
            severity: FindingKind::Refused.severity(),
            statement: None,
            sid: None,
            principal: String::new(),
            grant: String::new(),
            callers: Vec::new(),
            access: Vec::new(),
            reasons: vec![format!("S3 refuses this policy: at `{}`, {}.", oddity.place, oddity.reason)],
        });
    }
    sort(&mut findings);
    findings
}

/// The services that may act for an outside account by one of the statements that count.
#[derive(Default)]
pub(crate) struct Deputies {
    /// By calls that say all about their source.
    pub(crate) open: Vec<String>,
    /// Only by calls that say less.
    pub(crate) unsourced: Vec<String>,
}

/// Finds these services.
pub(crate) fn deputies(policy: &Policy, asking: Asking<'_>, counts: &dyn Fn(&Statement) -> bool) -> Deputies {
    let names_service = |own: &&Statement| counts(own) && own.is_allow() && own.principal.names_service();
    let naming: Vec<&Statement> = policy.statements.iter().filter(names_service).collect();
    if naming.is_empty() {
        return Deputies::default();
    }
    let mut budget = Budget::new(WORK);
    let model = Model::of(&[policy], asking, &mut budget);
    let mut look = Look { policy, model: &model, budget: &mut budget };
    let mut findings = Vec::new();
    for statement in naming {
        deputy::look(&mut look, statement, &mut findings);
    }
    let of = |kind: FindingKind| {
        let own = findings.iter().filter(|finding| finding.kind == kind);
        let mut services: Vec<String> =
            own.flat_map(|finding| finding.principal.split(", ")).map(ToOwned::to_owned).collect();
        services.sort_unstable();
        services.dedup();
        services
    };
    let open = of(FindingKind::ConfusedDeputy);
    let mut unsourced = of(FindingKind::UnsourcedService);
    unsourced.retain(|service| !open.contains(service));
    Deputies { open, unsourced }
}

/// Puts findings in order: gravest first, then in the order of the statements.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| (Reverse(finding.severity), finding.kind.rank(), finding.statement));
}
