//! A bucket that nobody has.

use aws::Rehearsed;

/// Nobody is granted anything.
const ACL: &str = "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList/></AccessControlPolicy>";
const NO_POLICY: &str = "<Error><Code>NoSuchBucketPolicy</Code><Message>rehearsed</Message></Error>";

/// A bucket without a grant and without a policy.
pub const REHEARSED_BUCKET: Rehearsed = Rehearsed {
    config_type: "AWS::S3::Bucket",
    id: "rehearsed",
    answer: |request| if request.uri().contains("?acl") { (200, ACL) } else { (404, NO_POLICY) },
};

#[cfg(test)]
mod tests {
    use events::Resource;

    use super::REHEARSED_BUCKET;

    #[test]
    fn it_may_be_a_bucket() {
        let resource = Resource::of_config(REHEARSED_BUCKET.config_type, REHEARSED_BUCKET.id);
        assert!(matches!(resource, Some(Resource::Bucket(_))), "{resource:?}");
    }
}
