//! Prefix lists: what is in them, who owns them, whether EC2 is at work on them.

use aws_sdk_ec2::operation::describe_managed_prefix_lists::DescribeManagedPrefixListsOutput;
use aws_sdk_ec2::operation::get_managed_prefix_list_entries::{
    GetManagedPrefixListEntriesError, GetManagedPrefixListEntriesOutput,
};

use super::*;

#[test]
fn the_entries_of_a_list_are_read_page_by_page() {
    let entries = |token: Option<&'static str>, cidr: &'static str, next: Option<&'static str>| {
        mock!(Client::get_managed_prefix_list_entries)
            .match_requests(move |request| {
                request.prefix_list_id() == Some("pl-1") && request.next_token() == token
            })
            .then_output(move || {
                let entry = types::PrefixListEntry::builder().cidr(cidr).description("x").build();
                GetManagedPrefixListEntriesOutput::builder()
                    .entries(entry)
                    .set_next_token(next.map(Into::into))
                    .build()
            })
    };
    let first = entries(None, "203.0.114.0/24", Some("more"));
    let second = entries(Some("more"), "2600::/16", None);
    let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&first, &second]));
    let blocks = at(async |at| ec2.list_entries(&at.place(), &"pl-1".into()).await).unwrap();
    assert_eq!(json!(blocks), json!(["203.0.114.0/24", "2600::/16"]));
}

#[test]
fn a_list_that_may_not_be_read_names_the_right() {
    let denied = mock!(Client::get_managed_prefix_list_entries)
        .then_error(|| GetManagedPrefixListEntriesError::generic(failure("UnauthorizedOperation")));
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&denied]));
    let error = at(async |at| ec2.list_entries(&at.place(), &"pl-1".into()).await).unwrap_err();
    assert!(error.to_string().contains("`ec2:GetManagedPrefixListEntries`"), "{error}");
}

#[test]
fn lists_are_named_in_one_call_by_filter() {
    let names = mock!(Client::describe_managed_prefix_lists)
        .match_requests(|request| {
            let [filter] = request.filters() else { return false };
            filter.name() == Some("prefix-list-id") && filter.values() == ["pl-1", "pl-2"]
        })
        .then_output(|| {
            let list = types::ManagedPrefixList::builder()
                .prefix_list_id("pl-1")
                .prefix_list_name("com.amazonaws.eu-west-1.s3")
                .owner_id("AWS");
            DescribeManagedPrefixListsOutput::builder().prefix_lists(list.build()).build()
        });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&names]));
    let names = at(async |at| ec2.list_names(&at.place(), &[&"pl-1".into(), &"pl-2".into()]).await).unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].1.to_string(), "com.amazonaws.eu-west-1.s3, managed by AWS");
}

#[test]
fn ec2_says_whether_it_is_still_at_work_on_a_list() {
    for (state, is_changing) in [
        (Some(types::PrefixListState::ModifyInProgress), true),
        (Some(types::PrefixListState::RestoreInProgress), true),
        (Some(types::PrefixListState::ModifyComplete), false),
        (Some(types::PrefixListState::ModifyFailed), false),
        (None, false),
    ] {
        let lists = mock!(Client::describe_managed_prefix_lists)
            .match_requests(|request| request.filters()[0].values() == ["pl-1"])
            .then_output(move || {
                let list = types::ManagedPrefixList::builder().set_state(state.clone()).build();
                DescribeManagedPrefixListsOutput::builder().prefix_lists(list).build()
            });
        let ec2 = ec2(mock_client!(aws_sdk_ec2, [&lists]));
        let said = at(async |at| ec2.list_is_changing(&at.place(), &"pl-1".into()).await);
        assert_eq!(said, Ok(is_changing));
    }
}
