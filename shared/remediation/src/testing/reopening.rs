//! Doors that are opened again: a model for other controls that put back.

use std::time::SystemTime;

use events::BucketName;

use super::doors::{Doors, House, Turn};
use crate::restore::{Look, Past, Reversible};
use crate::{CallError, Judge, Target};

/// A `bricked` door is refused, and a door that somebody took out is a hole in the wall: `no` and its name.
impl Reversible for Doors {
    async fn look(
        &self,
        target: &Target<'_, BucketName>,
        past: &Past<Self>,
    ) -> Result<Option<Look<Self>>, CallError> {
        let Some(live) = self.read(target).await? else { return Ok(None) };
        let House(doors) = &live;
        let is_lost = |door: &String| doors.contains(&format!("no {door}"));
        let (lost, there): (Vec<String>, Vec<String>) =
            past.done.iter().map(|turned| turned.door.clone()).partition(is_lost);
        let left: Vec<String> = there.into_iter().filter(|door| !doors.contains(door)).collect();
        let House(after) = past.after.clone().unwrap_or_else(|| House(Vec::new()));
        let is_new = |door: &&String| !after.contains(door) && !past.before.0.contains(door);
        let changed_since = doors.iter().filter(is_new).filter(|door| !door.starts_with("no "));
        let hindrances = left.iter().filter(|door| door.starts_with("bricked"));
        Ok(Some(Look {
            changed_since: changed_since.map(|door| format!("the {door} was opened since")).collect(),
            hindrances: hindrances.map(|door| format!("the {door} cannot be opened any more")).collect(),
            lost: lost.iter().map(|door| format!("the {door} is gone")).collect(),
            stays: Vec::new(),
            left: (!left.is_empty()).then_some(Turn::Open(left)),
            unread: self.unread(&live, &self.assess(&live, SystemTime::UNIX_EPOCH)),
            live,
        }))
    }
}
