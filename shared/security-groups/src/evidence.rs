//! What proves the findings.

use remediation::{Assessment, Evidence, Fact, Found};

use crate::plan::revocation;
use crate::{
    At, ChangedBy, Group, GroupAssessment, Interface, Quarantine, QuarantineStyle, ReadSecurityGroups,
    Revocation, SgFinding, SgIngress, Tags, commands, words,
};

/// What a mail shows of the group beside the findings.
pub(crate) fn evidence<P: ReadSecurityGroups>(
    at: &At<'_>,
    found: &Found<SgIngress<P>>,
    style: QuarantineStyle,
) -> Vec<Evidence> {
    let group = &found.state;
    let interfaces = group.known_interfaces().filter(|all| !all.is_empty());
    let mut evidence = vec![rules(at, group)];
    evidence.extend(interfaces.map(|all| as_they_were(all)));
    match &found.plan {
        Some(Quarantine::Revoke(plan)) => evidence.extend(goes_with_the_rules(plan)),
        Some(Quarantine::Release(_)) => {}
        Some(Quarantine::Isolate(_)) if !leaves_interfaces(&found.assessment) => {}
        Some(Quarantine::Isolate(_)) => {
            evidence.extend(revoked_by_hand(
                at,
                &found.assessment,
                "How to close the rest by revoking the rules",
            ));
        }
        None if style == QuarantineStyle::Revoke => {}
        None => evidence.extend(revoked_by_hand(at, &found.assessment, "How to close it by hand")),
    }
    evidence
}

/// Whether Curfew may not isolate some of the interfaces.
fn leaves_interfaces(assessment: &GroupAssessment) -> bool {
    let is_left = |finding: &SgFinding| matches!(finding, SgFinding::OnManaged(_) | SgFinding::OnForeign(_));
    assessment.findings().iter().any(is_left)
}

/// The commands that revoke the rules, where some have to go, and what goes with them.
fn revoked_by_hand(at: &At<'_>, assessment: &GroupAssessment, title: &str) -> Vec<Evidence> {
    let Some(plan) = revocation(assessment, Tags::new()) else { return Vec::new() };
    let cut = goes_with_the_rules(&plan);
    let close = commands::of(at, &Quarantine::Revoke(plan));
    cut.into_iter().chain([Evidence::new(title, close)]).collect()
}

fn rules(at: &At<'_>, group: &Group) -> Evidence {
    let head = match &group.about {
        Fact::Known(about) => {
            let vpc = about.vpc.as_ref().map_or("none", |vpc| vpc.as_str());
            format!("  group {} ({}), VPC {vpc}", at.id, about.name)
        }
        Fact::Unknown(_) => format!("  group {}, whose name and VPC could not be read", at.id),
    };
    let table = group.inbound().map(|rule| format!("  {}", words::rule(rule)));
    let rest =
        group.unread_rules.as_ref().map(|_| "  There may be others, which could not be read.".to_owned());
    let body = [head].into_iter().chain(table).chain(rest).collect::<Vec<_>>().join("\n");
    Evidence::new("The group's inbound rules as they were", body)
}

fn as_they_were(interfaces: &[Interface]) -> Evidence {
    let line = |one: &Interface| {
        let note = match one.changed_by() {
            ChangedBy::Curfew => "",
            ChangedBy::Service => "; an AWS service manages it, Curfew leaves it alone",
            ChangedBy::Owner => "; another account owns it, Curfew may not change it",
        };
        format!("  {one}: {}{note}", words::joined(&one.groups, " "))
    };
    let body = interfaces.iter().map(line).collect::<Vec<_>>().join("\n");
    Evidence::new("The groups of its interfaces as they were", body)
}

/// What nobody puts back, though not all of it was open.
fn goes_with_the_rules(plan: &Revocation) -> Option<Evidence> {
    let goes = plan.cut.iter().map(words::cut).chain(words::portless_of(plan));
    let lines: Vec<String> = goes.map(|goes| format!("  {goes}")).collect();
    (!lines.is_empty())
        .then(|| Evidence::new("What goes with these rules, though not all of it was open", lines.join("\n")))
}
