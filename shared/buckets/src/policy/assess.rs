//! What is worth saying about a policy: S3's verdict and the analyser's, the stricter wins.

use std::time::SystemTime;

use exemptions::Scope;
use policy::{Analysis, Asking, ParseError, Policy, Trust, analyse_bucket};
use remediation::{Assessment, Fact, Remedy, Unknown};

use super::settings::S3PolicySettings;
use super::state::{BucketPolicy, PolicyState};

/// The judgement of one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyAssessment {
    /// The state that was judged.
    pub state: PolicyState,
    /// The policy and what was found out about it, where it can be read.
    pub analysed: Option<(Policy, Analysis)>,
    /// Whom the policy may let in.
    trust: Trust,
    /// When the policy was judged.
    now: SystemTime,
    findings: Vec<PolicyFinding>,
}

/// One thing worth saying about a policy.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyFinding {
    /// Nobody can read it, so that it counts as public until a person has looked.
    Unreadable(ParseError),
    /// The analyser found this.
    Found(policy::Finding),
    /// The document could not be read: only S3's verdict is known.
    NoDocument {
        /// Why.
        unknown: Unknown,
        /// What S3 says.
        s3: bool,
    },
    /// S3's verdict could not be read, and by itself the analyser would say nothing.
    NoVerdict(Unknown),
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
    pub(super) fn of(state: &PolicyState, settings: &S3PolicySettings, now: SystemTime) -> Self {
        let trust = settings.trust(state.account.as_str());
        let (analysed, findings) = match &state.policy {
            Some(policy) => judge(policy, state.bucket.as_str(), settings, Asking { trust: &trust, now }),
            None => (None, Vec::new()),
        };
        Self { state: state.clone(), analysed, trust, now, findings }
    }

    /// The same judgement without what is exempt: every finding, or those about the statements that the scope names.
    ///
    /// What is left of the analyser's findings is said where it would be said of a policy without these statements.
    pub(super) fn exempt(self, scope: &Scope, settings: &S3PolicySettings) -> Self {
        let Scope { ports: None, sources: None, grantees: None, sids } = scope else { return self };
        let Some(sids) = sids else { return self.without(|_| None) };
        let is_exempt = |finding: &PolicyFinding| match finding {
            PolicyFinding::Found(found) => found.sid.as_ref().is_some_and(|sid| sids.contains(sid)),
            _ => false,
        };
        if !self.findings.iter().any(is_exempt) {
            return self;
        }
        let rest = self.without(|finding| (!is_exempt(&finding)).then_some(finding));
        if rest.is_worth_saying(settings) { rest } else { rest.without(|_| None) }
    }

    fn is_worth_saying(&self, settings: &S3PolicySettings) -> bool {
        let is_public = self
            .analysed
            .as_ref()
            .is_some_and(|(_, analysis)| analysis.documented || analysis.semantic.public);
        let is_asked_for = |finding: &PolicyFinding| match finding {
            PolicyFinding::Found(found) => settings.alerts_on(found.kind),
            _ => true,
        };
        is_public || self.findings.iter().any(is_asked_for)
    }

    /// Whether the switches of Block Public Access have a say in what was found: they do not stop AWS services, and do
    /// nothing about a policy that S3 does not call public.
    pub(super) fn goes_by_switches(&self) -> bool {
        let may_apply =
            self.state.policy.as_ref().is_some_and(|policy| policy.is_public != Fact::Known(false));
        may_apply && self.findings.iter().any(PolicyFinding::is_softened)
    }
}

impl PolicyFinding {
    /// Whether what keeps the public out makes it less urgent.
    pub(super) fn is_softened(&self) -> bool {
        match self {
            Self::Found(found) => !found.is_way_of_services(),
            Self::Unreadable(_)
            | Self::NoDocument { .. }
            | Self::NoVerdict(_)
            | Self::Disagreement { .. } => true,
        }
    }
}

fn judge(
    policy: &BucketPolicy,
    bucket: &str,
    settings: &S3PolicySettings,
    asking: Asking<'_>,
) -> (Option<(Policy, Analysis)>, Vec<PolicyFinding>) {
    let document = match (&policy.document, &policy.is_public) {
        (Fact::Known(document), _) => document,
        (Fact::Unknown(unknown), verdict) => {
            let (unknown, s3) = (unknown.clone(), verdict.known().copied().unwrap_or(true));
            return (None, vec![PolicyFinding::NoDocument { unknown, s3 }]);
        }
    };
    let parsed = match Policy::parse(document) {
        Ok(parsed) => parsed,
        Err(error) => return (None, vec![PolicyFinding::Unreadable(error)]),
    };
    let analysis = analyse_bucket(&parsed, asking, bucket);
    let s3 = policy.is_public.known().copied();
    let is_public = s3 == Some(true) || analysis.documented || analysis.semantic.public;
    let asked_for = analysis.findings.iter().any(|found| settings.alerts_on(found.kind));
    let mut findings = Vec::new();
    if is_public || asked_for {
        findings.extend(analysis.findings.iter().cloned().map(PolicyFinding::Found));
        let documented = analysis.documented;
        let disagreement = |s3| PolicyFinding::Disagreement { s3, documented };
        findings.extend(s3.filter(|s3| *s3 != documented).map(disagreement));
    }
    // The analyser's word alone is no reason to be silent.
    if findings.is_empty() {
        findings.extend(policy.is_public.unknown().cloned().map(PolicyFinding::NoVerdict));
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

    fn signature(&self, finding: &PolicyFinding) -> String {
        format!("{finding:?}")
    }

    fn may_pass(&self, finding: &PolicyFinding) -> bool {
        match finding {
            PolicyFinding::NoVerdict(unknown) | PolicyFinding::NoDocument { unknown, s3: false } => {
                unknown.is_passing()
            }
            _ => false,
        }
    }

    fn may_be_said_better(&self, finding: &PolicyFinding) -> bool {
        matches!(finding, PolicyFinding::NoDocument { unknown, .. } if unknown.is_passing())
    }

    /// A statement whose being public is taken out counts no more, in the verdict, the proof and the fix neither.
    fn without(mut self, stays: impl FnMut(PolicyFinding) -> Option<PolicyFinding>) -> Self {
        let stay: Vec<PolicyFinding> = self.findings.iter().cloned().filter_map(stays).collect();
        let is_out = |found: &policy::Finding| {
            let found = PolicyFinding::Found(found.clone());
            self.findings.contains(&found) && !stay.contains(&found)
        };
        let Some((policy, analysis)) = self.analysed else { return Self { findings: stay, ..self } };
        let asking = Asking { trust: &self.trust, now: self.now };
        let analysis = analysis.without(&policy, asking, is_out);
        let found = analysis.findings.iter().cloned().map(PolicyFinding::Found);
        let others = stay.into_iter().filter(|one| !matches!(one, PolicyFinding::Found(_)));
        self.findings = found.chain(others).collect();
        self.analysed = Some((policy, analysis));
        self
    }
}
