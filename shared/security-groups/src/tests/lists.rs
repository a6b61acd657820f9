//! Prefix lists as sources.

use events::{PrefixListId, Resource};
use remediation::testing::{self, assert_records, run};
use remediation::{Judge, Outcome, Remedy, Severity};
use serde_json::json;

use super::memory::Memory;
use super::{WORLD, control, read, rule, walk};
use crate::SgIngress;

const ENTRIES: &str = "ec2:GetManagedPrefixListEntries";
const NAMES: &str = "ec2:DescribeManagedPrefixLists";

#[test]
fn a_list_that_holds_the_world_is_open_and_its_rule_goes() {
    let memory =
        Memory::of([rule("sgr-1", "tcp", "22-443", "pl-1"), rule("sgr-2", "tcp", "22", "10.0.0.0/8")])
            .with_list("pl-1", "210987654321", &["0.0.0.0/1", "128.0.0.0/1"]);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert!(report.findings[0].sentence().ends_with("through rule sgr-1 (prefix list pl-1 (offices))"));
    assert_eq!(memory.says(), ["tcp 22 from 10.0.0.0/8", "tcp 443 from pl-1", "tcp 80 from pl-1"]);
    let before = report.before.unwrap();
    assert_eq!(before["prefix_lists"][0]["blocks"], json!(["0.0.0.0/1", "128.0.0.0/1"]));
    assert_eq!(before["prefix_lists"][0]["name"], "offices");
}

#[test]
fn a_list_of_offices_is_compliant() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-1")]).with_list(
        "pl-1",
        "210987654321",
        &["203.0.114.0/24"],
    );
    assert_eq!(walk(&control(&memory, "{}")).outcome, Outcome::Compliant);
    assert_eq!((memory.count(ENTRIES), memory.count(NAMES)), (1, 1));
}

#[test]
fn only_lists_that_decide_are_read() {
    let egress = network::Rule { is_egress: true, ..rule("sgr-2", "tcp", "22", "pl-2") };
    let memory = Memory::of([rule("sgr-1", "tcp", "443", "pl-1"), egress, rule("sgr-3", "tcp", "80", WORLD)]);
    assert_eq!(walk(&control(&memory, "{}")).outcome, Outcome::Compliant);
    assert_eq!((memory.count(ENTRIES), memory.count(NAMES)), (0, 0));
}

#[test]
fn the_lists_of_aws_are_read_once_and_those_of_the_account_every_time() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-1"), rule("sgr-2", "tcp", "22", "pl-2")])
        .with_list("pl-1", "AWS", &["3.5.0.0/19"])
        .with_list("pl-2", "210987654321", &["203.0.114.0/24"]);
    let control = control(&memory, "{}");
    for _ in 0..3 {
        assert_eq!(walk(&control).outcome, Outcome::Compliant);
    }
    assert_eq!((memory.count(ENTRIES), memory.count(NAMES)), (2 + 1 + 1, 1));
}

#[test]
fn a_list_that_cannot_be_read_is_said_and_does_not_keep_the_rest_open() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-1"), rule("sgr-2", "tcp", "23", WORLD)]);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.ids(), ["sgr-1"]);
    let said = &report.findings[1];
    assert_eq!(
        (said.kind, said.severity, said.remedy),
        ("unreadable-prefix-list", Severity::Medium, Remedy::Report)
    );
    assert_eq!(
        said.sentence(),
        "Nobody knows whom rule sgr-1 lets in: prefix list pl-1 could not be read (`ec2:GetManagedPrefixListEntries` \
         was refused: InvalidPrefixListID.NotFound)"
    );
    assert_eq!(walk(&control(&memory, "{}")).outcome, Outcome::Alerted);
}

#[test]
fn what_is_known_of_a_list_and_what_is_not_is_in_the_state_and_comes_back() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-1"), rule("sgr-2", "tcp", "23", "pl-2")])
        .with_list("pl-1", "AWS", &["3.5.0.0/19"]);
    let state = read(&control(&memory, "{}"));
    assert_records::<SgIngress<&Memory>>(&state, None, &[]);
    let lists = json!(state)["prefix_lists"].clone();
    assert_eq!(
        lists[0],
        json!({ "id": "pl-1", "name": "offices", "owner": "AWS", "blocks": ["3.5.0.0/19"] })
    );
    assert_eq!(lists[1]["blocks"]["unknown"]["code"], "InvalidPrefixListID.NotFound");
}

#[test]
fn a_role_that_may_not_read_lists_says_which_right_it_lacks() {
    let memory =
        Memory::of([rule("sgr-1", "tcp", "22", "pl-1")]).with_list("pl-1", "210987654321", &["0.0.0.0/0"]);
    memory.denied.borrow_mut().extend([ENTRIES, NAMES]);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Alerted);
    assert!(report.findings[0].sentence().contains(ENTRIES), "{}", report.findings[0].sentence());
    assert!(
        !report.findings[0].sentence().contains("no)"),
        "not EC2's own words, which differ from call to call"
    );
}

fn behind(memory: &Memory, id: &str) -> Result<Vec<String>, remediation::CallError> {
    let list = testing::subject(Resource::PrefixList(PrefixListId::new(id).unwrap()));
    let found = run(control(memory, "{}").behind(&list))?;
    Ok(found.iter().map(ToString::to_string).collect())
}

#[test]
fn a_list_stands_for_the_groups_that_let_in_whom_it_names() {
    let egress = network::Rule { is_egress: true, ..rule("sgr-2", "tcp", "22", "pl-0a1b2c3e") };
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-0a1b2c3d"), egress]);
    assert_eq!(behind(&memory, "pl-0a1b2c3d"), Ok(vec![format!("security group {}", super::GROUP)]));
    assert_eq!(behind(&memory, "pl-0a1b2c3e"), Ok(vec![]));
    let group = testing::subject(Resource::SecurityGroup(super::group_id(super::GROUP)));
    assert_eq!(run(control(&memory, "{}").behind(&group)), Ok(vec![]));
}

#[test]
fn while_ec2_is_at_work_on_a_list_nobody_takes_what_it_was_for_what_it_is() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-0a1b2c3d")]);
    memory.changing.borrow_mut().push("pl-0a1b2c3d");
    let error = behind(&memory, "pl-0a1b2c3d").unwrap_err();
    assert!(error.is_passing() && error.to_string().contains("still at work on the change"), "{error}");
    assert_eq!(memory.count("ec2:DescribeSecurityGroups"), 0);
    memory.changing.borrow_mut().clear();
    for action in ["ec2:DescribeManagedPrefixLists", "ec2:DescribeSecurityGroups"] {
        *memory.denied.borrow_mut() = vec![action];
        assert_eq!(behind(&memory, "pl-0a1b2c3d").unwrap_err().action(), action);
    }
}
