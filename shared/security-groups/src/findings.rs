//! What is not acceptable about a group, for people.

use std::cmp::Reverse;

use network::UnreadableSource;
use remediation::{Assessment, Finding, Remedy, Severity};
use serde_json::json;

use crate::opening::{Opening, openings};
use crate::{Group, GroupAssessment, Interface, SgFinding, words};

/// The findings of a group in words, most severe first.
pub(crate) fn findings(assessment: &GroupAssessment) -> Vec<Finding> {
    let mut findings: Vec<Finding> = openings(assessment).iter().map(Opening::finding).collect();
    let mut managed = None;
    for finding in assessment.findings() {
        match finding {
            SgFinding::Open(_) => {}
            SgFinding::Unreadable(source) => findings.push(unreadable(source, &assessment.group)),
            SgFinding::OnManaged(interfaces) => managed = Some(interfaces),
        }
    }
    if assessment.is_unused() {
        findings.iter_mut().for_each(only_once_used);
    }
    let worst = findings.iter().map(|finding| finding.severity).max();
    findings.extend(managed.map(|interfaces| on_managed(interfaces, worst.unwrap_or(Severity::High))));
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

/// Says that nothing uses the group now.
fn only_once_used(finding: &mut Finding) {
    finding.severity = finding.severity.min(Severity::Medium);
    finding.summary.push_str(", as soon as a network interface gets the group: now none has it");
}

fn on_managed(interfaces: &[Interface], severity: Severity) -> Finding {
    let names: Vec<String> = interfaces.iter().map(ToString::to_string).collect();
    Finding {
        kind: "open-on-managed-interface",
        severity,
        remedy: Remedy::ByHand,
        summary: format!(
            "Curfew leaves alone, and so open, the interfaces that AWS services manage: {}",
            words::list(&names, "")
        ),
        evidence: json!({ "interfaces": interfaces }),
    }
}

fn unreadable(source: &UnreadableSource, group: &Group) -> Finding {
    let id = &source.prefix_list_id;
    let list = group.prefix_lists.iter().find(|list| list.id == *id);
    let why = list.and_then(|list| list.blocks.unknown());
    let why = why.map_or_else(|| "it was not read".to_owned(), |why| why.why());
    let rules: Vec<&str> = source.rule_ids.iter().map(|id| id.as_str()).collect();
    Finding {
        kind: "unreadable-prefix-list",
        severity: Severity::Medium,
        remedy: Remedy::Report,
        summary: format!(
            "Nobody knows whom {} lets in: {} could not be read ({why})",
            words::rules(&rules),
            list.map_or_else(|| format!("prefix list {id}"), words::prefix_list)
        ),
        evidence: json!({ "prefix_list_id": id, "rules": rules, "reason": why }),
    }
}
