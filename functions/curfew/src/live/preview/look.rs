//! Looking at everything of one control.

use std::time::Duration;

use counts::counted;
use events::{Cause, Resource, Subject};
use exemptions::Exemptions;
use futures_util::{StreamExt, stream};
use preview::{Part, Would};
use remediation::clock::{Clock, SystemClock};
use remediation::{Describe, Inspected, Listed, Outcome, Place, Report, Survey, inspect};

/// How many resources of a control are read at the same time: enough to hide the network, few enough for S3's and EC2's
/// request rates, which the account's other programs share. Two controls read buckets.
const AT_ONCE: usize = 12;

/// How often somebody who waits is told how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// Lists all resources of a control and looks at each. How far that is, it tells.
pub(super) async fn part<J: Survey + Describe>(
    judge: &J,
    noun: &'static str,
    place: &Place<'_>,
    exemptions: &Exemptions,
    tell: &mut impl FnMut(String),
) -> Part {
    let region = Some(place.region.clone());
    let mut part = Part { control: J::NAME, noun, region, seen: 0, reports: Vec::new(), not_listed: None };
    let listed = match judge.survey(place).await {
        Ok(listed) => listed,
        Err(error) => return Part { not_listed: Some(error), ..part },
    };
    let all = listed.len();
    tell(format!("{}: {} in {}", J::NAME, counted(all, noun), place.region));
    let mut told = SystemClock.now();
    let looks = listed.into_iter().map(|listed| look(judge, place, exemptions, listed));
    let mut looks = stream::iter(looks).buffer_unordered(AT_ONCE);
    while let Some(report) = looks.next().await {
        // What was deleted since it was listed is not there to be seen.
        part.seen += usize::from(report.outcome != Outcome::Gone);
        if Would::of(&report).is_some() {
            part.reports.push(report);
        }
        let now = SystemClock.now();
        if now.duration_since(told).is_ok_and(|passed| passed > TOLD_EVERY) {
            told = now;
            tell(format!("{}: {} of {all} seen", J::NAME, part.seen));
        }
    }
    part
}

async fn look<J: Survey + Describe>(
    judge: &J,
    place: &Place<'_>,
    exemptions: &Exemptions,
    Listed { id, state }: Listed<J>,
) -> Report {
    let resource: Resource = id.into();
    let subject = Subject {
        resource,
        account: place.account.clone(),
        region: place.region.clone(),
        cause: Cause::new("preview"),
    };
    let inspected = match J::id(&subject.resource) {
        Some(id) => inspect(judge, &subject, id, exemptions, &SystemClock, state).await,
        // Listing named something that the control is not about.
        None => Inspected::Gone,
    };
    Report::of_look(judge, &subject, inspected, Duration::ZERO)
}
