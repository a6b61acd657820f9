//! A bucket that is kept in memory and behaves as S3 does.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use events::BucketName;
use remediation::{Denied, Tags};

use super::*;

/// A bucket, and every call that was made about it.
#[derive(Debug)]
pub(super) struct Memory {
    pub acl: RefCell<Acl>,
    pub block: Cell<Option<PublicAccessBlock>>,
    pub account: Cell<PublicAccessBlock>,
    pub website: bool,
    pub acls_disabled: bool,
    /// Calls that fail, by their operation.
    pub failing: HashMap<&'static str, CallError>,
    /// Calls that fail the first time only.
    pub failing_once: RefCell<HashMap<&'static str, CallError>>,
    /// Calls that fail from this one of their operation on.
    pub failing_from: HashMap<&'static str, (usize, CallError)>,
    /// Operations that are answered with success and change nothing.
    pub deaf: &'static [&'static str],
    /// From this operation on there is no bucket.
    pub gone_at: Option<&'static str>,
    /// What somebody else writes at the moment of `PutBucketAcl`.
    pub then: Option<Acl>,
    /// What somebody else writes right after it.
    pub and_then: Option<Acl>,
    /// Whether reads answer with what is in force, as far as `IgnorePublicAcls` goes.
    pub masks: bool,
    /// How many reads after a write still show the ACL as it was before.
    pub lag: Cell<usize>,
    /// As it was before the last write.
    pub before: RefCell<Option<Acl>>,
    /// How many reads of the ACL are answered once it was written; `None` where all are.
    pub acl_reads_left: Cell<Option<usize>>,
    /// Why the flags can not be read any more once they were written.
    pub flags_unreadable_after: Option<CallError>,
    pub calls: RefCell<Vec<&'static str>>,
}

impl Memory {
    pub(super) fn of(acl: Acl) -> Self {
        Self {
            acl: RefCell::new(acl),
            block: Cell::new(None),
            account: Cell::default(),
            website: false,
            acls_disabled: false,
            failing: HashMap::new(),
            failing_once: RefCell::default(),
            failing_from: HashMap::new(),
            deaf: &[],
            gone_at: None,
            then: None,
            and_then: None,
            masks: false,
            lag: Cell::new(0),
            before: RefCell::default(),
            acl_reads_left: Cell::new(None),
            flags_unreadable_after: None,
            calls: RefCell::default(),
        }
    }

    pub(super) fn with_block(self, block: impl Into<Option<PublicAccessBlock>>) -> Self {
        self.block.set(block.into());
        self
    }

    pub(super) fn failing(mut self, operation: &'static str, error: CallError) -> Self {
        self.failing.insert(operation, error);
        self
    }

    pub(super) fn snapshot(&self) -> (Acl, Option<PublicAccessBlock>) {
        (self.acl.borrow().clone(), self.block.get())
    }

    /// Notes the call; whether it goes through.
    fn call(&self, operation: &'static str) -> Result<bool, CallError> {
        self.calls.borrow_mut().push(operation);
        if let Some(error) = self.failing_once.borrow_mut().remove(operation) {
            return Err(error);
        }
        let number = self.calls.borrow().iter().filter(|call| **call == operation).count();
        if let Some((_, error)) = self.failing_from.get(operation).filter(|(first, _)| number >= *first) {
            return Err(error.clone());
        }
        match self.failing.get(operation) {
            Some(error) => Err(error.clone()),
            None => Ok(!self.deaf.contains(&operation)),
        }
    }

    fn is_gone(&self) -> bool {
        self.gone_at.is_some_and(|operation| self.calls.borrow().contains(&operation))
    }

    fn answer<T>(&self, operation: &'static str, value: T) -> Result<T, CallError> {
        self.call(operation)?;
        if self.is_gone() { Err(no_bucket()) } else { Ok(value) }
    }

    pub(super) fn put_acl(&self, new: Acl) -> Result<(), CallError> {
        let is_blocked = self.block.get().is_some_and(|block| block.block_public_acls);
        if new.is_public() && (is_blocked || self.account.get().block_public_acls) {
            return Err(denied("s3:PutBucketAcl"));
        }
        self.acl.replace(new);
        Ok(())
    }
}

impl ReadBucketAcls for &Memory {
    async fn acl(&self, _: &Target<'_, BucketName>) -> Result<Option<Acl>, CallError> {
        self.call("GetBucketAcl")?;
        if self.calls.borrow().contains(&"PutBucketAcl") {
            match self.acl_reads_left.get() {
                Some(0) => return Err(denied("s3:GetBucketAcl")),
                left => self.acl_reads_left.set(left.map(|left| left - 1)),
            }
        }
        if self.is_gone() {
            return Ok(None);
        }
        if let (Some(before), lag @ 1..) = (self.before.borrow().clone(), self.lag.get()) {
            self.lag.set(lag - 1);
            return Ok(Some(before));
        }
        let acl = self.acl.borrow().clone();
        let ignores = self.block.get().is_some_and(|block| block.ignore_public_acls);
        let is_shown = |grant: &Grant| !(self.masks && ignores) || grant.grantee.public_group().is_none();
        Ok(Some(acl.with_only(is_shown)))
    }

    async fn public_access_block(
        &self,
        _: &Target<'_, BucketName>,
    ) -> Result<Option<PublicAccessBlock>, CallError> {
        let unreadable = self.flags_unreadable_after.as_ref();
        if let Some(error) = unreadable.filter(|_| self.calls.borrow().contains(&"PutPublicAccessBlock")) {
            self.call("GetPublicAccessBlock")?;
            return Err(error.clone());
        }
        self.answer("GetPublicAccessBlock", self.block.get())
    }

    async fn account_block(&self, _: &Target<'_, BucketName>) -> Result<PublicAccessBlock, CallError> {
        self.call("GetAccountPublicAccessBlock")?;
        Ok(self.account.get())
    }

    async fn serves_website(&self, _: &Target<'_, BucketName>) -> Result<bool, CallError> {
        self.answer("GetBucketWebsite", self.website)
    }

    async fn acls_disabled(&self, _: &Target<'_, BucketName>) -> Result<bool, CallError> {
        self.answer("GetBucketOwnershipControls", self.acls_disabled)
    }

    async fn tags(&self, _: &Target<'_, BucketName>) -> Result<Tags, CallError> {
        self.answer("GetBucketTagging", Tags::new())
    }
}

impl BucketAcls for &Memory {
    async fn write(&self, _: &Target<'_, BucketName>, write: &AclWrite) -> Result<Written, CallError> {
        if let Some(then) = &self.then {
            self.acl.replace(then.clone());
        }
        if !self.call("PutBucketAcl")? {
            return Ok(Written::Done);
        }
        if self.is_gone() {
            return Ok(Written::NoBucket);
        }
        if self.acls_disabled {
            return Ok(Written::AclsDisabled);
        }
        self.before.replace(Some(self.acl.borrow().clone()));
        let owner = self.acl.borrow().owner.clone();
        self.put_acl(match &write.acl {
            NewAcl::Grants(acl) => acl.clone(),
            NewAcl::Private => Acl { owner, grants: vec![user("FULL_CONTROL", "owner")] },
        })?;
        if let Some(and_then) = &self.and_then {
            self.acl.replace(and_then.clone());
        }
        Ok(Written::Done)
    }

    async fn block(&self, _: &Target<'_, BucketName>, change: BlockChange) -> Result<(), CallError> {
        let operation =
            if change.after.is_some() { "PutPublicAccessBlock" } else { "DeletePublicAccessBlock" };
        if self.call(operation)? {
            self.block.set(change.after);
        }
        Ok(())
    }
}

pub(super) fn denied(action: &'static str) -> CallError {
    CallError::Denied(Denied { action, message: "no".to_owned() })
}

fn no_bucket() -> CallError {
    CallError::Refused { action: "s3:Any", code: "NoSuchBucket".to_owned(), message: "no bucket".to_owned() }
}

pub(super) fn throttled(action: &'static str) -> CallError {
    CallError::Passing { action, code: "SlowDown".to_owned(), message: "later".to_owned() }
}
