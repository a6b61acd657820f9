//! What is exempt of an ACL stays, with its effect; everything else goes.

use std::collections::BTreeSet;
use std::time::SystemTime;

use exemptions::{CONTROLS, Scope};
use remediation::{Assessment, Done, Fact, Tags};

use super::memory::denied;
use super::*;

type Acls<'a> = S3Acl<&'a Memory>;

fn of(grantees: &[exemptions::Grantee]) -> Scope {
    Scope { grantees: Some(grantees.iter().copied().collect()), ..Scope::default() }
}

fn all_users() -> Scope {
    of(&[exemptions::Grantee::AllUsers])
}

/// Reads the bucket, and judges it without what is exempt.
fn rest(control: &Acls<'_>, scope: &Scope) -> AclAssessment {
    let subject = subject();
    let id = <Acls<'_> as Judge>::id(&subject.resource).unwrap();
    let state = run(control.read(&Target::of(&subject, id))).unwrap().unwrap();
    control.exempt(control.assess(&state, SystemTime::UNIX_EPOCH), scope)
}

/// Closes what is not exempt, as far as there is something.
fn close_rest(control: &Acls<'_>, scope: &Scope) -> Option<(AclPlan, Vec<AclChange>)> {
    let subject = subject();
    let id = <Acls<'_> as Judge>::id(&subject.resource).unwrap();
    let plan = control.plan(&rest(control, scope), SystemTime::UNIX_EPOCH)?;
    let mut done = Done::default();
    run(control.apply(&Target::of(&subject, id), &plan, &mut done)).unwrap();
    Some((plan, done.changes))
}

#[test]
fn the_control_can_be_exempted_from_by_its_name() {
    assert!(CONTROLS.iter().any(|known| known.name == <Acls<'_> as Judge>::NAME));
}

#[test]
fn a_grantee_that_is_exempt_stays_and_the_other_goes() {
    for settings in [PLAIN, PRIVATE] {
        let memory = Memory::of(acl(vec![
            user("FULL_CONTROL", "owner"),
            group("READ", ALL_USERS),
            group("READ", AUTHENTICATED),
            group("WRITE", LOG_DELIVERY),
        ]));
        let control = S3Acl::new(&memory, settings, Mode::Enforce);
        assert!(close_rest(&control, &all_users()).is_some());
        let grants = memory.acl.borrow().grants.clone();
        assert!(grants.contains(&group("READ", ALL_USERS)));
        assert!(!grants.contains(&group("READ", AUTHENTICATED)));
        assert!(rest(&control, &all_users()).is_compliant());
    }
}

#[test]
fn where_a_public_grant_is_exempt_no_flag_takes_its_effect() {
    let memory = Memory::of(acl(vec![group("READ", ALL_USERS), group("READ", AUTHENTICATED)]));
    let control = S3Acl::new(&memory, BLOCKING, Mode::Enforce);
    let (plan, done) = close_rest(&control, &all_users()).unwrap();
    assert_eq!((plan.steps.len(), done.len()), (1, 1));
    assert_eq!(memory.block.get(), None);
    // A plan that was made before the exemption was written leaves the flags too, once it goes on.
    let subject = subject();
    let id = <Acls<'_> as Judge>::id(&subject.resource).unwrap();
    let earlier = AclPlan { steps: [plan.steps, vec![AclStep::BlockOnceRead]].concat() };
    let after = rest(&control, &all_users());
    assert_eq!(control.unfinished(&Target::of(&subject, id), &earlier, &done, Some(&after)), None);
    // Without a public grant that stays, the flags go on.
    assert!(close_rest(&control, &of(&[exemptions::Grantee::AuthenticatedUsers])).is_some());
    assert!(memory.block.get().is_some_and(PublicAccessBlock::blocks_acls));
}

#[test]
fn that_s3_takes_no_acl_in_which_an_exempt_grant_stays_is_no_matter_of_the_role() {
    let both = acl(vec![group("READ", ALL_USERS), group("READ", AUTHENTICATED)]);
    let on = flags(true, false, false, false);
    let of_account = Memory::of(both.clone());
    of_account.account.set(on);
    let of_role = Memory::of(both.clone()).failing("PutBucketAcl", denied("s3:PutBucketAcl"));
    for (memory, whose) in [
        (Memory::of(both.clone()).with_block(on), Some("of the bucket is on")),
        (of_account, Some("of the account is on")),
        (of_role, None),
    ] {
        let control = S3Acl::new(&memory, PLAIN, Mode::Enforce);
        let plan = control.plan(&rest(&control, &all_users()), SystemTime::UNIX_EPOCH).unwrap();
        let subject = subject();
        let id = <Acls<'_> as Judge>::id(&subject.resource).unwrap();
        let error = run(control.apply(&Target::of(&subject, id), &plan, &mut Done::default())).unwrap_err();
        assert_eq!(error.kind(), if whose.is_some() { "refused" } else { "access-denied" });
        assert!(whose.is_none_or(|whose| error.to_string().contains(whose)), "{error}");
    }
}

#[test]
fn what_means_nothing_to_the_control_exempts_nothing() {
    let memory = Memory::of(listable());
    let control = S3Acl::new(&memory, PLAIN, Mode::Enforce);
    for scope in [
        Scope { ports: Some([22].into()), ..Scope::default() },
        Scope { sids: Some(BTreeSet::from(["a".to_owned()])), ..all_users() },
        of(&[exemptions::Grantee::AuthenticatedUsers]),
    ] {
        assert_eq!(rest(&control, &scope).findings().len(), 1, "{scope}");
    }
    assert!(rest(&control, &Scope::default()).is_compliant());
}

#[test]
fn tags_that_cannot_be_read_are_unknown() {
    let memory = Memory::of(listable()).failing("GetBucketTagging", denied("s3:GetBucketTagging"));
    let control = S3Acl::new(&memory, PLAIN, Mode::Enforce);
    let subject = subject();
    let id = <Acls<'_> as Judge>::id(&subject.resource).unwrap();
    let target = Target::of(&subject, id);
    let state = run(control.read(&target)).unwrap().unwrap();
    let tags = run(control.tags(&target, &state));
    assert_eq!(tags.unknown().unwrap().action, "s3:GetBucketTagging");
    let memory = Memory::of(listable());
    let control = S3Acl::new(&memory, PLAIN, Mode::Enforce);
    assert_eq!(run(control.tags(&target, &state)), Fact::Known(Tags::new()));
}

proptest! {
    /// Whatever the ACL, the flags and the style: what is exempt is in force as it was, and no other public grant is.
    #[test]
    fn exactly_what_is_exempt_stays_public(
        grants in proptest::collection::vec(any_grant(), 0..8),
        settings in proptest::sample::select(vec![PLAIN, PRIVATE, BLOCKING, S3AclSettings { style: AclStyle::Private, ..BLOCKING }]),
        grantee in proptest::sample::select(vec![
            (exemptions::Grantee::AllUsers, ALL_USERS), (exemptions::Grantee::AuthenticatedUsers, AUTHENTICATED),
        ]),
    ) {
        let (scope, exempt) = (of(&[grantee.0]), grantee.1);
        let memory = Memory::of(acl(grants));
        let (before, flags) = memory.snapshot();
        let control = S3Acl::new(&memory, settings, Mode::Enforce);
        let closed = close_rest(&control, &scope);
        let public = |acl: &Acl| -> Vec<Grant> {
            acl.grants.iter().filter(|grant| grant.grantee.public_group().is_some()).cloned().collect()
        };
        let stays: Vec<Grant> =
            before.grants.iter().filter(|grant| grant.grantee.uri.as_deref() == Some(exempt)).cloned().collect();
        let (after, flags_after) = memory.snapshot();
        prop_assert_eq!(closed.is_some(), public(&before).len() > stays.len());
        prop_assert_eq!(public(&after), &stays[..]);
        prop_assert!(stays.is_empty() || flags_after == flags);
        prop_assert!(rest(&control, &scope).is_compliant());
    }
}
