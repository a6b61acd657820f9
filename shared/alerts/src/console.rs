//! Where the AWS console shows a resource.

use events::{Resource, Subject};

/// The console's page for a subject, or `None` in a partition whose console has no public address.
pub(crate) fn link(subject: &Subject) -> Option<String> {
    let region = &subject.region;
    let host = subject.partition().console_host(region)?;
    match &subject.resource {
        Resource::Bucket(name) => {
            Some(format!("https://{host}/s3/buckets/{name}?region={region}&tab=permissions"))
        }
        Resource::SecurityGroup(id) => {
            Some(format!("https://{host}/ec2/home?region={region}#SecurityGroup:groupId={id}"))
        }
        _ => None,
    }
}
