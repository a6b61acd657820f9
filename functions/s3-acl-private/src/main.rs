//! `s3-acl-private`: makes public S3 bucket ACLs private.
//!
//! May read and write bucket ACLs, and publish to its topic.

use std::process::ExitCode;

use buckets::{S3Acl, S3BucketAcls};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let function = match lambda::Function::start().await {
        Ok(function) => function,
        Err(stopped) => return stopped,
    };
    let control = S3Acl::new(S3BucketAcls::new(&function.sdk), function.settings.s3_acl);
    function.run(control).await
}
