//! Items that stand in for what may not be read, and items that disagree with what is there.

mod acls;
mod aws;
mod groups;
mod policies;

use remediation::testing::{Still, run, subject};
use remediation::{CallError, Describe, Report, inspect};

use crate::{Compliance, Item, Verdict};

/// What a rule says of a resource.
fn judged<J: Describe>(
    judge: &J,
    item: &Item,
    resource: events::Resource,
    exemptions: &exemptions::Exemptions,
) -> Option<Verdict> {
    let subject = subject(resource);
    let id = J::id(&subject.resource).unwrap();
    let inspected = run(inspect(judge, &subject, id, exemptions, &Still::default(), None));
    let report = Report::of_look(judge, &subject, inspected, std::time::Duration::ZERO);
    Verdict::of(&report, &item.stood_in_for())
}

fn compliance(verdict: Option<Verdict>) -> Option<Compliance> {
    verdict.map(|verdict| verdict.compliance)
}

fn words(verdict: &Verdict) -> &str {
    verdict.annotation.as_ref().unwrap().as_str()
}

fn throttled() -> CallError {
    CallError::Passing { action: "a call", code: "SlowDown".into(), message: "later".into() }
}
