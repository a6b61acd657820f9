//! What a record keeps: it comes back as it was, and it is enough to put the bucket back and to exempt a part.

use std::time::SystemTime;

use events::{AccountId, BucketName, Region};
use remediation::testing::assert_records;
use remediation::{Assessment, Done};

use super::memory::{denied, throttled};
use super::*;

struct Place {
    name: BucketName,
    account: AccountId,
    region: Region,
}

impl Place {
    fn new() -> Self {
        Self {
            name: BucketName::new("acme-reports").unwrap(),
            account: AccountId::new("210987654321").unwrap(),
            region: Region::new("eu-west-1").unwrap(),
        }
    }

    fn target(&self) -> Target<'_, BucketName> {
        Target { id: &self.name, account: &self.account, region: &self.region }
    }
}

fn any_acl() -> impl Strategy<Value = Acl> {
    let name = proptest::option::of("[a-zA-Z'\"\\\\<&> ü中]{0,8}");
    (proptest::collection::vec(any_grant(), 0..8), name).prop_map(|(grants, name)| {
        let mut acl = acl(grants);
        acl.owner.display_name = name;
        acl
    })
}

fn any_settings() -> impl Strategy<Value = S3AclSettings> {
    proptest::sample::select(vec![
        PLAIN,
        PRIVATE,
        BLOCKING,
        S3AclSettings { style: AclStyle::Private, ..BLOCKING },
    ])
}

/// Which reads beside the ACL fail.
fn any_failing() -> impl Strategy<Value = Vec<(&'static str, CallError)>> {
    let all = vec![
        ("GetPublicAccessBlock", denied("s3:GetBucketPublicAccessBlock")),
        ("GetAccountPublicAccessBlock", throttled("s3:GetAccountPublicAccessBlock")),
        ("GetBucketWebsite", CallError::Incomplete { action: "s3:GetBucketWebsite", field: "Website" }),
        ("GetBucketOwnershipControls", denied("s3:GetBucketOwnershipControls")),
    ];
    proptest::sample::subsequence(all, 0..=4)
}

proptest! {
    #[test]
    fn state_plan_and_changes_come_back_as_they_were_and_undo_puts_the_bucket_back(
        acl in any_acl(),
        block in any_block(),
        settings in any_settings(),
        failing in any_failing(),
        mode in proptest::sample::select(vec![Mode::Enforce, Mode::Observe]),
    ) {
        let mut memory = Memory::of(acl).with_block(block);
        for (operation, error) in &failing {
            memory = memory.failing(operation, error.clone());
        }
        let place = Place::new();
        let before = memory.snapshot();
        let control = S3Acl::new(&memory, settings, mode);
        let state = run(control.read(&place.target())).unwrap().unwrap();
        let plan = control.plan(&control.assess(&state, SystemTime::UNIX_EPOCH), SystemTime::UNIX_EPOCH);
        let mut done = Done::default();
        if let Some(plan) = &plan {
            // A flag that nobody can read is left, and nothing is noted of it.
            let _ = run(control.apply(&place.target(), plan, &mut done));
        }
        let changes = done.changes;
        assert_records::<S3Acl<&Memory>>(&state, plan.as_ref(), &changes);
        if let Some(plan) = &plan {
            let undo = control.undo(&state, plan, &changes).unwrap();
            assert_records::<S3Acl<&Memory>>(&state, Some(&undo), &[]);
            let is_blind = failing.iter().any(|(operation, _)| *operation == "GetPublicAccessBlock");
            let undone = run(control.apply(&place.target(), &undo, &mut Done::default()));
            // Where the flags are unknown S3 may refuse the public ACL.
            prop_assert!(undone.is_ok() || is_blind, "{:?}", undone);
            if undone.is_ok() {
                prop_assert_eq!(memory.snapshot(), before);
            }
        }
    }

    #[test]
    fn what_is_taken_out_of_an_assessment_stays_and_everything_else_goes(
        acl in any_acl(),
        settings in any_settings(),
        exempt in proptest::sample::select(vec![ALL_USERS, AUTHENTICATED]),
    ) {
        let memory = Memory::of(acl);
        let (place, before) = (Place::new(), memory.acl.borrow().clone());
        let control = S3Acl::new(&memory, settings, Mode::Enforce);
        let state = run(control.read(&place.target())).unwrap().unwrap();
        let is_exempt = |grant: &Grant| grant.grantee.uri.as_deref() == Some(exempt);
        let stays = |finding: AclFinding| match &finding {
            AclFinding::Grant(public) if is_exempt(&public.grant) => None,
            _ => Some(finding),
        };
        let assessment = control.assess(&state, SystemTime::UNIX_EPOCH).without(stays);
        let plan = control.plan(&assessment, SystemTime::UNIX_EPOCH);
        prop_assert_eq!(plan.is_some(), !assessment.is_compliant());
        if let Some(plan) = plan {
            let mut done = Done::default();
            run(control.apply(&place.target(), &plan, &mut done)).unwrap();
            // What is exempt is not left to people either, whether the write took effect or not.
            let after = run(control.read_after(&place.target(), &plan)).unwrap().unwrap();
            let after = control.assess_after(&after, &plan, SystemTime::UNIX_EPOCH).without(stays);
            prop_assert!(after.is_compliant());
            prop_assert_eq!(control.unfinished(&place.target(), &plan, &done.changes, Some(&after)), None);
            let left = control.unfinished(&place.target(), &plan, &[], Some(&assessment));
            prop_assert_eq!(left.map(|left| left.steps[0].clone()), Some(plan.steps[0].clone()));
            let public = |grants: &[Grant]| -> Vec<Grant> {
                grants.iter().filter(|grant| grant.grantee.public_group().is_some()).cloned().collect()
            };
            let exempt: Vec<Grant> = before.grants.iter().filter(|grant| is_exempt(grant)).cloned().collect();
            prop_assert_eq!(public(&memory.acl.borrow().grants), exempt);
        }
    }
}
