//! How long a group of a thousand rules takes, and one of four thousand: judged and planned, and with all that is read,
//! written down and said.
//!
//! An ordinary group is `mixed`. Everything else is built to hurt: each rule makes another difference to the ports or the
//! addresses that are open.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::UNIX_EPOCH;

use divan::{Bencher, black_box};
use events::{AccountId, GroupId, Region};
use futures_util::FutureExt as _;
use network::{
    IpNet, OpenLevel, Plan, PrefixListId, PrefixLists, Protocol, ReferencedGroup, Rule, Source, Traffic,
    assess, parse_block,
};
use remediation::{CallError, Describe as _, Found, Judge as _, Place, Target};
use security_groups::{
    About, At, Group, Interface, ListName, Of, ReadSecurityGroups, Rules, SgIngress, SgSettings, Tags,
};

const SHAPES: [&str; 10] =
    ["mixed", "nested", "halves", "beside", "stairs", "levels", "broad", "lists", "ipv6", "offices"];

fn main() {
    divan::main();
}

/// Reading the rules, judging and planning: `network` alone.
#[divan::bench(sample_count = 20, args = SHAPES)]
fn judge_and_plan(bencher: Bencher<'_, '_>, shape: &str) {
    judged(bencher, &group(shape, 1_000));
}

/// The same with four times the rules: sixteen times the time would be the square.
#[divan::bench(sample_count = 20, args = SHAPES)]
fn judge_and_plan_4_000(bencher: Bencher<'_, '_>, shape: &str) {
    judged(bencher, &group(shape, 4_000));
}

fn judged(bencher: Bencher<'_, '_>, group: &Large) {
    let lists = group.prefix_lists();
    let settings = &group.settings.network;
    bencher.bench(|| {
        let assessment = assess(black_box(&group.rules), &lists, settings);
        let plan = Plan::new(&group.rules, &assessment, settings);
        (assessment, plan)
    });
}

/// What a function does for the group but for its calls: the state is read, judged and written down as JSON, the plan too,
/// and both are put into words.
#[divan::bench(sample_count = 20, args = SHAPES)]
fn whole(bencher: Bencher<'_, '_>, shape: &str) {
    let group = group(shape, 1_000);
    let control = SgIngress::new(&group, group.settings.clone());
    let (id, account, region) =
        (GroupId::new("sg-0a1b2c3d4e5f60718"), AccountId::new("123456789012"), Region::new("eu-central-1"));
    let (Some(id), Some(account), Some(region)) = (id, account, region) else { return };
    let at = Target { id: &id, account: &account, region: &region };
    bencher.bench(|| {
        let state = control.read(&at).now_or_never()?.ok()??;
        let written = serde_json::to_value(&state).ok()?;
        let state: Group = serde_json::from_value(written.clone()).ok()?;
        let assessment = control.assess(&state, UNIX_EPOCH);
        let plan = control.plan(&assessment, UNIX_EPOCH);
        let text = (written.to_string(), serde_json::to_string(&plan).ok()?);
        let findings = control.findings(&assessment);
        let said = plan.as_ref().map(|plan| (control.steps(plan), control.commands(&at, plan)));
        let found = Found { state, written, assessment, plan, unread: Vec::new() };
        Some((text, findings, said, control.evidence(&at, &found)))
    });
}

/// A group and the prefix lists that it names.
struct Large {
    rules: Vec<Rule>,
    lists: HashMap<PrefixListId, Vec<IpNet>>,
    settings: SgSettings,
}

impl Large {
    fn prefix_lists(&self) -> PrefixLists {
        let mut lists = PrefixLists::default();
        for (id, blocks) in &self.lists {
            lists.insert(id.clone(), blocks.iter().copied());
        }
        lists
    }
}

impl ReadSecurityGroups for &Large {
    async fn group(&self, _: &At<'_>) -> Result<Option<About>, CallError> {
        let (name, description) = ("large".to_owned(), "a group of many rules".to_owned());
        Ok(Some(About { name, description, vpc: None, tags: Tags::new() }))
    }

    async fn rules(&self, _: &At<'_>) -> Result<Option<Rules>, CallError> {
        Ok(Some(Rules { read: self.rules.clone(), rest: None }))
    }

    async fn groups(&self, _: &Place<'_>, _: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        Ok(Vec::new())
    }

    async fn rules_by_group(&self, _: &Place<'_>, _: Of<'_>) -> Result<HashMap<GroupId, Rules>, CallError> {
        Ok(HashMap::new())
    }

    async fn list_entries(&self, _: &Place<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        Ok(self.lists.get(id).cloned().unwrap_or_default())
    }

    async fn list_names(
        &self,
        _: &Place<'_>,
        _: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        Ok(Vec::new())
    }

    async fn groups_naming(&self, _: &Place<'_>, _: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        Ok(Vec::new())
    }

    async fn list_is_changing(&self, _: &Place<'_>, _: &PrefixListId) -> Result<bool, CallError> {
        Ok(false)
    }

    async fn interfaces(&self, _: &At<'_>) -> Result<Vec<Interface>, CallError> {
        Ok(Vec::new())
    }
}

/// A group of this shape with so many rules.
fn group(shape: &str, rules: u32) -> Large {
    let mut group = Large { rules: Vec::new(), lists: HashMap::new(), settings: SgSettings::default() };
    let lists = (0..31).map(|list| {
        let blocks = (0..33).map(|n| block(n * 31 + list, 10));
        (PrefixListId::from(format!("pl-{list}")), blocks.flatten().collect())
    });
    if ["lists", "mixed"].contains(&shape) {
        group.lists = lists.collect();
    }
    if shape == "broad" {
        group.settings.network.open_level = OpenLevel::Broad;
    }
    group.rules = (0..rules).filter_map(|n| rule(shape, n)).collect();
    group
}

/// The rule at this place.
fn rule(shape: &str, n: u32) -> Option<Rule> {
    let world = block(0, 0)?;
    let half = block(n, 1)?;
    // Each range lies within the one before.
    let within = (1 + n, 60_000 - n);
    let (protocol, ports, source) = match shape {
        "nested" => (Protocol::Tcp, within, world.into()),
        "halves" => (Protocol::Tcp, within, half.into()),
        "beside" if n < 512 => (Protocol::Tcp, (1 + n, 60_000 + n), block(n, 9)?.into()),
        "beside" => (Protocol::Tcp, within, world.into()),
        "stairs" | "broad" => (Protocol::Tcp, within, block(n, 9)?.into()),
        "levels" => {
            let ports = (n * 7_919 % 30_000, 30_000 + n * 104_729 % 30_000);
            (Protocol::Tcp, ports, block(n * 613, 1 + n % 8)?.into())
        }
        "lists" => (Protocol::Tcp, within, list(n)),
        "ipv6" => {
            let block = format!("{:x}:{:x}::/16", 0x2000 + n % 0x2000, 0).parse().ok()?;
            (Protocol::Tcp, within, Source::V6(block))
        }
        "offices" => (Protocol::Tcp, (22, 22), block(n * 3_571, 32)?.into()),
        _ => match n % 8 {
            0 | 1 => (Protocol::Tcp, (5432, 5432), block(2_560 + n % 256, 16)?.into()),
            2 => (Protocol::Tcp, (443, 443), world.into()),
            3 => (Protocol::Tcp, (n, n + 200), world.into()),
            4 => (Protocol::Udp, (n, n + 200), Source::V6("::/0".parse().ok()?)),
            5 => (Protocol::Tcp, (n, n + 1_000), group_named(n)),
            6 => (Protocol::Tcp, (n, n + 500), list(n)),
            _ => (Protocol::Tcp, within, half.into()),
        },
    };
    let traffic =
        Traffic { protocol, from_port: i32::try_from(ports.0).ok(), to_port: i32::try_from(ports.1).ok() };
    let permission = traffic.permission(source, Some(format!("the {n}th")));
    let tags = Tags::from([("Name".to_owned(), format!("rule {n}"))]);
    Some(Rule { id: format!("sgr-{n:017x}").into(), is_egress: false, permission, tags })
}

/// The block of this length at this place, again from the first after the last.
fn block(n: u32, length: u32) -> Option<IpNet> {
    let network = n.checked_shl(32 - length).unwrap_or(0);
    parse_block(&format!("{}/{length}", Ipv4Addr::from_bits(network))).ok()
}

fn list(n: u32) -> Source {
    Source::PrefixList(format!("pl-{}", n % 31).into())
}

fn group_named(n: u32) -> Source {
    Source::Group(ReferencedGroup { group_id: Some(format!("sg-{n:017x}")), ..ReferencedGroup::default() })
}
