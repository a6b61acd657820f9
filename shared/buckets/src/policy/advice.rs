//! What a person should do now about a policy.

use remediation::Assessment;

use super::assess::{PolicyAssessment, PolicyFinding};
use super::state::BucketPolicy;

/// Advice, a sentence or two a line.
pub(super) fn advice(assessment: &PolicyAssessment) -> Vec<String> {
    let is_blocked = assessment.analysed.is_some()
        && assessment.state.policy.as_ref().and_then(BucketPolicy::blocker).is_some();
    let found: Vec<&policy::Finding> = assessment
        .findings()
        .iter()
        .filter_map(|finding| if let PolicyFinding::Found(found) = finding { Some(found) } else { None })
        .collect();
    let is_public = found.iter().any(|found| found.kind.is_public());
    let public_only_to_services = is_public
        && found.iter().filter(|found| found.kind.is_public()).all(|found| found.is_way_of_services());
    let for_services = found.iter().any(|found| found.admits_services());
    // Whether it helps is not known where S3's verdict is not.
    let is_restricted = assessment.state.policy.as_ref().and_then(BucketPolicy::restricted).is_some();
    let has_no_verdict =
        assessment.findings().iter().any(|finding| matches!(finding, PolicyFinding::NoVerdict(_)));
    let advice: &[&str] = if has_no_verdict {
        &["Look at what S3 says of the policy, in the console's list of buckets or with `aws s3api \
           get-bucket-policy-status`: where it differs from the above, S3's word counts."]
    } else if public_only_to_services {
        &[
            "Correct the policy, for example by the fix below: Curfew does not change policies. RestrictPublicBuckets \
             does not stop AWS services.",
        ]
    } else if is_blocked && for_services {
        &[
            "Keep RestrictPublicBuckets on: it alone keeps the public out. It does not stop AWS services that act for \
             outside accounts.",
            "Then correct the policy, for example by the fix below: Curfew does not change policies.",
        ]
    } else if is_blocked {
        &[
            "Keep RestrictPublicBuckets on: it alone keeps the public out.",
            "Then correct the policy, for example by the fix below: Curfew does not change policies.",
        ]
    } else if is_public && is_restricted {
        &[
            "Decide whether the public has to get in. If not, correct the policy, for example by the fix below: \
             Curfew does not change policies.",
        ]
    } else if is_public && for_services {
        &[
            "Decide whether the public has to get in. If not, correct the policy, for example by the fix below: \
             Curfew does not change policies.",
            "To close it to the public at once, without changing the policy: turn on RestrictPublicBuckets in the \
             bucket's Block Public Access. It does not stop AWS services that act for outside accounts.",
        ]
    } else if is_public {
        &[
            "Decide whether the public has to get in. If not, correct the policy, for example by the fix below: \
             Curfew does not change policies.",
            "To close it at once, without changing the policy: turn on RestrictPublicBuckets in the bucket's \
             Block Public Access.",
        ]
    } else {
        &[
            "Decide whether that access is meant. If it is, name whom you trust in the settings; if not, correct \
           the policy.",
        ]
    };
    advice.iter().map(ToString::to_string).collect()
}
