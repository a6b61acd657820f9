//! Records by hand, as the table has them.

use std::time::{Duration, SystemTime};

use remediation::clock::parse;
use remediation::ledger::Record;
use report::{Details, Gathering, Period, Report};
use serde_json::{Value, json};

/// The key of the public grant that is removed.
pub(crate) const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

pub(crate) fn at(text: &str) -> SystemTime {
    parse(text).unwrap()
}

/// November 2026.
pub(crate) fn november() -> Period {
    Period { since: Some(at("2026-11-01T00:00:00Z")), until: Some(at("2026-12-01T00:00:00Z")) }
}

fn grant() -> Value {
    json!({ "Grantee": { "Type": "Group", "URI": ALL_USERS }, "Permission": "READ" })
}

/// A record of a bucket: begun at `at`, over two seconds later.
pub(crate) struct Made(pub(crate) Value);

pub(crate) fn record(name: &str, at: &str, outcome: &str) -> Made {
    let arn = format!("arn:aws:s3:::{name}");
    let over = remediation::clock::rfc3339(self::at(at) + Duration::from_secs(2));
    let acl = json!({ "Owner": { "ID": "me" }, "Grants": [] });
    let finding = json!({
        "kind": "public-grant", "severity": "high", "remedy": "close", "summary": format!("Anyone on the internet may list {name}"),
        "evidence": grant(),
    });
    Made(json!({
        "id": format!("{at}.s3-acl.5f2c9a1e@{arn}"),
        "control": "s3-acl",
        "subject": {
            "kind": "s3-bucket", "id": name, "account": "210987654321", "region": "eu-west-1",
            "cause": { "trigger": "CloudTrail call PutBucketAcl" },
        },
        "mode": "enforce",
        "situation": "open",
        "attempts": [{
            "at": at, "request_id": "r1", "curfew": "0.1.0", "mode": "enforce", "lease_until": over,
            "findings": [finding],
            "before": { "Owner": { "ID": "me" }, "Grants": [grant()] },
            "plan": { "steps": [{ "write": { "acl": { "Grants": acl }, "removed": [grant()], "added": [], "may_be_refused": false } }] },
            "result": { "at": over, "outcome": outcome, "changes": [{ "removed": grant() }], "after": acl, "remaining": [] },
        }],
        "told": [{ "at": over, "to": "topic", "situation": "open" }],
        "end": { "at": over, "outcome": outcome },
    }))
}

impl Made {
    /// The same, where `pointer` holds something else.
    pub(crate) fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        self.0.pointer_mut(parent).unwrap()[key] = value;
        self
    }

    /// The same, which nobody changed anything for.
    pub(crate) fn unchanged(self) -> Self {
        self.with("/attempts/0/result/changes", json!([])).with("/attempts/0/result/after", Value::Null)
    }

    pub(crate) fn opened(self, by: &str, since: &str) -> Self {
        self.with("/subject/cause/opened_by", json!(by)).with("/subject/cause/open_since", json!(since))
    }

    /// The same, which is not over.
    pub(crate) fn open(mut self) -> Self {
        self.0.as_object_mut().unwrap().shift_remove("end");
        self
    }

    pub(crate) fn record(&self) -> Record {
        serde_json::from_value(self.0.clone()).unwrap()
    }

    /// As a line of a file.
    pub(crate) fn line(&self) -> String {
        self.0.to_string()
    }
}

/// A line of the log.
pub(crate) fn line(name: &str, at: &str, outcome: &str) -> Made {
    Made(json!({
        "timestamp": at, "level": "INFO", "message": format!("bucket {name}: {outcome}"), "service": "curfew",
        "function_name": "curfew-s3-acl-private", "control": "s3-acl", "resource": name, "arn": format!("arn:aws:s3:::{name}"),
        "account": "210987654321", "region": "eu-west-1", "cause": "AWS Config rule r", "mode": "enforce", "outcome": outcome,
        "findings": [], "changes": [], "duration_ms": 7, "api_calls": 2, "alert": "none",
    }))
}

pub(crate) fn gathering() -> Gathering {
    Gathering::new(november(), Details::All)
}

pub(crate) fn report(records: &[Made]) -> Report {
    let mut gathering = gathering();
    for made in records {
        gathering.record(&made.record());
    }
    finish(gathering)
}

pub(crate) fn finish(gathering: Gathering) -> Report {
    gathering.report(
        at("2026-11-30T12:00:00Z"),
        "account 210987654321 in eu-west-1".to_owned(),
        "curfew".to_owned(),
    )
}

pub(crate) fn json_of(report: &Report) -> Value {
    let mut out = Vec::new();
    report::json(report, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}
