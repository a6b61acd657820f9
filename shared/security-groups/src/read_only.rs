//! The reading half of a port, for those who only look.

use std::collections::HashMap;

use events::GroupId;
use network::{IpNet, PrefixListId};
use remediation::{CallError, Place};

use crate::{About, At, Interface, ListName, Of, ReadSecurityGroups, Rules};

/// A port that only reads, whatever else the port in it may do.
///
/// ```
/// fn reads<P: security_groups::ReadSecurityGroups>() {}
/// fn all_that_it_may<P: security_groups::SecurityGroups>() {
///     reads::<security_groups::ReadOnly<P>>();
/// }
/// ```
///
/// ```compile_fail
/// fn changes<P: security_groups::SecurityGroups>() {}
/// fn all_that_it_may<P: security_groups::SecurityGroups>() {
///     changes::<security_groups::ReadOnly<P>>();
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ReadOnly<P>(P);

impl<P> ReadOnly<P> {
    /// The reading half of `port`.
    pub fn of(port: P) -> Self {
        Self(port)
    }
}

impl<P: ReadSecurityGroups> ReadSecurityGroups for ReadOnly<P> {
    async fn group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        self.0.group(at).await
    }

    async fn rules(&self, at: &At<'_>) -> Result<Option<Rules>, CallError> {
        self.0.rules(at).await
    }

    async fn groups(&self, place: &Place<'_>, of: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        self.0.groups(place, of).await
    }

    async fn rules_by_group(
        &self,
        place: &Place<'_>,
        of: Of<'_>,
    ) -> Result<HashMap<GroupId, Rules>, CallError> {
        self.0.rules_by_group(place, of).await
    }

    async fn list_entries(&self, place: &Place<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.0.list_entries(place, id).await
    }

    async fn list_names(
        &self,
        place: &Place<'_>,
        ids: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        self.0.list_names(place, ids).await
    }

    async fn groups_naming(&self, place: &Place<'_>, list: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        self.0.groups_naming(place, list).await
    }

    async fn list_is_changing(&self, place: &Place<'_>, list: &PrefixListId) -> Result<bool, CallError> {
        self.0.list_is_changing(place, list).await
    }

    async fn interfaces(&self, at: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.0.interfaces(at).await
    }
}
