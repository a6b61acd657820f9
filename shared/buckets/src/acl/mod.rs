//! `s3-acl`: a bucket's ACL grants nothing to the public.
//!
//! # What each call is for
//!
//! One remediated ACL takes seven calls to S3, six in a process that has read the account's Block Public Access
//! within the last five minutes, and the alert's `Publish`; a bucket that is not public takes one.
//!
//! | call | why |
//! | --- | --- |
//! | `GetBucketAcl` | the grants; where none is public, nothing else is asked |
//! | `GetPublicAccessBlock` | whether the grants have an effect now (`IgnorePublicAcls`), and the flags before a change of them |
//! | `GetPublicAccessBlock` of the account | the same for the account's: the stricter wins |
//! | `GetBucketWebsite` | whether a website depends on the bucket |
//! | `GetBucketTagging` | whether tags exempt the bucket, where the settings let them and do not exempt it themselves |
//! | `PutBucketAcl` | the change; its answer also says whether ACLs are disabled (`BucketOwnerEnforced`) |
//! | `GetBucketAcl` | whether the change holds |
//!
//! *Object Ownership* has no call of its own where something is written, because S3 has no public ACL on a bucket
//! that disables ACLs: it refuses to disable them (`InvalidBucketAclWithObjectOwnership`) while the ACL grants
//! anything to anybody but the owner, `GetBucketAcl` then answers with the owner's full control alone, and
//! `PutBucketAcl` is refused with a code of its own, which is [`Written::AclsDisabled`].
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html>
//! Where nothing is written (`observe`), it is asked: then it is what no write says.
//!
//! With `s3_acl.block_public_acls`, a `GetBucketAcl` right after the change, `PutPublicAccessBlock` and a read of what it
//! wrote are added. Where the flags could not be read at first, the grants go all the same, and the flags are asked for
//! once more.
//!
//! *While `IgnorePublicAcls` is on*, S3 may answer `GetBucketAcl` with the permissions in force, not with the stored ACL:
//! finding nothing public is no proof then that no public grant is stored. So the grants are verified before the flags go
//! on, and the flags stay off where the grants did not go. Where the flag is on from the start, `compliant` says what is
//! in force.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>

mod accounts;
mod advice;
mod around;
mod assess;
mod commands;
mod control;
mod describe;
mod evidence;
mod plan;
mod port;
mod putting_back;
mod settings;
mod state;
mod undo;

pub use around::Around;
pub use assess::{AclAssessment, AclFinding, PublicGrant};
pub use control::S3Acl;
pub use plan::{AclChange, AclPlan, AclStep, AclWrite, BlockChange};
pub use port::{BucketAcls, NewAcl, ReadBucketAcls, Written};
pub use settings::{AclStyle, S3AclSettings};
pub use state::{Acl, AclState, Grant, Grantee, Owner, PublicGroup};

#[cfg(test)]
mod tests;
