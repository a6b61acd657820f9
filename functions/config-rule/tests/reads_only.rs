//! What the function's controls reach AWS through reads only, though the ports behind it could write.

use buckets::BucketAcls;
use ec2::Ec2SecurityGroups;
use evaluations::OrItem;
use s3::S3BucketAcls;
use security_groups::SecurityGroups;

/// Ambiguous, so that naming it does not compile, for a port that may change something.
trait ReadsOnly<Why> {
    fn reads_only() {}
}
struct ByItself;
struct ChangesAcls;
struct ChangesGroups;
impl<P> ReadsOnly<ByItself> for P {}
impl<P: BucketAcls> ReadsOnly<ChangesAcls> for P {}
impl<P: SecurityGroups> ReadsOnly<ChangesGroups> for P {}

fn changes_acls<P: BucketAcls>() {}
fn changes_groups<P: SecurityGroups>() {}

#[test]
fn nothing_can_be_changed_through_what_an_item_stands_in_for() {
    // Of the ports behind it these two compile, and a call of `reads_only` would not.
    changes_acls::<S3BucketAcls>();
    changes_groups::<Ec2SecurityGroups>();
    <OrItem<S3BucketAcls> as ReadsOnly<_>>::reads_only();
    <OrItem<Ec2SecurityGroups> as ReadsOnly<_>>::reads_only();
}
