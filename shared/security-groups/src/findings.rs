//! What is not acceptable about a group, for people.

use std::cmp::Reverse;

use network::UnreadableSource;
use remediation::settings::QuarantineStyle;
use remediation::{Finding, Remedy, Severity};
use serde_json::json;

use crate::opening::{Opening, openings};
use crate::{Contents, Group, Interface, words};

/// The findings of a group, most severe first.
///
/// In the style `isolate` a group is open as far as something uses it. Its rules stay as evidence, so that
/// of a group that Curfew has isolated, that nothing uses any more, and that is open as it was then, there is
/// nothing left to say.
pub(crate) fn findings(group: &Group, style: QuarantineStyle) -> Vec<Finding> {
    let unreadable = group.assessment.unreadable.iter().map(|source| unreadable(source, group));
    let mut findings: Vec<Finding> = openings(group).iter().map(Opening::finding).chain(unreadable).collect();
    match (style, &group.interfaces) {
        (QuarantineStyle::Alert, _) => report_all(&mut findings),
        (QuarantineStyle::Isolate, Some(interfaces)) => isolated(&mut findings, group, interfaces),
        _ => {}
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

fn report_all(findings: &mut [Finding]) {
    for finding in findings {
        finding.remedy = Remedy::Report;
    }
}

/// Says how far an open group is in use.
fn isolated(findings: &mut Vec<Finding>, group: &Group, interfaces: &[Interface]) {
    if interfaces.is_empty() && group.is_open_as_isolated() {
        findings.clear();
    } else if interfaces.is_empty() {
        report_all(findings);
        for finding in findings {
            finding.severity = finding.severity.min(Severity::Medium);
            finding.summary.push_str(", as soon as a network interface gets the group: now none has it");
        }
    } else {
        let managed: Vec<&Interface> = interfaces.iter().filter(|one| one.is_managed()).collect();
        if managed.len() == interfaces.len() {
            report_all(findings);
        }
        if !managed.is_empty() {
            let severity = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::High);
            let names: Vec<String> = managed.iter().map(ToString::to_string).collect();
            findings.push(Finding {
                kind: "open-on-managed-interface",
                severity,
                remedy: Remedy::ByHand,
                summary: format!(
                    "Curfew leaves alone, and so open, the interfaces that AWS services manage: {}",
                    words::list(&names, "")
                ),
                evidence: json!({ "interfaces": managed }),
            });
        }
    }
}

fn unreadable(source: &UnreadableSource, group: &Group) -> Finding {
    let id = &source.prefix_list_id;
    let list = group.prefix_lists.iter().find(|list| list.id == *id);
    let why = match list.map(|list| &list.contents) {
        Some(Contents::Unreadable(why)) => why,
        _ => "it was not read",
    };
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
