//! `s3-policy-alert`: publishes public S3 bucket policies to SNS.
//!
//! May read bucket policies and their Block Public Access, and publish to its topic; it changes nothing.

use std::process::ExitCode;

use buckets::S3Policy;
use s3::S3BucketPolicies;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let function = match lambda::Function::start(&[s3::endpoint]).await {
        Ok(function) => function,
        Err(stopped) => return stopped,
    };
    let policies = S3BucketPolicies::new(&function.sdk);
    function
        .run(s3::REHEARSED_BUCKET, |settings| S3Policy::new(policies.clone(), settings.s3_policy.clone()))
        .await
}
