//! What a person should do once a step could not be done, whichever control it was.

use crate::{CallError, Finding, Remedy, Report};

/// Advice about a walk in which a step failed. That it may pass by itself is said only where a later delivery would find
/// something left to close, and so would do the work again.
pub(crate) fn after_failure(report: &Report) -> Vec<String> {
    let finds_work = |remaining: &Vec<Finding>| remaining.iter().any(|left| left.remedy == Remedy::Close);
    // Nobody knows what is left where there was no read.
    let is_repeated = report.remaining.as_ref().is_none_or(finds_work);
    let is_left = report.is_left_to_people();

    let cause = match &report.error {
        Some(CallError::Denied(denied)) => {
            Some(format!("Allow the function's role to call `{}`, or find out why it may not.", denied.action))
        }
        Some(error) if error.is_passing() => is_repeated.then(|| {
            "This may pass by itself. Once the queue has given up, send the message back from its dead-letter \
             queue."
                .to_owned()
        }),
        _ => Some("Look at the error above: trying again does not help.".to_owned()),
    };
    let by_hand = match (is_left, is_repeated) {
        (false, _) => None,
        (true, false) => Some(
            "Finish it by hand, with the commands below: a later delivery finds nothing left that it would close, \
             and does not come back to it.",
        ),
        (true, true) if report.changes.is_empty() => {
            Some("Or do it by hand at once, with the commands below.")
        }
        (true, true) => Some(
            "Or finish it by hand at once, with the commands below: a later delivery closes what is still open, \
             and may leave the rest of them undone.",
        ),
    };
    let state = match &report.remaining {
        Some(remaining) if remaining.is_empty() => {
            "The resource itself is closed: what failed came after that."
        }
        Some(remaining) if !remaining.iter().any(Finding::is_open) => {
            "What Curfew closes is closed: what failed came after that. What it only reports stays."
        }
        Some(_) => "Until then it is open, as the second read found it.",
        None => "Until then look at the resource by hand: it may be open.",
    };
    cause.into_iter().chain(by_hand.map(ToOwned::to_owned)).chain([state.to_owned()]).collect()
}
