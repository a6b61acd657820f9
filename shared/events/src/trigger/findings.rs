//! What the events of Security Hub have in common, in whichever format their findings are.

use document::Node;

use crate::trigger::named::Named;
use crate::trigger::origin::Origin;
use crate::trigger::{Event, Reading};
use crate::{AccountId, Cause, Region, Subject, TriggerError};

/// A finding that is in force.
pub(super) trait Finding<'a>: Sized {
    /// The finding; `None` where nothing is wrong by it, or somebody has put it aside.
    fn read(node: &Node<'a>) -> Result<Option<Self>, TriggerError>;

    /// What it is about.
    fn resources(&self) -> &[Node<'a>];

    /// What made it, and since when it is so.
    fn cause(&self, cause: Cause) -> Cause;

    /// What one of these is called; `None` where it is of a type that Curfew does not know.
    fn named(&self, resource: &Node<'a>) -> Result<Option<Named>, TriggerError>;

    /// Whose it is, where its name does not say it.
    fn account(&self, resource: &Node<'a>) -> Result<AccountId, TriggerError>;

    /// Where it is, where its name does not say it.
    fn region(&self, resource: &Node<'a>) -> Result<Region, TriggerError>;
}

/// For whom findings are read. The account that administers Security Hub gets its members' too, and the Region in which it
/// collects gets those of the other Regions: each has an event of its own where it is.
/// <https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html>
struct Home {
    account: Option<AccountId>,
    region: Option<Region>,
}

/// Each resource of the own account in this Region that a finding of the event is about. One that cannot be read does not
/// hide the others.
pub(super) fn read<'a, F: Finding<'a>>(event: &Event<'a>) -> Result<Reading, TriggerError> {
    let home = Home { account: event.account()?, region: event.region()? };
    let cause = event.cause("Security Hub")?;
    let mut found = Vec::new();
    for node in event.detail()?.required("findings")?.items()? {
        match F::read(&node) {
            Ok(Some(finding)) => {
                let cause = finding.cause(cause.clone());
                let subject = |resource| subject(&finding, resource, &home, &cause).transpose();
                found.extend(finding.resources().iter().filter_map(subject));
            }
            Ok(None) => {}
            Err(error) => found.push(Err(error)),
        }
    }
    Ok(found.into_iter().collect())
}

fn subject<'a, F: Finding<'a>>(
    finding: &F,
    resource: &Node<'a>,
    home: &Home,
    cause: &Cause,
) -> Result<Option<Subject>, TriggerError> {
    let Some(named) = finding.named(resource)? else { return Ok(None) };
    let account = match &named.account {
        Some(account) => account.clone(),
        None => finding.account(resource)?,
    };
    if home.account.as_ref().is_some_and(|own| *own != account) {
        return Ok(None);
    }
    let region = match &named.region {
        Some(region) => region.clone(),
        None => finding.region(resource)?,
    };
    if home.region.as_ref().is_some_and(|own| *own != region) {
        return Ok(None);
    }
    Origin { account, region }.subject(named, cause.clone()).map(Some)
}
