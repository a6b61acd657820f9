//! Public grants as findings, in words.

use remediation::{Finding, Remedy, Severity};
use serde_json::json;

use super::state::{AclState, Grant, Grantee, PublicGroup};
use super::surroundings::{Effect, Fact, Surroundings};

/// A public grant that lets people in.
pub(super) const EFFECTIVE: &str = "public-grant";

/// A public grant that is there and lets nobody in.
const IGNORED: &str = "ignored-public-grant";

/// What is not acceptable about a bucket's ACL, most severe first.
pub(super) fn of_state(state: &AclState) -> Vec<Finding> {
    let around = state.surroundings.as_ref();
    if around.is_some_and(Surroundings::acls_are_disabled) {
        return Vec::new();
    }
    let effect = around.map_or(Effect::Now, Surroundings::effect);
    let unknowns = around.map(Surroundings::unknowns).unwrap_or_default().join(" and ");
    let grants = state.acl.grants.iter();
    let mut findings: Vec<Finding> = grants
        .filter_map(|grant| Some(of_grant(grant, grant.grantee.public_group()?, effect, &unknowns)))
        .collect();
    findings.extend(around.filter(|around| around.fails_to_block()).map(not_blocked));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let serves_website = around.is_some_and(|around| around.serves_website == Some(Fact::Known(true)));
    // Once, with the worst: it is what the alert begins with.
    if let (true, Some(worst)) = (serves_website, findings.first_mut()) {
        worst.summary.push_str("; the bucket serves a website");
    }
    findings
}

fn not_blocked(around: &Surroundings) -> Finding {
    Finding {
        kind: "public-acls-not-blocked",
        severity: Severity::Medium,
        // The next read finds no public grant, and so does not ask.
        remedy: Remedy::ByHand,
        summary: "BlockPublicAcls and IgnorePublicAcls of the bucket are not both on: turn them on by hand, \
                  Curfew does not come back to a bucket without public grants"
            .to_owned(),
        evidence: json!(around.public_access_block),
    }
}

fn of_grant(grant: &Grant, group: PublicGroup, effect: Effect, unknowns: &str) -> Finding {
    let who = match group {
        PublicGroup::AllUsers => "Anyone on the internet",
        PublicGroup::AuthenticatedUsers => "Anyone with any AWS account",
    };
    let (what, severity) = match grant.permission.as_str() {
        "READ" => ("list the bucket's objects", Severity::High),
        "WRITE" => ("create, overwrite and delete objects in the bucket", Severity::Critical),
        "READ_ACP" => ("read the bucket's ACL", Severity::Medium),
        "WRITE_ACP" => ("change the bucket's ACL, and so take everything", Severity::Critical),
        "FULL_CONTROL" => ("list, write and delete objects and change the bucket's ACL", Severity::Critical),
        _ => ("use the bucket", Severity::Critical),
    };
    let grants = grant.words();
    let (kind, severity, summary) = match effect {
        Effect::Now => (EFFECTIVE, severity, format!("{who} may {what} ({grants})")),
        Effect::Unknown => (
            EFFECTIVE,
            severity,
            format!("{who} may {what} ({grants}), unless what could not be read stops it: {unknowns}"),
        ),
        Effect::Ignored(by) => (
            IGNORED,
            if severity > Severity::Medium { Severity::Medium } else { Severity::Low },
            format!(
                "By ACL, {} may {what} ({grants}), but this has no effect now: IgnorePublicAcls of {by} is on",
                who.replacen('A', "a", 1)
            ),
        ),
    };
    Finding { kind, severity, remedy: Remedy::Close, summary, evidence: json!(grant) }
}

impl Grant {
    /// The grant in words, as in `grant READ to the group AllUsers`.
    pub(super) fn words(&self) -> String {
        let Grantee { kind, id, display_name, email_address, uri } = &self.grantee;
        let who = match (uri, id.as_ref().or(display_name.as_ref()).or(email_address.as_ref())) {
            (Some(uri), _) => format!("the group {}", uri.rsplit('/').next().unwrap_or(uri)),
            (None, Some(user)) => format!("the user {user}"),
            (None, None) => format!("a grantee of type {kind}"),
        };
        format!("grant {} to {who}", self.permission)
    }
}
