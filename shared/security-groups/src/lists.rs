//! Reading the prefix lists that rules name as their sources.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use events::{GroupId, Region};
use futures_util::{StreamExt, join, stream};
use network::{IpNet, PrefixListId};
use remediation::{CallError, Fact, Place};

use crate::{ListName, PrefixList, ReadSecurityGroups};

/// The groups of the account that let in whom this list names.
///
/// # Errors
/// When EC2 does not answer; and as long as it is at work on a change of the list, since it shows the entries before then.
pub(crate) async fn groups_behind<P: ReadSecurityGroups>(
    groups: &P,
    place: &Place<'_>,
    list: &PrefixListId,
) -> Result<Vec<GroupId>, CallError> {
    if groups.list_is_changing(place, list).await? {
        return Err(CallError::Passing {
            action: "ec2:DescribeManagedPrefixLists",
            code: "InProgress".to_owned(),
            message: format!("EC2 is still at work on the change of {list}"),
        });
    }
    groups.groups_naming(place, list).await
}

/// How many lists are read at the same time.
const AT_ONCE: usize = 4;

/// What is known of lists for as long as the process lives: of each its name, which tells whose it is, and
/// of AWS's own what is in them, since that changes rarely. An account's own lists are read every time.
#[derive(Debug, Default)]
pub(crate) struct KnownLists(Mutex<HashMap<(Region, PrefixListId), Known>>);

#[derive(Debug, Clone)]
struct Known {
    name: ListName,
    blocks: Option<Vec<IpNet>>,
}

impl KnownLists {
    /// Reads these lists, or what of them is not known yet.
    ///
    /// Of a list that EC2 does not show the blocks are unknown. Beside the lists stands why one of them could not be read
    /// that may be read at another time.
    pub(crate) async fn read<P: ReadSecurityGroups>(
        &self,
        groups: &P,
        place: &Place<'_>,
        ids: impl IntoIterator<Item = PrefixListId>,
    ) -> (Vec<PrefixList>, Option<CallError>) {
        let ids: Vec<PrefixListId> = ids.into_iter().collect();
        let unnamed: Vec<&PrefixListId> = ids.iter().filter(|id| self.of(place, id).is_none()).collect();
        let names = async {
            // What a list is called is for people; what is in it decides.
            if unnamed.is_empty() {
                Vec::new()
            } else {
                groups.list_names(place, &unnamed).await.unwrap_or_default()
            }
        };
        let blocks = stream::iter(&ids).map(|id| self.blocks(groups, place, id)).buffered(AT_ONCE);
        let (names, blocks) = join!(names, blocks.collect::<Vec<_>>());
        for (id, name) in names {
            self.all().insert((place.region.clone(), id), Known { name, blocks: None });
        }
        let passing =
            blocks.iter().find_map(|blocks| blocks.as_ref().err().filter(|error| error.is_passing()));
        let passing = passing.cloned();
        let lists = ids.into_iter().zip(blocks).map(|(id, blocks)| self.note(place, id, Fact::of(blocks)));
        (lists.collect(), passing)
    }

    async fn blocks<P: ReadSecurityGroups>(
        &self,
        groups: &P,
        place: &Place<'_>,
        id: &PrefixListId,
    ) -> Result<Vec<IpNet>, CallError> {
        match self.of(place, id).and_then(|known| known.blocks) {
            Some(blocks) => Ok(blocks),
            None => groups.list_entries(place, id).await,
        }
    }

    fn note(&self, place: &Place<'_>, id: PrefixListId, blocks: Fact<Vec<IpNet>>) -> PrefixList {
        let mut all = self.all();
        let mut known = all.get_mut(&(place.region.clone(), id.clone()));
        if let (Some(known), Some(blocks)) = (&mut known, blocks.known())
            && known.name.is_of_aws()
        {
            known.blocks = Some(blocks.clone());
        }
        PrefixList { name: known.map(|known| known.name.clone()), id, blocks }
    }

    fn of(&self, place: &Place<'_>, id: &PrefixListId) -> Option<Known> {
        self.all().get(&(place.region.clone(), id.clone())).cloned()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(Region, PrefixListId), Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
