//! Reads that fail, one at a time: what was read and is public is said, what is unknown is said, and nothing else.

use remediation::{Denied, Remedy};

use super::*;

/// The reads beside the ACL's, and what each tells, where it may change the judgement.
const READS: [(&str, &str, Option<&str>); 4] = [
    ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", Some("Block Public Access of the bucket")),
    (
        "GetAccountPublicAccessBlock",
        "s3:GetAccountPublicAccessBlock",
        Some("Block Public Access of the account"),
    ),
    ("GetBucketWebsite", "s3:GetBucketWebsite", None),
    ("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", Some("Object Ownership of the bucket")),
];

/// Each way in which a call fails.
pub(super) fn failures(action: &'static str) -> [CallError; 4] {
    let message = || "the service's own words".to_owned();
    [
        CallError::Denied(Denied { action, message: message() }),
        CallError::Passing { action, code: "InternalError".to_owned(), message: message() },
        CallError::Refused { action, code: "MethodNotAllowed".to_owned(), message: message() },
        CallError::Incomplete { action, field: "IgnorePublicAcls" },
    ]
}

#[test]
fn a_public_grant_is_said_and_goes_whatever_else_cannot_be_read() {
    for (operation, action, what) in READS {
        for error in failures(action) {
            for mode in [Mode::Enforce, Mode::Observe] {
                if mode == Mode::Enforce && operation == "GetBucketOwnershipControls" {
                    continue;
                }
                let memory = Memory::of(listable()).failing(operation, error.clone());
                let report = take(&memory, PLAIN, mode);
                let [grant] = &report.findings[..] else { panic!("{:?}", report.findings) };
                assert_eq!((grant.kind, grant.remedy), ("public-grant", Remedy::Close), "{error}");
                let expected = if mode == Mode::Enforce { Outcome::Remediated } else { Outcome::Observed };
                assert_eq!(report.outcome, expected, "{error}");
                assert_eq!(memory.acl.borrow().is_public(), mode == Mode::Observe);

                // What is unknown is said where it matters, and nothing is claimed of it.
                let unread: Vec<&str> = report.unread.iter().map(|unread| unread.what.as_str()).collect();
                assert_eq!(unread, what.as_slice(), "{error}");
                assert_eq!(
                    grant.sentence().contains("unless what could not be read stops it"),
                    what.is_some()
                );
                assert!(
                    report.evidence.iter().any(|block| block.body.contains(&error.to_string())),
                    "{error}"
                );
                assert!(!grant.sentence().contains("website"), "{}", grant.sentence());
                // What is closed asks for no other look.
                let waits = mode == Mode::Observe && what.is_some() && error.is_passing();
                assert_eq!(report.is_unfinished(), waits, "{error} {mode:?}");
            }
        }
    }
}

#[test]
fn an_acl_that_cannot_be_read_is_failed() {
    for error in failures("s3:GetBucketAcl") {
        let memory = Memory::of(listable()).failing("GetBucketAcl", error.clone());
        let report = close(&memory, PLAIN);
        assert_eq!((report.outcome, failed(&report)), (Outcome::Failed, Some(&error)));
        assert!(report.findings.is_empty() && report.changes.is_empty());
    }
}
