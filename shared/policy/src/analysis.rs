//! Everything that is to be said about a policy.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::fix::{self, Fix, NoFix};
use crate::{Finding, Policy, Semantic, Trust, documented, findings, semantic};

/// What a policy is, why, and what can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Whether AWS's text calls it public: what S3 and AWS Config will say.
    pub documented: bool,
    /// Whether an outsider is let in.
    pub semantic: Semantic,
    /// What is wrong, gravest first.
    pub findings: Vec<Finding>,
    /// The edit that closes it, or why there is none.
    pub fix: Result<Fix, NoFix>,
}

/// Decides a policy, and explains the decision.
pub fn analyse(policy: &Policy, trust: &Trust) -> Analysis {
    let semantic = semantic::decide(policy, trust);
    let findings = findings::findings(policy, trust, &semantic);
    Analysis {
        documented: documented::is_public(policy),
        semantic,
        findings,
        fix: fix::propose(policy, trust),
    }
}

impl Serialize for Analysis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("documented", &self.documented)?;
        map.serialize_entry("semantic", &self.semantic.public)?;
        if self.semantic.bounded {
            map.serialize_entry("bounded", &true)?;
        }
        map.serialize_entry("witness", &self.semantic.witness)?;
        map.serialize_entry("findings", &self.findings)?;
        match &self.fix {
            Ok(fix) => map.serialize_entry("fix", fix)?,
            Err(NoFix::NotPublic) => map.serialize_entry("fix", &None::<Fix>)?,
            Err(none) => map.serialize_entry("fix", &serde_json::json!({ "none": none.to_string() }))?,
        }
        map.end()
    }
}
