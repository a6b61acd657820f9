//! Many groups in as many calls as one takes.

use events::{AccountId, Region};
use remediation::{CallError, Judge, Place, Survey, Target};

use super::*;

const OTHER: &str = "sg-0000000000000000b";
const RULES: &str = "ec2:DescribeSecurityGroupRules";
const GROUPS: &str = "ec2:DescribeSecurityGroups";

/// What is read of these groups together.
fn together(memory: &Memory, settings: &str, ids: &[&str]) -> Vec<Option<Group>> {
    let ids: Vec<GroupId> = ids.iter().map(|id| group_id(id)).collect();
    let subjects: Vec<Subject> =
        ids.iter().map(|id| testing::subject(Resource::SecurityGroup(id.clone()))).collect();
    let targets: Vec<Target<'_, GroupId>> =
        subjects.iter().zip(&ids).map(|(subject, id)| Target::of(subject, id)).collect();
    run(control(memory, settings).read_together(&targets))
}

#[test]
fn ten_groups_take_the_two_calls_of_one_and_are_as_they_are_read_alone() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "10.0.0.0/8"), rule("sgr-2", "tcp", "22", "pl-1")])
        .with_list("pl-1", "210987654321", &["203.0.114.0/24"]);
    let ids: Vec<String> = (0..10).map(|n| format!("sg-0000000000000000{n}")).collect();
    let all = together(&memory, "{}", &ids.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((memory.count(GROUPS), memory.count(RULES)), (1, 1));
    assert_eq!(memory.count("ec2:GetManagedPrefixListEntries"), 1);
    let alone = read(&control(&memory, "{}"));
    assert_eq!(all.len(), 10);
    assert!(all.iter().all(|group| group.as_ref() == Some(&alone)));
}

#[test]
fn one_group_is_read_alone() {
    let memory = Memory::of([]);
    assert_eq!(together(&memory, "{}", &[GROUP]), [None]);
    assert_eq!(memory.count(RULES), 0);
}

#[test]
fn what_is_gone_or_not_known_whole_is_read_alone() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    memory.gone.borrow_mut().push(group_id(OTHER));
    let [Some(_), None] = together(&memory, "{}", &[GROUP, OTHER])[..] else { panic!() };
    // Who has an open group is asked group by group.
    assert_eq!(together(&memory, r#"{"quarantine": "isolate"}"#, &[GROUP, OTHER]), [None, None]);
    *memory.rest.borrow_mut() =
        Some(CallError::Passing { action: RULES, code: "no".to_owned(), message: "no".to_owned() });
    assert_eq!(together(&memory, "{}", &[GROUP, OTHER]), [None, None]);
}

#[test]
fn where_reading_together_fails_each_is_read_alone() {
    let memory = Memory::of([]);
    memory.denied.borrow_mut().push(RULES);
    assert_eq!(together(&memory, "{}", &[GROUP, OTHER]), [None, None]);
}

#[test]
fn a_survey_lists_all_groups_or_fails() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    let (account, region) = (AccountId::new("210987654321").unwrap(), Region::new("eu-west-1").unwrap());
    let place = Place { account: &account, region: &region };
    let all = run(control(&memory, "{}").survey(&place)).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].id.as_str(), all[0].state.as_ref().map(|group| group.rules.len())), (GROUP, Some(1)));
    memory.denied.borrow_mut().push(RULES);
    assert!(run(control(&memory, "{}").survey(&place)).is_err());
}
