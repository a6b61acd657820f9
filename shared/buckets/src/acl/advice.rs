//! What a person should do now about a public ACL.

use remediation::{Assessment, Control, Outcome, Walked};

use super::assess::{AclAssessment, AclFinding};

/// Advice, a sentence or two a line. `blocks` is whether the control turns the flags on that are about ACLs.
pub(super) fn advice<C>(walked: &Walked<C>, blocks: bool) -> Vec<String>
where
    C: Control<Assessment = AclAssessment>,
{
    let keeps_public = walked.found.as_ref().is_some_and(|found| found.assessment.keeps_public());
    let lets_in = walked.found.as_ref().is_some_and(|found| found.assessment.lets_in());
    // Nothing is left that a later delivery would close.
    let is_for_people_alone = walked.seen.as_ref().is_none_or(|seen| !seen.assessment.has_work());
    let is_unknown = walked.seen.as_ref().is_some_and(|seen| {
        seen.assessment.findings().iter().any(|finding| matches!(finding, AclFinding::BlockUnknown(_)))
    });
    let objects = if !lets_in {
        "Leave IgnorePublicAcls on: it keeps the public out, and from objects that were uploaded as public too."
    } else if keeps_public {
        "Objects keep ACLs of their own, which Curfew does not change: objects that were uploaded as public may \
         still be. IgnorePublicAcls of the bucket would close those, and what is exempt too, so that Curfew leaves it \
         as it is."
    } else if !blocks {
        "Objects keep ACLs of their own, which Curfew does not change: objects that were uploaded as public \
         may still be. Turning on IgnorePublicAcls of the bucket closes those too, BlockPublicAcls keeps the \
         ACL from coming back; the command is below."
    } else if walked.outcome == Outcome::Remediated {
        "Public ACLs of the bucket and of its objects have no effect any more, and uploads that ask for a \
         public ACL are refused: find out whether somebody relied on that."
    } else if is_unknown {
        "Objects keep ACLs of their own: unless IgnorePublicAcls of the bucket is on, those that were uploaded as \
         public may still be."
    } else {
        "Objects keep ACLs of their own: until BlockPublicAcls and IgnorePublicAcls of the bucket are on, \
         those that were uploaded as public may still be."
    };
    let who = if walked.subject.cause.opened_by().is_some() {
        "Ask whoever made the bucket public what for, and find out whether somebody relied on it."
    } else {
        "Find out who made the bucket public, and whether somebody relied on it."
    };
    let advice: &[&str] = match walked.outcome {
        Outcome::Remediated => &[
            who,
            objects,
            "If it has to be public after all, have Curfew put it back, as above: it leaves it alone for a while then. \
             After the commands below it closes it again at the next trigger. To keep it open, exempt it.",
        ],
        Outcome::Observed => &[
            "Decide whether the bucket has to be public. In `enforce` mode Curfew would have made the \
             change above.",
            objects,
        ],
        Outcome::StillOpen if is_unknown => &[
            "Look by hand now whether BlockPublicAcls and IgnorePublicAcls of the bucket are on, and turn on what is \
             off.",
            objects,
        ],
        Outcome::StillOpen if is_for_people_alone => {
            &["Turn the flags on by hand now, with the command below.", objects]
        }
        Outcome::StillOpen => &[
            "Make the bucket private by hand now, with the commands below, and find out whether somebody or something \
             keeps changing its ACL.",
            objects,
        ],
        Outcome::Compliant
        | Outcome::Alerted
        | Outcome::Exempt
        | Outcome::Held
        | Outcome::Gone
        | Outcome::ClosedMeanwhile
        | Outcome::Restored
        | Outcome::Failed => &[],
    };
    advice.iter().map(ToString::to_string).collect()
}
