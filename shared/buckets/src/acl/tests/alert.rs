//! What the alert says, and that its commands rebuild the state before.

use serde_json::Value;

use super::memory::denied;
use super::*;

const BLOCK: &str = "Block Public Access as it was";

fn body<'a>(report: &'a Report, title: &str) -> Option<&'a str> {
    report.evidence.iter().find(|block| block.title == title).map(|block| block.body.as_str())
}

/// Does in memory what the commands under "How to put it back" say.
fn put_back(memory: &Memory, report: &Report) {
    for command in body(report, "How to put it back").unwrap().lines() {
        let command = command.strip_suffix(" &&").unwrap_or(command);
        let (_, command) = command.split_once("aws s3api ").unwrap();
        let (name, rest) = command.split_once(' ').unwrap();
        assert!(
            rest.contains("--region eu-west-1 --bucket acme-reports --expected-bucket-owner 210987654321")
        );
        match name {
            "put-bucket-acl" => {
                let (_, list) = rest.split_once("--access-control-policy '").unwrap();
                let list = list.strip_suffix('\'').unwrap().replace(r"'\''", "'");
                memory.put_acl(parse_acl(&serde_json::from_str(&list).unwrap())).unwrap();
            }
            "put-public-access-block" => {
                let (_, flags) = rest.split_once("--public-access-block-configuration ").unwrap();
                let on = |name: &str| flags.split(',').any(|flag| flag == format!("{name}=true"));
                memory.block.set(Some(super::flags(
                    on("BlockPublicAcls"),
                    on("IgnorePublicAcls"),
                    on("BlockPublicPolicy"),
                    on("RestrictPublicBuckets"),
                )));
            }
            "delete-public-access-block" => memory.block.set(None),
            other => panic!("{other}"),
        }
    }
}

fn parse_acl(list: &Value) -> Acl {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let grant = |grant: &Value| Grant {
        permission: text(&grant["Permission"]).unwrap(),
        grantee: Grantee {
            kind: text(&grant["Grantee"]["Type"]).unwrap(),
            id: text(&grant["Grantee"]["ID"]),
            display_name: text(&grant["Grantee"]["DisplayName"]),
            email_address: text(&grant["Grantee"]["EmailAddress"]),
            uri: text(&grant["Grantee"]["URI"]),
        },
    };
    Acl {
        owner: Owner { id: text(&list["Owner"]["ID"]), display_name: text(&list["Owner"]["DisplayName"]) },
        grants: list["Grants"].as_array().unwrap().iter().map(grant).collect(),
    }
}

/// The state before as the log has it.
fn logged(report: &Report) -> (Acl, Option<PublicAccessBlock>) {
    let before = report.before.as_ref().unwrap();
    let block = &before["PublicAccessBlockConfiguration"];
    let on = |name: &str| block[name].as_bool().unwrap();
    let block = (!block.is_null()).then(|| {
        flags(
            on("BlockPublicAcls"),
            on("IgnorePublicAcls"),
            on("BlockPublicPolicy"),
            on("RestrictPublicBuckets"),
        )
    });
    (parse_acl(before), block)
}

proptest! {
    #[test]
    fn the_log_and_the_mail_are_enough_to_rebuild_the_state_before(
        grants in proptest::collection::vec(any_grant(), 0..8),
        name in "[a-zA-Z'\"\\\\<&> ü]{0,8}",
        block in any_block(),
        settings in proptest::sample::select(vec![PLAIN, PRIVATE, BLOCKING]),
    ) {
        let mut public = acl(grants);
        public.owner.display_name = Some(name);
        public.grants.push(group("READ", ALL_USERS));
        let memory = Memory::of(public).with_block(block);
        let before = memory.snapshot();
        for _ in 0..2 {
            let report = close(&memory, settings);
            prop_assert_eq!(report.outcome, Outcome::Remediated);
            prop_assert_eq!(&logged(&report), &before);
            put_back(&memory, &report);
            prop_assert_eq!(&memory.snapshot(), &before);
        }
    }
}

#[test]
fn without_the_setting_the_alert_says_that_objects_may_be_public_and_how_to_close_them() {
    let memory = Memory::of(listable()).with_block(flags(false, false, true, false));
    let report = close(&memory, PLAIN);
    assert!(
        report.advice.iter().any(|line| line.contains("objects that were uploaded as public may still be"))
    );
    assert_eq!(
        body(&report, "How to close public objects too"),
        Some(
            "  aws s3api put-public-access-block --region eu-west-1 --bucket acme-reports \
             --expected-bucket-owner 210987654321 --public-access-block-configuration \
             BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=false"
        )
    );
}

#[test]
fn where_the_flags_are_unknown_the_command_is_not_to_be_run_blindly() {
    let memory =
        Memory::of(listable()).failing("GetPublicAccessBlock", denied("s3:GetBucketPublicAccessBlock"));
    let report = close(&memory, PLAIN);
    let commands: Vec<&str> = body(&report, "How to close public objects too").unwrap().lines().collect();
    assert!(
        commands[0].starts_with("  kept=$(aws s3api get-public-access-block --region eu-west-1 "),
        "{commands:?}"
    );
    assert!(commands[0].ends_with(" --output text) &&"), "{commands:?}");
    assert!(commands[1].ends_with(" \"BlockPublicAcls=true,IgnorePublicAcls=true,$kept\""), "{commands:?}");
    assert!(commands[2..].iter().all(|line| line.starts_with("  # ")), "{commands:?}");
}

#[test]
fn where_objects_are_closed_already_nobody_is_told_to_close_them() {
    for (block, settings) in [(Some(flags(false, true, false, false)), PLAIN), (None, BLOCKING)] {
        let report = close(&Memory::of(listable()).with_block(block), settings);
        assert_eq!(body(&report, "How to close public objects too"), None);
        assert!(!report.advice.iter().any(|line| line.contains("may still be")));
    }
}

#[test]
fn the_flags_before_are_in_the_mail() {
    let memory = Memory::of(listable()).with_block(flags(false, false, true, false));
    memory.account.set(flags(false, false, false, true));
    let report = close(&memory, BLOCKING);
    let table = |block, ignore, policy, restrict| {
        format!(
            "    BlockPublicAcls        {block}\n    IgnorePublicAcls       {ignore}\n    \
             BlockPublicPolicy      {policy}\n    RestrictPublicBuckets  {restrict}"
        )
    };
    assert_eq!(
        body(&report, BLOCK).unwrap(),
        format!(
            "  Of the bucket:\n{}\n  Of the account:\n{}",
            table("off", "off", "on", "off"),
            table("off", "off", "off", "on")
        )
    );
    let none = close(&Memory::of(listable()), BLOCKING);
    assert_eq!(
        body(&none, BLOCK).unwrap(),
        "  The bucket has none: all four flags are off.\n  Of the account: all four flags are off."
    );
}

#[test]
fn an_account_that_was_not_readable_is_unknown_and_why_and_how_to_look() {
    let memory = Memory::of(listable())
        .failing("GetAccountPublicAccessBlock", denied("s3:GetAccountPublicAccessBlock"));
    let text = close(&memory, PLAIN);
    let text = body(&text, BLOCK).unwrap();
    assert!(text.contains("Of the account: unknown: access denied"), "{text}");
    assert!(
        text.ends_with("aws s3control get-public-access-block --region eu-west-1 --account-id 210987654321")
    );
}

#[test]
fn a_website_bucket_is_closed_all_the_same_and_the_alert_says_that_it_is_one() {
    for settings in [PLAIN, PRIVATE, BLOCKING] {
        let memory = Memory { website: true, ..Memory::of(listable()) };
        let report = close(&memory, settings);
        assert_eq!(report.outcome, Outcome::Remediated);
        assert!(!memory.acl.borrow().is_public());
        assert!(report.findings[0].sentence().ends_with("; the bucket serves a website"));
        assert!(body(&report, "This bucket serves a website").unwrap().contains("403"));
        assert_eq!(report.before.unwrap()["ServesWebsite"], true);
    }
    let report = close(&Memory::of(listable()), PLAIN);
    assert!(!report.evidence.iter().any(|block| block.title.contains("website")));
}
