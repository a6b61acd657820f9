//! Everything that is to be said about a policy.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::fix::{self, Fix, NoFix};
use crate::{Asking, Finding, Policy, Semantic, Statement, documented, findings, semantic};

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
#[must_use]
pub fn analyse(policy: &Policy, asking: Asking<'_>) -> Analysis {
    analyse_among(policy, asking, &|_| true)
}

/// Decides the Allow statements that count, beside every Deny.
fn analyse_among(policy: &Policy, asking: Asking<'_>, counts: &dyn Fn(&Statement) -> bool) -> Analysis {
    let counts = |statement: &Statement| statement.is_allow() && counts(statement);
    let semantic = semantic::decide_among(policy, asking, &counts);
    let findings = findings::findings(policy, asking, &semantic, &counts);
    Analysis {
        documented: policy.statements.iter().filter(|own| counts(own)).any(documented::statement_is_public),
        semantic,
        findings,
        fix: fix::propose(policy, asking, &counts),
    }
}

impl Analysis {
    /// What remains to be said when the findings that `exempt` picks are accepted. `policy` and `asking` must be
    /// those that were analysed.
    ///
    /// A statement whose being public is accepted counts no more: verdicts, witness and fix speak about the others,
    /// under the numbers that they have in the policy, and the fix leaves the statement as it is. Whom it names is
    /// still known to the policy's author, and every Deny still takes away. Other findings about it remain unless they
    /// are picked too.
    #[must_use]
    pub fn without(&self, policy: &Policy, asking: Asking<'_>, exempt: impl Fn(&Finding) -> bool) -> Self {
        let (accepted, mut remaining): (Vec<&Finding>, Vec<&Finding>) =
            self.findings.iter().partition(|finding| exempt(finding));
        let is_accepted = |statement: usize| {
            accepted.iter().any(|finding| finding.kind.is_public() && finding.statement == Some(statement))
        };
        if !policy.statements.iter().any(|statement| is_accepted(statement.index)) {
            return Self { findings: remaining.into_iter().cloned().collect(), ..self.clone() };
        }
        let mut analysis = analyse_among(policy, asking, &|statement| !is_accepted(statement.index));
        // That a statement which counts is public is never left out: its verdict would stand there without a finding.
        analysis.findings.retain(|finding| finding.kind.is_public() || !exempt(finding));
        remaining.retain(|finding| finding.statement.is_some_and(is_accepted));
        analysis.findings.extend(remaining.into_iter().cloned());
        findings::sort(&mut analysis.findings);
        analysis
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
