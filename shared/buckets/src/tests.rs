//! What the tests of the controls share.

use aws_sdk_s3::error::ErrorMetadata;
use events::{AccountId, BucketName, Region};
use remediation::Target;

/// A bucket that can be pointed at.
pub(crate) struct Bucket {
    name: BucketName,
    account: AccountId,
    region: Region,
}

impl Bucket {
    pub(crate) fn target(&self) -> Target<'_, BucketName> {
        Target { id: &self.name, account: &self.account, region: &self.region }
    }
}

pub(crate) fn bucket() -> Bucket {
    Bucket {
        name: BucketName::new("acme-reports").unwrap(),
        account: AccountId::new("210987654321").unwrap(),
        region: Region::new("eu-west-1").unwrap(),
    }
}

pub(crate) fn sdk_error(code: &str, message: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message(message).build()
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
