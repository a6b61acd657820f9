//! Each call: what is asked, and how each answer is taken.

mod acls;
mod block;
mod listing;
mod policies;
mod retries;
mod tags;
mod whereabouts;

use aws_sdk_s3::error::ErrorMetadata;
use events::{AccountId, BucketName, Region};
use remediation::Target;

/// A bucket that can be pointed at.
struct Bucket {
    name: BucketName,
    account: AccountId,
    region: Region,
}

impl Bucket {
    fn target(&self) -> Target<'_, BucketName> {
        Target { id: &self.name, account: &self.account, region: &self.region }
    }
}

fn bucket() -> Bucket {
    Bucket {
        name: BucketName::new("acme-reports").unwrap(),
        account: AccountId::new("210987654321").unwrap(),
        region: Region::new("eu-west-1").unwrap(),
    }
}

fn sdk_error(code: &str, message: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message(message).build()
}
