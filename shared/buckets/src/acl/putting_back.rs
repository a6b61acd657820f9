//! Putting back what was changed, long after: the grants and flags that Curfew changed, and nothing that others changed.

use futures_util::join;
use remediation::clock::Clock;
use remediation::restore::{Look, Past, Reversible};
use remediation::{CallError, Fact};

use super::S3Acl;
use super::around::Around;
use super::plan::{AclChange, AclPlan, AclStep, AclWrite, BlockChange};
use super::port::{BucketAcls, NewAcl};
use super::state::{Acl, AclState, Grant, Grantee, Owner};
use crate::{Bucket, PublicAccessBlock};

impl<P: BucketAcls, T: Clock> Reversible for S3Acl<P, T> {
    /// Reads the flags too, which may refuse a public grant or keep it from having an effect.
    async fn look(&self, bucket: &Bucket<'_>, past: &Past<Self>) -> Result<Option<Look<Self>>, CallError> {
        let (acl, block, account, disabled) = join!(
            self.acls.acl(bucket),
            self.acls.public_access_block(bucket),
            self.acls.account_block(bucket),
            self.acls.acls_disabled(bucket)
        );
        let Some(acl) = acl? else { return Ok(None) };
        // Nobody may say of flags that they are back who has not seen them.
        let is_about_flags = past.done.iter().any(|change| matches!(change, AclChange::Blocked(_)));
        let block = if is_about_flags { Ok(block?) } else { block };
        let around = Around {
            public_access_block: Fact::of(block),
            account_block: Some(Fact::of(account)),
            serves_website: None,
            acls_disabled: Some(Fact::of(disabled)),
        };
        let compared = Compared {
            before: &past.before,
            was: past.before.acl.with_removed(&past.done).grants,
            written: written(past),
            removed: first_write(past).map(|write| write.removed.as_slice()).unwrap_or_default(),
            after: after(past),
            done: &past.done,
            again: &past.again,
            acl: &acl,
            around: &around,
        };
        let left = compared.left();
        let hindrances = left.as_ref().map(|left| compared.hindrances(left)).unwrap_or_default();
        let changed_since = compared.changed_since();
        let unread = around.unread();
        let live = AclState { acl, around: Some(around) };
        Ok(Some(Look { live, left, changed_since, hindrances, lost: Vec::new(), stays: Vec::new(), unread }))
    }

    /// What S3 may refuse is the same once it is known whether it does.
    fn does_the_same(&self, one: &AclPlan, other: &AclPlan) -> bool {
        let same = |(one, other): (&AclStep, &AclStep)| match (one, other) {
            (AclStep::Write(one), AclStep::Write(other)) => {
                AclWrite { may_be_refused: false, ..one.clone() }
                    == AclWrite { may_be_refused: false, ..other.clone() }
            }
            (one, other) => one == other,
        };
        one.steps.len() == other.steps.len() && one.steps.iter().zip(&other.steps).all(same)
    }
}

/// The grants as Curfew left them: as they were read then, and else as they were to be written.
fn after<P: BucketAcls, T: Clock>(past: &Past<S3Acl<P, T>>) -> Vec<Grant> {
    past.after.as_ref().map_or_else(|| written(past), |after| after.acl.grants.clone())
}

/// The grants as Curfew wrote them first, or was going to.
fn written<P: BucketAcls, T: Clock>(past: &Past<S3Acl<P, T>>) -> Vec<Grant> {
    let Acl { owner, grants } = &past.before.acl;
    match first_write(past).map(|write| &write.acl) {
        Some(NewAcl::Grants(acl)) => acl.grants.clone(),
        Some(NewAcl::Private) => vec![Grant::full_control(owner)],
        None => grants.clone(),
    }
}

fn first_write<P: BucketAcls, T: Clock>(past: &Past<S3Acl<P, T>>) -> Option<&AclWrite> {
    past.plan.steps.iter().find_map(|step| match step {
        AclStep::Write(write) => Some(write),
        AclStep::Block(_) | AclStep::BlockOnceRead => None,
    })
}

/// A bucket before the changes, after them, and now.
struct Compared<'a> {
    before: &'a AclState,
    /// The grants, with those that were added while others were being taken away.
    was: Vec<Grant>,
    /// As Curfew wrote them first.
    written: Vec<Grant>,
    /// What was to be removed by that.
    removed: &'a [Grant],
    /// As they were once Curfew was done.
    after: Vec<Grant>,
    done: &'a [AclChange],
    /// What of that was there again since.
    again: &'a [AclChange],
    acl: &'a Acl,
    around: &'a Around,
}

impl Compared<'_> {
    fn left(&self) -> Option<AclPlan> {
        let write = self.write();
        let (now, then) = self.flags();
        let set = |from, to| AclStep::Block(BlockChange { before: from, after: to });
        let open = now.map(|flags| PublicAccessBlock { block_public_acls: false, ..flags });
        let is_refused = now.is_some_and(|flags| flags.block_public_acls);
        let steps: Vec<AclStep> = match write {
            // S3 refuses a public ACL while the flag is on. It was on before, so it is again right after.
            Some(write)
                if is_refused && then.is_some_and(|flags| flags.block_public_acls) && self.was_blocked() =>
            {
                vec![set(now, open), AclStep::Write(write), set(open, then)]
            }
            write => {
                let block = (now.unwrap_or_default() != then.unwrap_or_default()).then(|| set(now, then));
                block.into_iter().chain(write.map(AclStep::Write)).collect()
            }
        };
        (!steps.is_empty()).then_some(AclPlan { steps })
    }

    /// The ACL as it is now, with what Curfew took away and without what it put there: what others granted, and what they
    /// took away, stays so, whether they did it since or while Curfew was at work.
    fn write(&self) -> Option<AclWrite> {
        let (before, now) = (&self.was, &self.acl.grants);
        let is_back = |grant: &&Grant| has(now, grant) || self.took_away(grant) && !has(&self.after, grant);
        let is_foreign = |grant: &&Grant| !has(before, grant) && !has(&self.written, grant);
        let kept = before.iter().filter(is_back);
        let grants: Vec<Grant> = kept.chain(now.iter().filter(is_foreign)).cloned().collect();
        let only_in = |these: &[Grant], those: &[Grant]| -> Vec<Grant> {
            these.iter().filter(|grant| !has(those, grant)).cloned().collect()
        };
        (!same_grants(now, &grants)).then(|| AclWrite {
            removed: only_in(now, &grants),
            added: only_in(&grants, now),
            acl: NewAcl::Grants(Acl { owner: self.before.acl.owner.clone(), grants }),
            may_be_refused: self.around.public_access_block.known().is_none(),
        })
    }

    /// Whether Curfew took this grant away, or may have: it removed it, or left it out without a word, as the canned ACL does
    /// with what the owner granted to himself.
    fn took_away(&self, grant: &Grant) -> bool {
        let is_left_out = !has(&self.written, grant) && !has(self.removed, grant);
        is_left_out || removes(self.done, grant) && !removes(self.again, grant)
    }

    /// The bucket's flags now, and as they are to be: each flag that Curfew changed as it was, each other one as it is.
    fn flags(&self) -> (Option<PublicAccessBlock>, Option<PublicAccessBlock>) {
        let now = self.around.public_access_block.known().copied().flatten();
        let Some(BlockChange { before, after }) = self.of_flags().filter(|_| now.is_some()) else {
            return (now, now);
        };
        let (was, is) = (before.unwrap_or_default(), after.unwrap_or_default());
        let flags = now.unwrap_or_default();
        let back = |was: bool, is: bool, now: bool| if was == is { now } else { was };
        let then = PublicAccessBlock {
            block_public_acls: back(was.block_public_acls, is.block_public_acls, flags.block_public_acls),
            ignore_public_acls: back(was.ignore_public_acls, is.ignore_public_acls, flags.ignore_public_acls),
            ..flags
        };
        let is_none = before.is_none() && then == PublicAccessBlock::default();
        (now, (!is_none).then_some(then))
    }

    /// Whether the flag that refuses public ACLs was on before Curfew changed anything.
    fn was_blocked(&self) -> bool {
        let read = self.before.around.as_ref().and_then(|around| around.public_access_block.known());
        read.copied().flatten().is_some_and(|flags| flags.block_public_acls)
    }

    /// What was granted, taken away or switched since. What is as it was before Curfew came is no change.
    fn changed_since(&self) -> Vec<String> {
        let (before, now) = (&self.was, &self.acl.grants);
        let is_new = |grant: &&Grant| !has(&self.after, grant) && !has(before, grant);
        let is_gone = |grant: &&Grant| !has(now, grant);
        let new = now.iter().filter(is_new).map(|grant| format!("{} was added since", grant.words()));
        let was_there = |grant: &&Grant| has(&self.after, grant) || removes(self.again, grant);
        let gone = before.iter().filter(was_there).filter(is_gone);
        let gone = gone.map(|grant| format!("{} was removed since", grant.words()));
        new.chain(gone).chain(self.switched_since()).collect()
    }

    /// The flags that were switched since, where the changes were about flags. Those that Curfew did not change stay so.
    fn switched_since(&self) -> Vec<String> {
        let now = self.around.public_access_block.known().copied().flatten();
        let Some(change) = self.of_flags().filter(|_| self.around.public_access_block.known().is_some())
        else {
            return Vec::new();
        };
        let [was, left, now] =
            [change.before, change.after, now].map(|flags| flags.unwrap_or_default().flags());
        let switched = was
            .into_iter()
            .zip(left)
            .zip(now)
            .filter(|(((_, was), (_, left)), (_, now))| now != left && now != was);
        let words = |(_, (name, is_on)): (_, (&str, bool))| {
            format!("{name} of the bucket was turned {} since", if is_on { "on" } else { "off" })
        };
        switched.map(words).collect()
    }

    /// How the flags were changed, by all that changed them: as they were before the first, and as the last left them.
    fn of_flags(&self) -> Option<BlockChange> {
        let mut changes = self.done.iter().filter_map(|change| match change {
            AclChange::Blocked(change) => Some(*change),
            AclChange::Removed(_) | AclChange::Added(_) => None,
        });
        let first = changes.next()?;
        Some(BlockChange { before: first.before, after: changes.next_back().unwrap_or(first).after })
    }

    /// Why S3 would refuse the plan, or why it would have no effect.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
    fn hindrances(&self, left: &AclPlan) -> Vec<String> {
        let Some(write) = left.steps.iter().find_map(|step| match step {
            AclStep::Write(write) => Some(write),
            AclStep::Block(_) | AclStep::BlockOnceRead => None,
        }) else {
            return Vec::new();
        };
        let is_public = write.added.iter().any(|grant| grant.grantee.public_group().is_some());
        let (_, bucket) = self.flags();
        let account = self.around.account_block.as_ref().and_then(Fact::known).copied().unwrap_or_default();
        let bucket = bucket.unwrap_or_default();
        let before = self.before.around.as_ref();
        let was_ignored =
            before.is_some_and(|around| matches!(around.effect(), super::around::Effect::Ignored(_)));
        let opens_first = left.steps.len() > 2;
        [
            (self.around.acls_are_disabled(), "ACLs are disabled on this bucket (BucketOwnerEnforced), and S3 refuses them"),
            (
                is_public && bucket.block_public_acls && !opens_first,
                "BlockPublicAcls of the bucket is on, which Curfew did not turn on: S3 refuses a public ACL",
            ),
            (
                is_public && account.block_public_acls,
                "BlockPublicAcls of the account is on: S3 refuses a public ACL",
            ),
            (
                is_public && bucket.ignore_public_acls && !was_ignored,
                "IgnorePublicAcls of the bucket is on, which Curfew did not turn on: a public ACL would have no effect",
            ),
            (
                is_public && account.ignore_public_acls && !was_ignored,
                "IgnorePublicAcls of the account is on: a public ACL would have no effect",
            ),
        ]
        .into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, why)| why.to_owned())
        .collect()
    }
}

/// Whether one of these grants says the same. S3 may tell a user's name at one time and not at another.
fn has(grants: &[Grant], grant: &Grant) -> bool {
    grants.iter().any(|other| other.says_the_same(grant))
}

/// Whether one of these changes removes it.
fn removes(changes: &[AclChange], grant: &Grant) -> bool {
    changes.iter().any(|change| matches!(change, AclChange::Removed(one) if one.says_the_same(grant)))
}

/// Whether both lists grant the same, in whatever order.
fn same_grants(these: &[Grant], those: &[Grant]) -> bool {
    let count =
        |grants: &[Grant], grant: &Grant| grants.iter().filter(|one| one.says_the_same(grant)).count();
    these.len() == those.len() && these.iter().all(|grant| count(these, grant) == count(those, grant))
}

impl Grant {
    /// What the canned ACL `private` has in it.
    fn full_control(owner: &Owner) -> Self {
        let (id, display_name) = (owner.id.clone(), owner.display_name.clone());
        let kind = "CanonicalUser".to_owned();
        let grantee = Grantee { kind, id, display_name, email_address: None, uri: None };
        Self { grantee, permission: "FULL_CONTROL".to_owned() }
    }

    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let who = |grant: &Self| {
            let grantee = &grant.grantee;
            let name =
                grantee.id.as_ref().or(grantee.email_address.as_ref()).or(grantee.display_name.as_ref());
            (grantee.uri.clone(), name.cloned())
        };
        self.permission == other.permission && who(self) == who(other)
    }
}
