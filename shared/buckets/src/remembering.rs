//! What is the same for all buckets of an account, asked once, for those who look at all of them at one time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use events::{AccountId, BucketName};
use remediation::{CallError, Place, Tags};

use crate::{Bucket, BucketPolicies, ListBuckets, PolicyAnswer, PublicAccessBlock};

/// A port that remembers the Block Public Access of an account for as long as it lives. What could not be read is asked
/// again.
#[derive(Debug)]
pub struct Remembering<P> {
    port: P,
    accounts: Mutex<HashMap<AccountId, PublicAccessBlock>>,
}

impl<P> Remembering<P> {
    /// What `port` answers.
    pub fn of(port: P) -> Self {
        Self { port, accounts: Mutex::default() }
    }
}

impl<P: ListBuckets> ListBuckets for Remembering<P> {
    async fn buckets(&self, place: &Place<'_>) -> Result<Vec<BucketName>, CallError> {
        self.port.buckets(place).await
    }
}

impl<P: BucketPolicies> BucketPolicies for Remembering<P> {
    async fn document(&self, bucket: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
        self.port.document(bucket).await
    }

    async fn is_public(&self, bucket: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
        self.port.is_public(bucket).await
    }

    async fn public_access_block(
        &self,
        bucket: &Bucket<'_>,
    ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
        self.port.public_access_block(bucket).await
    }

    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        let known = self.accounts.lock().unwrap_or_else(PoisonError::into_inner).get(bucket.account).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let block = self.port.account_block(bucket).await?;
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(*accounts.entry(bucket.account.clone()).or_insert(block))
    }

    async fn tags(&self, bucket: &Bucket<'_>) -> Result<Tags, CallError> {
        self.port.tags(bucket).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use events::Region;
    use futures_util::FutureExt;

    use super::*;

    /// Answers these about accounts, and counts how often it is asked.
    struct Answers {
        accounts: RefCell<Vec<Result<PublicAccessBlock, CallError>>>,
        asked: Cell<u32>,
    }

    impl BucketPolicies for Answers {
        async fn document(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
            Ok(PolicyAnswer::NoPolicy)
        }

        async fn is_public(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
            Ok(PolicyAnswer::NoPolicy)
        }

        async fn public_access_block(
            &self,
            _: &Bucket<'_>,
        ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
            Ok(PolicyAnswer::NoBucket)
        }

        async fn account_block(&self, _: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
            self.asked.set(self.asked.get() + 1);
            self.accounts.borrow_mut().pop().unwrap()
        }

        async fn tags(&self, _: &Bucket<'_>) -> Result<Tags, CallError> {
            Ok(Tags::new())
        }
    }

    #[test]
    fn an_account_is_asked_until_it_answers_and_each_account_by_itself() {
        let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
        let off = PublicAccessBlock::default();
        let no = CallError::Incomplete { action: "s3:GetAccountPublicAccessBlock", field: "none" };
        let answers = RefCell::new(vec![Ok(off), Ok(on), Err(no.clone())]);
        let port = Remembering::of(Answers { accounts: answers, asked: Cell::new(0) });
        let region = Region::new("eu-central-1").unwrap();
        let of = |bucket: &str, account: &str| {
            let (id, account) = (BucketName::new(bucket).unwrap(), AccountId::new(account).unwrap());
            let bucket = Bucket { id: &id, account: &account, region: &region };
            port.account_block(&bucket).now_or_never().unwrap()
        };
        assert_eq!(of("acme-1", "111122223333"), Err(no));
        assert_eq!(of("acme-1", "111122223333"), Ok(on));
        assert_eq!(of("acme-2", "111122223333"), Ok(on));
        assert_eq!(of("acme-3", "444455556666"), Ok(off));
        assert_eq!(of("acme-4", "111122223333"), Ok(on));
        assert_eq!(port.port.asked.get(), 3);
    }
}
