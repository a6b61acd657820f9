//! What is to be said of others' work on the same record: what they had found, and what they had begun.

use crate::carry::unnoted;
use crate::earlier::beyond;
use crate::{Evidence, Finding, Outcome, Recount, Walked};

/// The title of what an earlier delivery was going to do.
const BEGUN_BEFORE: &str = "What Curfew had begun before";

/// What other deliveries of the same record had found and Curfew has closed, each once, where that is not among `findings`:
/// nobody has heard of it yet.
pub(crate) fn found<C: Recount>(control: &C, walked: &Walked<C>, findings: &[Finding]) -> Vec<Finding> {
    if !tells_of_others(walked.outcome) {
        return Vec::new();
    }
    let again = walked.earlier.iter().flat_map(|one| &one.found_again).cloned();
    let lasting = beyond(control, &walked.done.changes, &again.collect::<Vec<_>>());
    let closed = walked.earlier.iter().flat_map(|one| one.closed(control, &lasting));
    besides(closed, findings, &[])
}

/// The same of what they had begun to close and this one did not find open any more: nobody knows whether they closed it.
pub(crate) fn begun<C: Recount>(
    control: &C,
    walked: &Walked<C>,
    findings: &[Finding],
    found_before: &[Finding],
) -> Vec<Finding> {
    if !tells_of_others(walked.outcome) && walked.outcome != Outcome::ClosedMeanwhile {
        return Vec::new();
    }
    let plan = walked.found.as_ref().and_then(|found| found.plan.as_ref());
    let now = plan.map(|plan| unnoted(control, plan, &[])).unwrap_or_default();
    let begun = walked.earlier.iter().flat_map(|earlier| {
        let begun = [earlier.in_doubt.as_slice(), &earlier.found_again].concat();
        let begun = beyond(control, &begun, &now);
        let is_more = begun.iter().any(|change| control.closes(change));
        let done = [walked.done.changes.as_slice(), &begun].concat();
        if is_more { earlier.closed(control, &done) } else { Vec::new() }
    });
    besides(begun, findings, found_before)
}

/// Whether there is more to say of others' work than what is open, or by whom all of it was closed.
fn tells_of_others(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Remediated | Outcome::StillOpen | Outcome::Failed | Outcome::Gone => true,
        Outcome::Compliant
        | Outcome::Alerted
        | Outcome::Observed
        | Outcome::Exempt
        | Outcome::Held
        | Outcome::Restored
        | Outcome::ClosedMeanwhile => false,
    }
}

/// Each of these once that is in neither list.
fn besides(found: impl Iterator<Item = Finding>, some: &[Finding], others: &[Finding]) -> Vec<Finding> {
    let is_same = |one: &Finding, other: &Finding| {
        (one.kind, &one.summary, &one.evidence) == (other.kind, &other.summary, &other.evidence)
    };
    let mut besides: Vec<Finding> = Vec::new();
    for finding in found {
        if !some.iter().chain(others).chain(&besides).any(|known| is_same(known, &finding)) {
            besides.push(finding);
        }
    }
    besides
}

/// What an earlier delivery had begun and this one does not do: nobody knows how much of that was done.
pub(crate) fn steps<C: Recount>(control: &C, walked: &Walked<C>) -> Option<Evidence> {
    let plan = walked.found.as_ref()?.plan.as_ref()?;
    let steps = control.steps(plan);
    let begun = walked.earlier.iter().filter(|earlier| earlier.has_begun_more(control, plan));
    let begun = begun.filter_map(|earlier| earlier.plan.as_ref()).flat_map(|plan| control.steps(plan));
    let mut lines: Vec<String> = Vec::new();
    for line in begun.filter(|step| !steps.contains(step)).map(|step| format!("  {step}")) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    (!lines.is_empty()).then(|| Evidence::new(BEGUN_BEFORE, lines.join("\n")))
}
