//! What is worth saying about a policy: S3's verdict and the analyser's, the stricter wins.

use policy::{Analysis, ParseError, Policy, analyse};
use remediation::{Assessment, Remedy};

use super::settings::S3PolicySettings;
use super::state::{BucketPolicy, PolicyState};

/// The judgement of one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyAssessment {
    /// The state that was judged.
    pub state: PolicyState,
    /// The policy and what was found out about it, where it can be read.
    pub analysed: Option<(Policy, Analysis)>,
    findings: Vec<PolicyFinding>,
}

/// One thing worth saying about a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyFinding {
    /// Nobody can read it, so that it counts as public until a person has looked.
    Unreadable(ParseError),
    /// The analyser found this.
    Found(policy::Finding),
    /// S3's verdict is not what AWS's text, read by the analyser, says: one of the two is wrong, and a person should
    /// know.
    Disagreement {
        /// What S3 says.
        s3: bool,
        /// What the text says.
        documented: bool,
    },
}

impl PolicyAssessment {
    /// Judges a policy. Nothing is found where neither S3 nor the analyser calls it public and the settings ask for
    /// nothing of what it found.
    pub(super) fn of(state: &PolicyState, settings: &S3PolicySettings) -> Self {
        let (analysed, findings) = match &state.policy {
            Some(policy) => judge(state, policy, settings),
            None => (None, Vec::new()),
        };
        Self { state: state.clone(), analysed, findings }
    }
}

fn judge(
    state: &PolicyState,
    policy: &BucketPolicy,
    settings: &S3PolicySettings,
) -> (Option<(Policy, Analysis)>, Vec<PolicyFinding>) {
    let parsed = match Policy::parse(&policy.document) {
        Ok(parsed) => parsed,
        Err(error) => return (None, vec![PolicyFinding::Unreadable(error)]),
    };
    let analysis = analyse(&parsed, &settings.trust(state.account.as_str()));
    let is_public = policy.is_public || analysis.documented || analysis.semantic.public;
    let asked_for = analysis.findings.iter().any(|found| settings.alerts_on(found.kind));
    let mut findings = Vec::new();
    if is_public || asked_for {
        findings.extend(analysis.findings.iter().cloned().map(PolicyFinding::Found));
        let (s3, documented) = (policy.is_public, analysis.documented);
        findings.extend((s3 != documented).then_some(PolicyFinding::Disagreement { s3, documented }));
    }
    (Some((parsed, analysis)), findings)
}

impl Assessment for PolicyAssessment {
    type Finding = PolicyFinding;

    fn findings(&self) -> &[PolicyFinding] {
        &self.findings
    }

    fn remedy(&self, _finding: &PolicyFinding) -> Remedy {
        Remedy::Report
    }

    fn without(self, stays: impl FnMut(PolicyFinding) -> Option<PolicyFinding>) -> Self {
        Self { findings: self.findings.into_iter().filter_map(stays).collect(), ..self }
    }
}
