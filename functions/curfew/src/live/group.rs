//! A security group as it is now.

use ::exposure::SecurityGroup;
use ec2::Ec2SecurityGroups;
use events::GroupId;
use network::PrefixLists;
use remediation::{Judge, Target, Unread};
use security_groups::{SgIngress, SgSettings};

use super::refused::{not_asked, unread};
use super::{SignedIn, wait};
use crate::arguments::Place;
use crate::console::Console;
use crate::exposure;
use crate::trouble::{Ending, Trouble};

/// What is known of a group.
struct Seen {
    group: SecurityGroup,
    lists: PrefixLists,
    unread: Vec<Unread>,
}

/// Says what is open in it.
pub(crate) fn explain(id: &GroupId, place: &Place, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let settings = SgSettings::default();
    let seen = wait(look(id, place, &settings))?;
    exposure::say(&seen.group, &seen.lists, &settings.network, console)?;
    for part in &seen.unread {
        console.complain(&format!("{id}: {}", unread(part)));
    }
    Ok(if seen.unread.is_empty() { Ending::Done } else { Ending::Unread })
}

/// Reads it as the function does that closes it.
async fn look(id: &GroupId, place: &Place, settings: &SgSettings) -> Result<Seen, Trouble> {
    let signed_in = SignedIn::at(place, None).await?;
    let account = signed_in.identity().await?.account;
    let control = SgIngress::new(Ec2SecurityGroups::new(&signed_in.sdk), settings.clone());
    let target = Target { id, account: &account, region: &signed_in.region };
    let read = control.read(&target).await.map_err(|error| signed_in.refused(&error))?;
    let group = read.ok_or_else(|| {
        not_asked(format!("there is no security group `{id}` in {}", signed_in.region))
            .with("--region says where it is, --profile in whose account.")
    })?;
    let assessment = control.assess(&group, std::time::UNIX_EPOCH);
    let unread = control.unread(&group, &assessment);
    let mut lists = PrefixLists::default();
    for list in &group.prefix_lists {
        if let Some(blocks) = list.blocks.known() {
            lists.insert(list.id.clone(), blocks.iter().copied());
        }
    }
    let name = group.about.known().map(|about| about.name.clone());
    Ok(Seen { group: SecurityGroup { id: id.to_string(), name, rules: group.rules }, lists, unread })
}
