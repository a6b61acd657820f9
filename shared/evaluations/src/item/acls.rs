//! A bucket's ACL in its configuration item: JSON inside JSON, groups by their bare names.

use buckets::{Acl, Bucket, Grant, Grantee, Owner, PublicAccessBlock, ReadBucketAcls};
use document::{Fault, Node};
use remediation::{CallError, Tags};

use super::{OrItem, supplement, tags};

/// The groups of S3: what the item calls them, and their URIs.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee>
const GROUPS: [(&str, &str); 3] = [
    ("AllUsers", "http://acs.amazonaws.com/groups/global/AllUsers"),
    ("AuthenticatedUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"),
    ("LogDelivery", "http://acs.amazonaws.com/groups/s3/LogDelivery"),
];

/// What the item calls permissions, and S3's names for them.
const PERMISSIONS: [(&str, &str); 5] = [
    ("FullControl", "FULL_CONTROL"),
    ("Read", "READ"),
    ("ReadAcp", "READ_ACP"),
    ("Write", "WRITE"),
    ("WriteAcp", "WRITE_ACP"),
];

impl<P: ReadBucketAcls> ReadBucketAcls for OrItem<P> {
    async fn acl(&self, bucket: &Bucket<'_>) -> Result<Option<Acl>, CallError> {
        self.or(self.live.acl(bucket).await, |item| acl(item).map(|acl| acl.map(Some)))
    }

    async fn public_access_block(&self, bucket: &Bucket<'_>) -> Result<Option<PublicAccessBlock>, CallError> {
        let live = self.live.public_access_block(bucket).await;
        self.or(live, |item| block(item).map(|block| block.map(Some)))
    }

    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        self.live.account_block(bucket).await
    }

    async fn serves_website(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        self.live.serves_website(bucket).await
    }

    async fn acls_disabled(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        self.live.acls_disabled(bucket).await
    }

    async fn tags(&self, bucket: &Bucket<'_>) -> Result<Tags, CallError> {
        self.or(self.live.tags(bucket).await, tags)
    }
}

/// The ACL. Who or what is not known here makes all of it unreadable: it may be public.
fn acl(item: &Node<'_>) -> Result<Option<Acl>, Fault> {
    let Some(value) = supplement(item, "AccessControlList")? else { return Ok(None) };
    let node = Node::root(&value);
    let owner = match node.field("owner")? {
        Some(owner) => Owner { id: text(&owner, "id")?, display_name: text(&owner, "displayName")? },
        None => Owner { id: None, display_name: None },
    };
    if node.field("grantList")?.is_none() && node.field("grantSet")?.is_none() {
        return Ok(None);
    }
    let grants = [node.items_of("grantList")?, node.items_of("grantSet")?].concat();
    let grants = grants.iter().map(grant).collect::<Result<_, Fault>>()?;
    Ok(Some(Acl { owner, grants }))
}

fn grant(node: &Node<'_>) -> Result<Grant, Fault> {
    let permission = node.required("permission")?;
    let word = permission.text()?;
    let known = PERMISSIONS.iter().find(|(words, name)| word == *words || word == *name);
    let (_, name) = known.ok_or_else(|| permission.unexpected("a permission of S3"))?;
    Ok(Grant { grantee: grantee(&node.required("grantee")?)?, permission: (*name).to_owned() })
}

fn grantee(node: &Node<'_>) -> Result<Grantee, Fault> {
    let of = |kind: &str| Grantee {
        kind: kind.to_owned(),
        id: None,
        display_name: None,
        email_address: None,
        uri: None,
    };
    if let Ok(word) = node.text() {
        let known = GROUPS.iter().find(|(name, uri)| word == *name || word == *uri);
        let (_, uri) = known.ok_or_else(|| node.unexpected("a group of S3"))?;
        return Ok(Grantee { uri: Some((*uri).to_owned()), ..of("Group") });
    }
    let (id, email_address) = (text(node, "id")?, text(node, "emailAddress")?);
    match (&id, &email_address) {
        (Some(_), _) => Ok(Grantee { id, display_name: text(node, "displayName")?, ..of("CanonicalUser") }),
        (None, Some(_)) => Ok(Grantee { email_address, ..of("AmazonCustomerByEmail") }),
        (None, None) => Err(node.missing("id")),
    }
}

/// The bucket's Block Public Access, where the item has it.
pub(super) fn block(item: &Node<'_>) -> Result<Option<PublicAccessBlock>, Fault> {
    let Some(value) = supplement(item, "PublicAccessBlockConfiguration")? else { return Ok(None) };
    let node = Node::root(&value).in_any_spelling();
    let flag = |name| node.required(name)?.flag();
    Ok(Some(PublicAccessBlock {
        block_public_acls: flag("blockPublicAcls")?,
        ignore_public_acls: flag("ignorePublicAcls")?,
        block_public_policy: flag("blockPublicPolicy")?,
        restrict_public_buckets: flag("restrictPublicBuckets")?,
    }))
}

fn text(node: &Node<'_>, name: &str) -> Result<Option<String>, Fault> {
    Ok(node.text_of(name)?.map(ToOwned::to_owned))
}
