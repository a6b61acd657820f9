//! Two keys that speak of one thing: an ARN, and what stands in it.

use super::Attempt;
use crate::pattern::{Pattern, Style};
use crate::search::decide::{Hit, Within};
use crate::search::domain::{Domain, Values};
use crate::search::literal::Slot;
use crate::search::patterns::Patterns;
use crate::search::world::World;
use crate::search::{Budget, Found};
use crate::template::Bindings;

/// A VPC and its ARN, or the account of an access point and the ARN of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    Vpc,
    AccessPoint,
}

/// How many pairs that do not go together are looked at before it counts as undecided.
const MAX_PAIRS: usize = 16;

impl Tie {
    fn arn(self) -> &'static str {
        match self {
            Self::Vpc => "aws:sourcevpcarn",
            Self::AccessPoint => "s3:dataaccesspointarn",
        }
    }

    /// The key of what stands in the ARN.
    fn own(self) -> &'static str {
        match self {
            Self::Vpc => "aws:sourcevpc",
            Self::AccessPoint => "s3:dataaccesspointaccount",
        }
    }

    /// What stands in an ARN.
    fn held(self, arn: &str) -> Option<&str> {
        match self {
            Self::Vpc => arn.split(':').nth(5)?.strip_prefix("vpc/"),
            Self::AccessPoint => arn.split(':').nth(4),
        }
    }

    /// The ARNs of a domain that hold this, and those that do not.
    fn split(self, arns: &Domain, own: &str, world: &World) -> (Option<Domain>, Option<Domain>) {
        let (shapes, others) = match self {
            Self::Vpc => (world.vpc_arns(own), format!("*:vpc/{own}")),
            Self::AccessPoint => (world.access_point_arns(own), format!("arn:*:s3:*:{own}:*")),
        };
        let others: Patterns =
            Pattern::compile(&others, Style::Like, false, &Bindings::default()).into_iter().collect();
        let with = match &arns.values {
            Values::Listed(values) => {
                let own: Vec<String> =
                    values.iter().filter(|arn| self.held(arn) == Some(own)).cloned().collect();
                (!own.is_empty()).then(|| Domain::texts(own))
            }
            _ => arns.narrowed(&shapes),
        };
        (with, arns.besides(&others))
    }
}

impl Attempt<'_> {
    /// The keys of one thing that were found for two.
    pub(super) fn tie_apart(&self, slots: &[Slot]) -> Option<Tie> {
        [Tie::Vpc, Tie::AccessPoint].into_iter().find(|tie| {
            let pair = self.value(tie.arn(), slots).zip(self.value(tie.own(), slots));
            pair.is_some_and(|(arn, own)| tie.held(&arn) != Some(own.as_str()))
        })
    }

    /// Asks again for each of the two things, and then for all others. That there is none is a proof.
    pub(super) fn with_tie(
        &self,
        tie: Tie,
        mut slots: Vec<Slot>,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        let mut rest = self.with([]);
        for _ in 0..MAX_PAIRS {
            let values = [
                rest.value(tie.own(), &slots),
                rest.value(tie.arn(), &slots).and_then(|arn| tie.held(&arn).map(str::to_owned)),
            ];
            for value in values.into_iter().flatten() {
                let (Some(arns), Some(own)) = (rest.part(tie.arn()), rest.part(tie.own())) else {
                    return Found::Unknown;
                };
                let (arns, others) = tie.split(arns, &value, &self.world);
                let left = own.without(std::iter::once(value.as_str()));
                if let Some(arns) = arns.filter(|_| own.admits(&value)) {
                    match rest
                        .with([(tie.arn(), arns), (tie.own(), Domain::texts([value]))])
                        .run(within, budget)
                    {
                        Found::None => {}
                        found => return found,
                    }
                }
                let Some((arns, own)) = others.zip(left) else { return Found::None };
                rest = rest.with([(tie.arn(), arns), (tie.own(), own)]);
            }
            match rest.slots(within, budget) {
                Found::One(found) if rest.tie_apart(&found.1) == Some(tie) => slots = found.1,
                Found::One(_) => return rest.run(within, budget),
                Found::None => return Found::None,
                Found::Unknown => return Found::Unknown,
            }
        }
        Found::Unknown
    }
}
