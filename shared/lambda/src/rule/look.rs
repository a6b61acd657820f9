//! A look at one resource, which becomes a line of the log and an evaluation.

use std::time::SystemTime;

use evaluations::{Evaluation, Item, Verdict};
use events::{Resource, RuleInvocation, Subject};
use exemptions::Exemptions;
use remediation::clock::Clock;
use remediation::ledger::Graces;
use remediation::{Report, Said, StepError, Told, inspect_sparing};
use telemetry::line::{self, Evaluated};

use super::judges::{Judging, Work};
use crate::Invocation;
use crate::service::left;

/// What all looks of an invocation have in common.
#[derive(Debug)]
pub(super) struct Looks<'a, K, L> {
    pub(super) asked: &'a RuleInvocation,
    pub(super) exemptions: &'a Exemptions,
    /// What knows what people put back.
    pub(super) graces: &'a L,
    pub(super) clock: &'a K,
    pub(super) invocation: &'a Invocation,
    /// When AWS Config recorded the resource, or asked about everything.
    pub(super) ordered_at: SystemTime,
    /// The configuration item, which the judges fall back on.
    pub(super) item: Option<&'a Item>,
}

/// What a look came to: an evaluation, or why there is none.
pub(super) type Looked = Result<Evaluation, Unevaluated>;

/// A resource of which nobody can say whether it complies.
#[derive(Debug)]
pub(super) struct Unevaluated {
    pub(super) resource: Resource,
    pub(super) error: Option<StepError>,
}

impl<K: Clock, L: Graces> Looks<'_, K, L> {
    /// Looks at a resource, or takes what somebody has just seen, and logs what comes of it.
    pub(super) async fn at<J: Judging>(
        &self,
        judge: &J,
        subject: &Subject,
        id: &J::Id,
        seen: Option<J::State>,
    ) -> Looked {
        let start = self.clock.now();
        let (exemptions, graces) = (self.exemptions, self.graces);
        let look = inspect_sparing(judge, subject, id, exemptions, graces, self.clock, seen);
        let (inspected, api_calls) = aws::within(left(self.invocation, self.clock), look).await;
        let duration = self.clock.now().duration_since(start).unwrap_or_default();
        let report = Report::of_look(judge, subject, inspected, duration);
        let by_item = self.item.map(Item::stood_in_for).unwrap_or_default();
        let verdict = Verdict::of(&report, &by_item);
        let said = Said { report, told: Told::Nobody, unwritten: None, of_restore: None };
        let evaluated = Evaluated {
            rule: self.asked.rule.as_deref(),
            compliance: verdict.as_ref().map(|verdict| verdict.compliance.as_str()),
            annotation: verdict.as_ref().and_then(|verdict| Some(verdict.annotation.as_ref()?.as_str())),
            by_item: &by_item,
        };
        line::evaluation(&said, &evaluated, api_calls);
        match verdict {
            Some(verdict) => Ok(self.evaluation(&subject.resource, verdict)),
            None => Err(Unevaluated { resource: subject.resource.clone(), error: said.report.error }),
        }
    }

    fn evaluation(&self, resource: &Resource, verdict: Verdict) -> Evaluation {
        Evaluation {
            resource_type: resource.config_type().to_owned(),
            resource_id: resource.id().to_owned(),
            verdict,
            ordered_at: self.ordered_at,
        }
    }
}

/// A look at the one resource that AWS Config asks about. `None` where the control is not about such resources.
pub(super) struct AtOne<'a, K, L> {
    pub(super) looks: Looks<'a, K, L>,
    pub(super) subject: &'a Subject,
}

impl<K: Clock, L: Graces> Work for AtOne<'_, K, L> {
    type Output = Option<Looked>;

    async fn with<J: Judging>(self, judge: &J) -> Option<Looked> {
        let id = J::id(&self.subject.resource)?;
        Some(self.looks.at(judge, self.subject, id, None).await)
    }
}
