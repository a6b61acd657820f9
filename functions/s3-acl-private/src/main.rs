//! `s3-acl-private`: makes public S3 bucket ACLs private.
//!
//! May read and write bucket ACLs and Block Public Access of buckets, read that of the account and whether a
//! bucket has ACLs disabled or serves a website, and publish to its topic.

use std::process::ExitCode;

use buckets::S3Acl;
use s3::S3BucketAcls;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let function = match lambda::Function::start(&[s3::endpoint]).await {
        Ok(function) => function,
        Err(stopped) => return stopped,
    };
    let acls = S3BucketAcls::new(&function.sdk);
    function
        .run(s3::REHEARSED_BUCKET, |settings| {
            S3Acl::new(acls.clone(), settings.s3_acl, settings.mode_of("s3-acl"))
        })
        .await
}
