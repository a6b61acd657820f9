//! Reading the prefix lists that rules name as their sources.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use events::Region;
use futures_util::{StreamExt, join, stream};
use network::{IpNet, PrefixListId};
use remediation::{CallError, Fact};

use crate::{At, ListName, PrefixList, SecurityGroups};

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
    /// Of a list that EC2 does not show the blocks are unknown: that is for a person to look into.
    ///
    /// # Errors
    /// When a list could not be read for a reason that goes away: then the next delivery decides.
    pub(crate) async fn read<P: SecurityGroups>(
        &self,
        groups: &P,
        at: &At<'_>,
        ids: impl IntoIterator<Item = PrefixListId>,
    ) -> Result<Vec<PrefixList>, CallError> {
        let ids: Vec<PrefixListId> = ids.into_iter().collect();
        let unnamed: Vec<&PrefixListId> = ids.iter().filter(|id| self.of(at, id).is_none()).collect();
        let names = async {
            // What a list is called is for people; what is in it decides.
            if unnamed.is_empty() {
                Vec::new()
            } else {
                groups.list_names(at, &unnamed).await.unwrap_or_default()
            }
        };
        let blocks = stream::iter(&ids).map(|id| self.blocks(groups, at, id)).buffered(AT_ONCE);
        let (names, blocks) = join!(names, blocks.collect::<Vec<_>>());
        for (id, name) in names {
            self.all().insert((at.region.clone(), id), Known { name, blocks: None });
        }
        ids.into_iter().zip(blocks).map(|(id, blocks)| Ok(self.note(at, id, blocks?))).collect()
    }

    async fn blocks<P: SecurityGroups>(
        &self,
        groups: &P,
        at: &At<'_>,
        id: &PrefixListId,
    ) -> Result<Fact<Vec<IpNet>>, CallError> {
        if let Some(blocks) = self.of(at, id).and_then(|known| known.blocks) {
            return Ok(Fact::Known(blocks));
        }
        match groups.list_entries(at, id).await {
            Err(error) if error.is_passing() => Err(error),
            answer => Ok(Fact::of(answer)),
        }
    }

    fn note(&self, at: &At<'_>, id: PrefixListId, blocks: Fact<Vec<IpNet>>) -> PrefixList {
        let mut all = self.all();
        let mut known = all.get_mut(&(at.region.clone(), id.clone()));
        if let (Some(known), Some(blocks)) = (&mut known, blocks.known())
            && known.name.is_of_aws()
        {
            known.blocks = Some(blocks.clone());
        }
        PrefixList { name: known.map(|known| known.name.clone()), id, blocks }
    }

    fn of(&self, at: &At<'_>, id: &PrefixListId) -> Option<Known> {
        self.all().get(&(at.region.clone(), id.clone())).cloned()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(Region, PrefixListId), Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
