//! What is not acceptable about a group, for people.

use std::cmp::Reverse;

use network::UnreadableSource;
use remediation::{Assessment, Finding, Remedy, Severity};
use serde_json::json;

use crate::opening::{Opening, openings};
use crate::{GroupAssessment, Interface, SgFinding, words};

/// The findings of a group in words, most severe first.
pub(crate) fn findings(assessment: &GroupAssessment) -> Vec<Finding> {
    let mut findings: Vec<Finding> = openings(assessment).iter().map(Opening::finding).collect();
    let left: Vec<String> = assessment.not_isolated().map(ToString::to_string).collect();
    if !left.is_empty() {
        let still_on = format!(", still on {}", words::list(&left, ""));
        findings.iter_mut().for_each(|finding| finding.summary.push_str(&still_on));
    }
    if assessment.is_unused() {
        findings.iter_mut().for_each(only_once_used);
    }
    if assessment.is_use_unknown() {
        let words = ", where a network interface has the group, which is not known";
        findings.iter_mut().for_each(|finding| finding.aside.push_str(words));
    }
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::High);
    for finding in assessment.findings() {
        let finding = match finding {
            SgFinding::Open(_) => continue,
            SgFinding::Unreadable(source) => unreadable(source, assessment),
            SgFinding::OnManaged(interfaces) => {
                let what = "Curfew leaves alone, and so open, the interfaces that AWS services manage";
                on_interfaces("open-on-managed-interface", interfaces, worst, what)
            }
            SgFinding::OnForeign(interfaces) => {
                let what = "Curfew may not change, and leaves open, the interfaces that other accounts own";
                on_interfaces("open-on-foreign-interface", interfaces, worst, what)
            }
        };
        findings.push(finding);
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

/// Says that nothing uses the group now.
fn only_once_used(finding: &mut Finding) {
    finding.severity = finding.severity.min(Severity::Medium);
    finding.aside.push_str(", as soon as a network interface gets the group: now none has it");
}

/// Says on which interfaces a group stays.
fn on_interfaces(kind: &'static str, interfaces: &[Interface], severity: Severity, what: &str) -> Finding {
    let names: Vec<String> = interfaces.iter().map(ToString::to_string).collect();
    let summary = format!("{what}: {}", words::list(&names, ""));
    let evidence = json!({ "interfaces": interfaces });
    Finding { kind, severity, remedy: Remedy::ByHand, summary, aside: String::new(), evidence }
}

fn unreadable(source: &UnreadableSource, assessment: &GroupAssessment) -> Finding {
    let id = &source.prefix_list_id;
    let list = assessment.group.prefix_lists.iter().find(|list| list.id == *id);
    let why = list.and_then(|list| list.blocks.unknown());
    let why = why.map_or_else(|| "it was not read".to_owned(), |why| why.why());
    let rules: Vec<&str> = source.rule_ids.iter().map(|id| id.as_str()).collect();
    Finding {
        kind: "unreadable-prefix-list",
        severity: Severity::Medium,
        remedy: assessment.remedy_of_unreadable(),
        summary: format!(
            "Nobody knows whom {} lets in: {} could not be read ({why})",
            words::rules(&rules),
            list.map_or_else(|| format!("prefix list {id}"), words::prefix_list),
        ),
        aside: if assessment.is_unused() { "; no network interface has the group now" } else { "" }
            .to_owned(),
        evidence: json!({ "prefix_list_id": id, "rules": rules, "reason": why }),
    }
}
