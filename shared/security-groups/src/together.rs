//! Many groups in as many calls as one takes.

use std::collections::{BTreeSet, HashMap};

use events::GroupId;
use futures_util::future::try_join;
use network::PrefixListId;
use remediation::{CallError, Fact, Listed, Place, Survey, Unknown};

use crate::{At, Group, Of, PrefixList, QuarantineStyle, ReadSecurityGroups, SgIngress};

/// Reads these groups together. What could not be read so is read alone, and says there why.
pub(crate) async fn read<P: ReadSecurityGroups>(
    control: &SgIngress<P>,
    targets: &[At<'_>],
) -> Vec<Option<Group>> {
    let mut known: HashMap<Place<'_>, HashMap<GroupId, Group>> = HashMap::new();
    for place in targets.iter().map(At::place) {
        if known.contains_key(&place) {
            continue;
        }
        let here = targets.iter().filter(|at| at.place() == place);
        let ids: Vec<&GroupId> = here.map(|at| at.id).collect();
        let groups =
            if ids.len() > 1 { all(control, &place, Of::Groups(&ids)).await } else { Ok(Vec::new()) };
        let groups = groups.unwrap_or_default().into_iter();
        known.insert(place, groups.filter_map(|one| Some((one.id, one.state?))).collect());
    }
    targets.iter().map(|at| known.get_mut(&at.place())?.remove(at.id)).collect()
}

impl<P: ReadSecurityGroups> Survey for SgIngress<P> {
    /// EC2 gives an account 20 calls that describe something back in a second, one bucket for each action. This is a quarter
    /// of it: <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
    const READS_A_SECOND: u32 = 5;

    /// Each list that decides about any of the groups is read once. A group that is to be isolated has no state here: who
    /// has it is asked group by group.
    async fn survey(&self, place: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        all(self, place, Of::Account).await
    }
}

async fn all<P: ReadSecurityGroups>(
    control: &SgIngress<P>,
    place: &Place<'_>,
    of: Of<'_>,
) -> Result<Vec<Listed<SgIngress<P>>>, CallError> {
    let (groups, mut rules) =
        try_join(control.groups.groups(place, of), control.groups.rules_by_group(place, of)).await?;
    let deciding = |rules: &_| network::deciding_lists(rules, &control.settings.network);
    let ids: BTreeSet<PrefixListId> = rules.values().flat_map(|rules| deciding(&rules.read)).collect();
    let (lists, _) = control.lists.read(&control.groups, place, ids).await;
    let lists: HashMap<PrefixListId, PrefixList> =
        lists.into_iter().map(|list| (list.id.clone(), list)).collect();
    let listed = groups.into_iter().map(|(id, about)| {
        let rules = rules.remove(&id).unwrap_or_default();
        let prefix_lists = deciding(&rules.read).iter().filter_map(|id| lists.get(id).cloned()).collect();
        let group = Group {
            about: Fact::Known(about),
            rules: rules.read,
            unread_rules: rules.rest.map(Unknown::from),
            prefix_lists,
            interfaces: None,
        };
        let state = is_whole(control, &group).then_some(group);
        Listed { id, state }
    });
    Ok(listed.collect())
}

/// Whether all is known that decides about the group.
fn is_whole<P: ReadSecurityGroups>(control: &SgIngress<P>, group: &Group) -> bool {
    let isolates = control.style(group) == QuarantineStyle::Isolate;
    group.unread_rules.is_none()
        && (!isolates || control.judgements.is_closed(group, &control.settings.network))
}
