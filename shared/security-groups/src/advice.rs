//! What a person should do now.

use network::Handling;
use remediation::{Assessment, Control, Outcome, Remedy, Walked};

use crate::opening::openings;
use crate::{GroupAssessment, QuarantineStyle, SgChange, SgFinding};

const WHO: &str = "Find out who opened it, and whether somebody outside used it.";
const WHY: &str = "Ask whoever opened it what for, and find out whether somebody outside used it.";

const TRACKED: &str = "Connections that were open before live on while they are tracked. Look at who is \
                       connected. A rule in the subnet's network ACL that denies an address cuts it at once; \
                       so does stopping the instance.";

const UNREADABLE: &str =
    "A prefix list that could not be read may hold the whole internet: look into it by hand.";

const ON_MANAGED: &str = "Interfaces that AWS services manage get other groups through their service only (a load \
                          balancer's security groups, for one). Until then only revoking the rules closes them, with \
                          the commands below.";

const ON_FOREIGN: &str = "Interfaces of other accounts get other groups from these accounts only: ask their owners. Until \
                          then only revoking the rules closes them, with the commands below.";
const STAY_ISOLATED: &str = "Interfaces that Curfew isolated may be in the quarantine group still, and a restore takes no record of \
                             a group that is gone: look at them, and give them other groups where they need any.";
const ICMP: &str = "Open ICMP stays: Curfew closes it only where `sg.icmp` is \"revoke\".";
const ICMP_ISOLATES: &str =
    "Open ICMP stays: Curfew isolates interfaces on its account only where `sg.icmp` is \"revoke\".";

/// Advice, a sentence or two a line. `style` is what the settings ask for.
pub(crate) fn advice<C>(style: QuarantineStyle, walked: &Walked<C>) -> Vec<String>
where
    C: Control<Assessment = GroupAssessment, Change = SgChange>,
{
    // An open quarantine group loses its rules in that style too.
    let has_revoked = walked.done.changes.iter().any(|change| matches!(change, SgChange::Revoked(_)));
    let isolates = style == QuarantineStyle::Isolate && !has_revoked;
    let closes_no_more = !walked.seen.as_ref().is_some_and(|seen| seen.assessment.has_work());
    let found = walked.found.as_ref().map(|found| &found.assessment);
    let is_hindered = found.is_some_and(GroupAssessment::may_isolate);
    let who = if walked.subject.cause.opened_by().is_some() { WHY } else { WHO };
    let advice: &[&str] = match walked.outcome {
        Outcome::Remediated | Outcome::StillOpen if isolates && closes_no_more => &[
            who,
            TRACKED,
            "The rules are still there as evidence. Once they are gone, the commands below give the interfaces \
             their groups back; with the rules in place, Curfew will isolate them again at the next trigger.",
            "Rules of other groups that name this group as their source let isolated interfaces in no more.",
        ],
        Outcome::Remediated => &[
            who,
            TRACKED,
            "If somebody needs this access, give it to the addresses that need it. If it has to stay \
             open, have Curfew put it back, as above: it leaves it alone for a while then. After the commands below it \
             revokes the rules again at the next trigger. To keep it open, exempt it.",
        ],
        Outcome::Observed => {
            &["Decide whether the world has to get in. In `enforce` mode Curfew would have made \
                                the change above."]
        }
        Outcome::Alerted if is_hindered => {
            &["Until Curfew can isolate, nothing is closed: revoke the rule by hand where nobody needs it."]
        }
        Outcome::Alerted => &["Decide whether the world has to get in; if not, revoke the rule."],
        Outcome::StillOpen if isolates => &[
            "Close the rest by hand now, with the commands below, and find out whether somebody or something keeps \
             giving the group to interfaces.",
            TRACKED,
        ],
        Outcome::StillOpen => &[
            "Close the rest by hand now, with the commands below, and find out whether somebody or something keeps \
             opening the group.",
            TRACKED,
        ],
        Outcome::Gone if isolates => &[STAY_ISOLATED],
        Outcome::Compliant
        | Outcome::Exempt
        | Outcome::Held
        | Outcome::ClosedMeanwhile
        | Outcome::Restored
        | Outcome::Failed
        | Outcome::Gone => &[],
    };
    let about = found.into_iter().flat_map(about);
    advice.iter().copied().chain(about).map(ToOwned::to_owned).collect()
}

/// What there is to know about what was found.
fn about(found: &GroupAssessment) -> impl Iterator<Item = &'static str> {
    let has = |is: fn(&SgFinding) -> bool| found.findings().iter().any(is);
    [
        has(|finding| matches!(finding, SgFinding::OnManaged(_))).then_some(ON_MANAGED),
        has(|finding| matches!(finding, SgFinding::Unreadable(_))).then_some(UNREADABLE),
        has(|finding| matches!(finding, SgFinding::OnForeign(_))).then_some(ON_FOREIGN),
        icmp(found),
    ]
    .into_iter()
    .flatten()
}

/// What to say of open ICMP that stays because the settings have it reported. Where interfaces are to be isolated for
/// something else, the rules stay for what they are: evidence, or open on what Curfew may not isolate.
fn icmp(found: &GroupAssessment) -> Option<&'static str> {
    let said = match found.style {
        QuarantineStyle::Revoke => ICMP,
        QuarantineStyle::Isolate if found.is_closed() => ICMP_ISOLATES,
        QuarantineStyle::Isolate | QuarantineStyle::Alert => return None,
    };
    let is_reported = |open: &network::Finding| open.protocol.is_icmp() && open.handling == Handling::Report;
    let stays = found.open().any(is_reported)
        && openings(found).iter().any(|opening| opening.is_icmp_only() && opening.remedy() == Remedy::Report);
    stays.then_some(said)
}
