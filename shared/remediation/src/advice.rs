//! What a person should do now, whichever control it was: after a step that could not be done, and where somebody
//! else closed the resource.

use exemptions::Exemption;

use crate::ledger::Held;
use crate::{Assessment, CallError, Left, Outcome, Reason, Recount, StepError, Unread, Walked};

const AGAIN: &str = "Curfew could not read everything, and tries again as long as the queue delivers the message. Once the \
                     queue has given up, send the message back from its dead-letter queue.";

/// Advice about a walk: the control's own, unless a step failed or nothing is left to do.
pub(crate) fn advice<C: Recount>(control: &C, walked: &Walked<C>) -> Vec<String> {
    match walked.outcome {
        Outcome::Failed => after_failure(walked),
        Outcome::StillOpen if walked.error.is_some() => after_failure(walked),
        Outcome::Held => while_it_waits(walked),
        Outcome::ClosedMeanwhile => {
            let who = "Find out who closed it. If it should be open, the evidence below shows how it was.";
            let rest =
                "If it was Curfew's own call, the commands that finish by hand do what is left of its plan.";
            [Some(who), walked.left.as_ref().map(|_| rest)]
                .into_iter()
                .flatten()
                .map(ToOwned::to_owned)
                .collect()
        }
        Outcome::Exempt => before_the_end(walked),
        _ => {
            let mut advice = control.advice(walked);
            advice.extend(walked.unread().into_iter().filter_map(about_unread));
            advice.extend(walked.to_read_again().map(|_| AGAIN.to_owned()));
            advice
        }
    }
}

/// What to do while what is found is still exempt.
fn before_the_end<C: Recount>(walked: &Walked<C>) -> Vec<String> {
    let written = |exemption: &Exemption| format!("{} (until {})", exemption.origin, exemption.until);
    let written: Vec<String> = walked.exempt.applied.iter().map(written).collect();
    if written.is_empty() {
        return Vec::new();
    }
    vec![
        "Decide whether it has to stay open. If not, close it now: after that nobody needs the exemption."
            .to_owned(),
        format!(
            "If it has to, give the exemption a new end where it is written: {}. Else Curfew treats it like any other \
             at the first trigger after that.",
            written.join("; ")
        ),
    ]
}

/// What may be done about what waits.
fn while_it_waits<C: Recount>(walked: &Walked<C>) -> Vec<String> {
    let mut advice = vec![
        "Decide whether it can wait: Curfew looks at it again by itself. If it cannot, close it with the commands below."
            .to_owned(),
    ];
    if matches!(walked.hold, Some(Held::Feud { .. })) {
        advice.push(
            "Change it where it comes from, as in a template or a pipeline, or exempt it: as long as it is opened again, \
             nothing that Curfew does lasts."
                .to_owned(),
        );
    }
    advice
}

/// What to do about a part that could not be read and will not be by itself.
fn about_unread(Unread { what, unknown }: &Unread) -> Option<String> {
    match &unknown.reason {
        Reason::Unavailable { .. } => None,
        Reason::AccessDenied => Some(format!(
            "Allow the function's role to call `{}`, or find out why it may not: until then Curfew does not know \
             {what}.",
            unknown.action
        )),
        Reason::Refused { .. } | Reason::IncompleteAnswer { .. } => {
            Some(format!("Look by hand at {what}: Curfew could not read it, and trying again does not help."))
        }
    }
}

/// That it may pass by itself is said only where a later delivery would find something left to do.
fn after_failure<C: Recount>(walked: &Walked<C>) -> Vec<String> {
    let remaining = walked.seen.as_ref().map(|seen| &seen.assessment);
    // Nobody knows what is left where there was no read.
    let is_left = walked.left.is_some();
    let is_repeated = is_left || remaining.is_none_or(Assessment::has_work);
    let is_denied = matches!(walked.failed_call(), Some(CallError::Denied(_)));
    let is_for_good = walked.error.as_ref().is_some_and(|error| !error.is_passing()) && !is_denied;

    let cause = match &walked.error {
        Some(StepError::Call(CallError::Denied(denied))) => {
            Some(format!("Allow the function's role to call `{}`, or find out why it may not.", denied.action))
        }
        Some(error) if error.is_passing() => is_repeated.then(|| {
            "This may pass by itself. Once the queue has given up, send the message back from its dead-letter \
             queue."
                .to_owned()
        }),
        _ => Some("Look at the error above: trying again does not help.".to_owned()),
    };
    let by_hand = match (is_left, walked.done.changes.is_empty()) {
        (false, _) => None,
        (true, true) => Some("Or do it by hand at once, with the commands below."),
        (true, false) if is_for_good => Some("Or finish it by hand at once, with the commands below."),
        (true, false) => Some(
            "Or finish it by hand at once, with the commands below: as long as the same trigger is delivered again, Curfew \
             tries again what is left.",
        ),
    };
    let state = match remaining {
        Some(remaining) if remaining.is_compliant() => {
            "The resource itself is closed: what failed came after that."
        }
        Some(remaining) if !remaining.is_open() => {
            "What Curfew closes is closed: what failed came after that. What it only reports stays."
        }
        Some(remaining) => match remaining.left() {
            Some(Left::Guards) => {
                "What was open is closed, as the second read found. What is left is said above."
            }
            Some(Left::Idle) => "What is left has no effect now, as the second read found it.",
            Some(Left::Open) | None => "Until then it is open, as the second read found it.",
        },
        None => "Until then look at the resource by hand: it may be open.",
    };
    cause.into_iter().chain(by_hand.map(ToOwned::to_owned)).chain([state.to_owned()]).collect()
}
