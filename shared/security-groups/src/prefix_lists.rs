//! Prefix lists that rules name as their sources.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use events::Region;
use futures_util::{StreamExt, join, stream};
use network::{IpNet, PrefixListId, PrefixLists};
use remediation::CallError;
use serde::Serialize;

use crate::port::At;
use crate::{ListName, SecurityGroups};

/// How many lists are read at the same time.
const AT_ONCE: usize = 4;

/// A prefix list as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrefixList {
    /// The id (`pl-...`).
    pub id: PrefixListId,
    /// What it is called and whose it is, where that is known.
    #[serde(flatten)]
    pub name: Option<ListName>,
    /// What is in it.
    #[serde(flatten)]
    pub contents: Contents,
}

/// What is in a prefix list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Contents {
    /// These blocks.
    Blocks(Vec<IpNet>),
    /// Nobody knows, and why.
    Unreadable(String),
}

impl PrefixList {
    /// The list's blocks, where it could be read.
    pub fn blocks(&self) -> Option<&[IpNet]> {
        match &self.contents {
            Contents::Blocks(blocks) => Some(blocks),
            Contents::Unreadable(_) => None,
        }
    }
}

/// The lists as the decision takes them: one that could not be read is not there.
pub(crate) fn readable(all: &[PrefixList]) -> PrefixLists {
    let mut readable = PrefixLists::default();
    for list in all {
        if let Some(blocks) = list.blocks() {
            readable.insert(list.id.clone(), blocks.iter().copied());
        }
    }
    readable
}

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
    /// A list that EC2 does not show is [`Contents::Unreadable`]: that is for a person to look into.
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
        let contents = stream::iter(&ids).map(|id| self.contents(groups, at, id)).buffered(AT_ONCE);
        let (names, contents) = join!(names, contents.collect::<Vec<_>>());
        for (id, name) in names {
            self.all().insert((at.region.clone(), id), Known { name, blocks: None });
        }
        ids.into_iter().zip(contents).map(|(id, contents)| self.note(at, id, contents?)).collect()
    }

    async fn contents<P: SecurityGroups>(
        &self,
        groups: &P,
        at: &At<'_>,
        id: &PrefixListId,
    ) -> Result<Contents, CallError> {
        if let Some(blocks) = self.of(at, id).and_then(|known| known.blocks) {
            return Ok(Contents::Blocks(blocks));
        }
        match groups.list_entries(at, id).await {
            Ok(blocks) => Ok(Contents::Blocks(blocks)),
            Err(error) if error.is_passing() => Err(error),
            Err(error) => Ok(Contents::Unreadable(why(&error))),
        }
    }

    fn note(&self, at: &At<'_>, id: PrefixListId, contents: Contents) -> Result<PrefixList, CallError> {
        let mut all = self.all();
        let mut known = all.get_mut(&(at.region.clone(), id.clone()));
        if let (Some(known), Contents::Blocks(blocks)) = (&mut known, &contents)
            && known.name.is_of_aws()
        {
            known.blocks = Some(blocks.clone());
        }
        Ok(PrefixList { name: known.map(|known| known.name.clone()), id, contents })
    }

    fn of(&self, at: &At<'_>, id: &PrefixListId) -> Option<Known> {
        self.all().get(&(at.region.clone(), id.clone())).cloned()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(Region, PrefixListId), Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the service's own words, which may differ from call to call: the same finding is told once.
fn why(error: &CallError) -> String {
    match error {
        CallError::Denied(denied) => format!("the function's role may not call `{}`", denied.action),
        CallError::Refused { action, code, .. } => format!("`{action}` answered {code}"),
        other => other.to_string(),
    }
}
