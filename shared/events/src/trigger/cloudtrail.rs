//! What all calls have in common that CloudTrail records and EventBridge hands over.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use document::Node;

use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, hint};
use crate::{Cause, OwnRoles, TriggerError};

/// What EventBridge calls them.
pub(super) const DETAIL_TYPE: &str = "AWS API Call via CloudTrail";

const ORIGIN: origin::Keys = origin::Keys { account: "recipientAccountId", region: "awsRegion" };

/// A call that somebody else made and that did something.
pub(super) struct Call<'a> {
    /// What it is called, as in `PutBucketAcl`.
    pub(super) name: &'a str,
    /// What CloudTrail says of it, its names in any spelling: `groupId` here, `GroupId` there.
    pub(super) record: Node<'a>,
    /// Where it was made.
    pub(super) origin: Origin,
}

impl<'a> Call<'a> {
    /// The call, which has to be one of `known`; `None` where it failed or where Curfew made it itself.
    pub(super) fn read(event: &Event<'a>, known: &[&str]) -> Result<Option<Self>, TriggerError> {
        let record = event.detail()?.in_any_spelling();
        let name = record.required("eventName")?.text()?;
        if !known.contains(&name) {
            return Err(TriggerError::foreign(event.source, &format!("{DETAIL_TYPE}: {name}")));
        }
        // A call that failed did nothing: AWS sends it with an error code, and often without parameters.
        if record.field("errorCode")?.is_some() {
            return Ok(None);
        }
        let origin = Origin::read(&event.root, &record, &ORIGIN)?;
        let is_own = Role::of(&record).is_some_and(|role| role.is_one_of(event.own, &origin));
        Ok((!is_own).then_some(Self { name, record, origin }))
    }

    /// That this call opened something, and who made it: the principal, or else the service that made it.
    pub(super) fn cause(&self, event: &Event<'_>) -> Result<Cause, TriggerError> {
        let who = |name| hint(&self.record, &["userIdentity", name]);
        let who = who("arn").or_else(|| who("invokedBy")).or_else(|| who("principalId"));
        let cause = event.cause(&format!("CloudTrail {}", self.name))?;
        Ok(cause.with_opened_by(who).with_open_since(hint(&self.record, &["eventTime"])))
    }
}

/// The role of a session. Users and the root user have none.
struct Role<'a> {
    name: &'a str,
    account: &'a str,
}

impl<'a> Role<'a> {
    fn of(record: &Node<'a>) -> Option<Self> {
        let issuer = ["userIdentity", "sessionContext", "sessionIssuer", "arn"];
        let arn = hint(record, &issuer)?;
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, _, account, role) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let path = role.strip_prefix("role/").filter(|_| service == "iam")?;
        let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
        Some(Self { name, account })
    }

    /// A role of the same name in another account is somebody else's.
    fn is_one_of(&self, own: &OwnRoles, origin: &Origin) -> bool {
        self.account == origin.account.as_str() && own.include(self.name)
    }
}
