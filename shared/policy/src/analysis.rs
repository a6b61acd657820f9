//! Everything that is to be said about a policy.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::abilities::{self, Abilities, Bucket};
use crate::findings::Asked;
use crate::fix::{self, Fix, NoFix};
use crate::search::Budget;
use crate::search::inquiry::{Inquiry, Subject};
use crate::search::model::Model;
use crate::{Asking, Finding, Policy, Semantic, Statement, documented, findings, semantic};

/// What a policy is, why, and what can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Whether AWS's text calls it public: what S3 and AWS Config will say.
    pub documented: bool,
    /// Whether an outsider is let in.
    pub semantic: Semantic,
    /// What outsiders can do.
    pub abilities: Abilities,
    /// What is wrong, gravest first.
    pub findings: Vec<Finding>,
    /// The edit that closes it, or why there is none.
    pub fix: Result<Fix, NoFix>,
    /// The name of the bucket, where it was given.
    bucket: Option<String>,
}

/// Decides a policy, and explains the decision. The bucket is the one that the policy itself names.
#[must_use]
pub fn analyse(policy: &Policy, asking: Asking<'_>) -> Analysis {
    analyse_among(policy, asking, None, &|_| true)
}

/// Decides the policy of the bucket with this name, and explains the decision.
#[must_use]
pub fn analyse_bucket(policy: &Policy, asking: Asking<'_>, bucket: &str) -> Analysis {
    analyse_among(policy, asking, Some(bucket), &|_| true)
}

/// Decides the Allow statements that count, beside every Deny.
fn analyse_among(
    policy: &Policy,
    asking: Asking<'_>,
    bucket: Option<&str>,
    counts: &dyn Fn(&Statement) -> bool,
) -> Analysis {
    let counts = |statement: &Statement| statement.is_allow() && counts(statement);
    let mut semantic = Semantic::CLOSED;
    let mut abilities = Abilities::default();
    let documented = policy.statements.iter().filter(|own| counts(own)).any(documented::statement_is_public);
    let is_asked =
        |statement: &Statement| counts(statement) && findings::is_asked_about(statement, asking.trust);
    let mut budget = Budget::new(Budget::DEFAULT);
    let is_asked = policy.statements.iter().any(is_asked);
    let model = is_asked.then(|| Model::about(&[policy], bucket, asking, None, &mut budget));
    let findings = if let Some(model) = &model {
        let may_be_open = policy.statements.iter().any(|own| counts(own) && abilities::lets_in_services(own));
        let worlds = if may_be_open { model.outside() } else { Vec::new() };
        let subject = Subject::new(policy, &counts, &model.names);
        let inquiry = Inquiry::new(&subject, model, &worlds);
        if documented {
            semantic = semantic::decide_by(policy, &inquiry, &mut budget);
        }
        let shown = semantic.witness.as_ref();
        let bucket = &Bucket::of(policy, &model.names).or_of(shown);
        if may_be_open {
            let mut budget = Budget::new(Budget::DEFAULT * 4);
            abilities = abilities::seek(policy, bucket, &inquiry, (model, &worlds), shown, &mut budget);
        }
        let (semantic, inquiry) = (&semantic, &inquiry);
        let asked = Asked { trust: asking.trust, semantic, bucket, model, inquiry };
        findings::findings(policy, Some(asked), &counts)
    } else {
        findings::findings(policy, None, &counts)
    };
    Analysis {
        documented,
        semantic,
        abilities,
        findings,
        fix: fix::propose(policy, asking, model, &counts),
        bucket: bucket.map(str::to_owned),
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
        let mut analysis =
            analyse_among(policy, asking, self.bucket.as_deref(), &|statement| !is_accepted(statement.index));
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
        map.serialize_entry("abilities", &self.abilities.list)?;
        if !self.abilities.unknown.is_empty() {
            map.serialize_entry("abilities_unknown", &self.abilities.unknown)?;
        }
        map.serialize_entry("findings", &self.findings)?;
        match &self.fix {
            Ok(fix) => map.serialize_entry("fix", fix)?,
            Err(NoFix::NotPublic) => map.serialize_entry("fix", &None::<Fix>)?,
            Err(none) => map.serialize_entry("fix", &serde_json::json!({ "none": none.to_string() }))?,
        }
        map.end()
    }
}
