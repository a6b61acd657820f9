//! Looks at every statement for what is wrong with it.

mod exposure;
mod outside;

use crate::finding::{Finding, FindingKind};
use crate::search::Budget;
use crate::{Policy, Semantic, Trust};

/// Everything that is wrong with a policy, gravest first, then in the order of the statements.
pub(crate) fn findings(policy: &Policy, trust: &Trust, semantic: &Semantic) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut budget = Budget::new(Budget::DEFAULT / 8);
    for statement in policy.statements.iter().filter(|statement| statement.is_allow()) {
        exposure::look(policy, statement, trust, semantic, &mut budget, &mut findings);
        outside::look(statement, trust, &mut findings);
    }
    for oddity in &policy.oddities {
        findings.push(Finding {
            kind: FindingKind::Refused,
            severity: FindingKind::Refused.severity(),
            statement: None,
            sid: None,
            principal: String::new(),
            access: Vec::new(),
            reasons: vec![format!("S3 refuses this policy: at `{}`, {}.", oddity.place, oddity.reason)],
        });
    }
    findings
        .sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.kind.rank(), finding.statement));
    findings
}
