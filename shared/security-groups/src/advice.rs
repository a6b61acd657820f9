//! What a person should do now.

use remediation::settings::QuarantineStyle;
use remediation::{Finding, Outcome, Remedy, Report};

use crate::port::action;

const WHO: &str = "Find out who opened it, and whether somebody outside used it.";

const TRACKED: &str = "Connections that were open before live on while they are tracked. Look at who is \
                       connected. A rule in the subnet's network ACL that denies an address cuts it at once; \
                       so does stopping the instance.";

/// Advice, a sentence or two a line.
pub(crate) fn advice(style: QuarantineStyle, report: &Report) -> Vec<String> {
    let Report { findings, changes, .. } = report;
    // An open quarantine group loses its rules in that style too.
    let has_revoked = changes.iter().any(|change| change.action == action::REVOKE);
    let isolates = style == QuarantineStyle::Isolate && !has_revoked;
    let is_left = |left: &Finding| left.remedy == Remedy::Close;
    let closes_no_more = !report.remaining.iter().flatten().any(is_left);
    let advice: &[&str] = match report.outcome {
        Outcome::Remediated | Outcome::StillOpen if isolates && closes_no_more => &[
            WHO,
            TRACKED,
            "The rules are still there as evidence. Once they are gone, the commands below give the interfaces \
             their groups back; with the rules in place, Curfew will isolate them again at the next trigger.",
            "Rules of other groups that name this group as their source let the interfaces in no more.",
        ],
        Outcome::Remediated => &[
            WHO,
            TRACKED,
            "If somebody needs this access, give it to the addresses that need it. The commands below put the \
             rules back as they were; Curfew will revoke them again at the next trigger.",
        ],
        Outcome::Observed => {
            &["Decide whether the world has to get in. In `enforce` mode Curfew would have made \
                                the change above."]
        }
        Outcome::Alerted => &["Decide whether the world has to get in; if not, revoke the rule."],
        Outcome::StillOpen => &[
            "Close the rest by hand now, with the commands below: somebody or something keeps opening the group.",
            TRACKED,
        ],
        Outcome::Compliant | Outcome::Failed | Outcome::Gone => &[],
    };
    let about = findings.iter().filter_map(about).collect::<Vec<_>>();
    let icmp = "Open ICMP stays: Curfew closes it only where `sg.icmp` is \"revoke\".";
    let is_icmp = |finding: &Finding| {
        finding.kind == "open-ingress"
            && finding.severity == remediation::Severity::Low
            && finding.remedy == Remedy::Report
    };
    let icmp = (style != QuarantineStyle::Alert && findings.iter().any(is_icmp)).then_some(icmp);
    let mut lines: Vec<&str> = advice.iter().copied().chain(about).chain(icmp).collect();
    lines.dedup();
    lines.into_iter().map(ToOwned::to_owned).collect()
}

fn about(finding: &Finding) -> Option<&'static str> {
    match finding.kind {
        "unreadable-prefix-list" => Some(
            "Let the function's role read the prefix list, or look into it by hand: it may hold the whole \
             internet.",
        ),
        "open-on-managed-interface" => Some(
            "Interfaces that AWS services manage get other groups through their service only (a load balancer's \
             security groups, for one). Until then only revoking the rules closes them.",
        ),
        _ => None,
    }
}
