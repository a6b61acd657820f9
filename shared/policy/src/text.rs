//! The explanation of a policy for a person.

use std::fmt::Write as _;

use crate::{
    Analysis, Finding, FindingKind, NoFix, ORGANIZATION_PLACEHOLDER, ParseError, Policy, abilities, words,
};

/// One sentence that says what matters most: of one kind of caller, and what that caller can do after every Deny. What
/// is not known is said in it.
#[must_use]
pub fn headline(analysis: &Analysis, bucket: &str) -> String {
    let doubts = abilities::doubts(&analysis.abilities, bucket).join(", and ");
    let certain = analysis.findings.first().map(|finding| certain(finding, analysis, bucket));
    match (certain, doubts.as_str()) {
        (Some(certain), "") => certain,
        (Some(certain), doubts) => format!("{}; {doubts}.", certain.trim_end_matches('.')),
        (None, "") => format!("Nobody outside is let in to `{bucket}` by its policy."),
        (None, doubts) => format!("The policy of `{bucket}` is too intricate to be decided: {doubts}."),
    }
}

/// What is certain of what matters most.
fn certain(finding: &Finding, analysis: &Analysis, bucket: &str) -> String {
    let place = finding.place();
    match finding.kind {
        FindingKind::Public
        | FindingKind::PublicButForCallerKey
        | FindingKind::NetworksCoverInternet
        | FindingKind::AnonymousByName
        | FindingKind::AllowNotPrincipal
        | FindingKind::ConfusedDeputy => {
            if let Some(phrase) = abilities::phrases(&analysis.abilities, bucket).into_iter().next() {
                return format!("{phrase}.");
            }
            if analysis.semantic.bounded {
                return format!(
                    "The policy of `{bucket}` is too intricate to be decided, so it counts as public."
                );
            }
            finding.grants(bucket)
        }
        FindingKind::PublicButForDeny => {
            format!(
                "Only a `Deny` keeps outsiders out of what {place} of the policy of `{bucket}` allows; by AWS's \
                 documentation it is public."
            )
        }
        FindingKind::PublicByText => {
            format!(
                "By AWS's documentation the policy of `{bucket}` is public for {place}, although no outsider gets in by \
                 it."
            )
        }
        FindingKind::UnsourcedService => {
            format!("`{}` need not say for whom it acts on `{bucket}`.", finding.principal)
        }
        FindingKind::ServiceShutOut => {
            format!(
                "The policy of `{bucket}` names `{}` under a condition that none of its calls can meet.",
                finding.principal
            )
        }
        FindingKind::PowerfulAccess
        | FindingKind::OutsideAccount
        | FindingKind::OutsideOrganization
        | FindingKind::OutsideCanonicalUser
        | FindingKind::OutsideNetwork => finding.grants(bucket),
        FindingKind::Refused => format!("S3 refuses the policy of `{bucket}`, so it grants nothing."),
    }
}

/// The whole explanation: a leading sentence, each finding with its statement and the reasons, the request that shows
/// it, the proposed fix, the policy.
#[must_use]
pub fn explain_text(policy: &Policy, analysis: &Analysis, bucket: &str) -> String {
    let mut text = headline(analysis, bucket);
    text.push('\n');
    let verdict = |public: bool| if public { "public" } else { "not public" };
    let _ = writeln!(
        text,
        "\nBy AWS's text (what S3 and AWS Config say): {}. By what it lets in: {}.",
        verdict(analysis.documented),
        verdict(analysis.semantic.public)
    );
    text.push_str(&why(policy, analysis, bucket));
    if let Some(proposal) = proposal(analysis) {
        let _ = writeln!(text, "\nProposed fix (not applied):\n{proposal}");
    }
    let _ = writeln!(text, "\nThe policy:\n{:#}", policy.document());
    text
}

/// How many findings are described; those that come after are counted.
const MOST_FINDINGS: usize = 20;

/// Each finding with its statement and the reasons, what outsiders can do, and the request that shows it.
#[must_use]
pub fn why(policy: &Policy, analysis: &Analysis, bucket: &str) -> String {
    let mut text = String::new();
    for finding in analysis.findings.iter().take(MOST_FINDINGS) {
        describe(finding, policy, &mut text);
    }
    if analysis.findings.len() > MOST_FINDINGS {
        let more = counts::counted(analysis.findings.len() - MOST_FINDINGS, "more finding");
        let _ = writeln!(text, "\nAnd {more}, none graver than these.");
    }
    let phrases = abilities::phrases(&analysis.abilities, bucket);
    if !phrases.is_empty() {
        let _ = writeln!(text, "\nWhat outsiders can do, after every Deny:");
    }
    for phrase in phrases {
        let _ = writeln!(text, "  {phrase}.");
    }
    let doubts = abilities::doubts(&analysis.abilities, bucket);
    if !doubts.is_empty() {
        let _ = writeln!(text, "\nThe policy is too intricate for all to be decided:");
    }
    for doubt in doubts {
        let _ = writeln!(text, "  {doubt}.");
    }
    if let Some(witness) = &analysis.semantic.witness {
        let (caller, action, resource) = (witness.caller.describe(), &witness.action, &witness.resource);
        let _ = writeln!(text, "\nFor example, {caller} may call {action} on {resource}");
        for (key, values) in &witness.context {
            let _ = writeln!(text, "    with {key} = {}", values.join(", "));
        }
    }
    text
}

/// The fix, or why there is none; `None` where nothing has to be fixed.
#[must_use]
pub fn proposal(analysis: &Analysis) -> Option<String> {
    let mut text = String::new();
    match &analysis.fix {
        Ok(fix) => {
            for sentence in &fix.summary {
                let _ = writeln!(text, "  {sentence}");
            }
            for sentence in fix.shuts_out.iter().chain(&fix.leaves) {
                let _ = writeln!(text, "  {sentence}");
            }
            for placeholder in &fix.fill_in {
                let what = if *placeholder == ORGANIZATION_PLACEHOLDER {
                    "the id (`o-...`) of the organization of the account that owns the bucket"
                } else {
                    "the 12 digits of the account that owns the bucket"
                };
                let _ = writeln!(text, "  Replace {placeholder} by {what}.");
            }
            let _ = write!(text, "\nThe policy after the fix:\n{:#}", fix.policy);
        }
        Err(NoFix::NotPublic) => return None,
        Err(none) => {
            let _ = write!(text, "  None: {none}.");
        }
    }
    Some(text)
}

/// What is said of a text that is no policy.
#[must_use]
pub fn explain_refusal(error: &ParseError, bucket: &str) -> String {
    format!(
        "The policy of `{bucket}` cannot be read, so it counts as public until a person has looked: {error}.\n"
    )
}

fn describe(finding: &Finding, policy: &Policy, text: &mut String) {
    let statement = finding.statement.and_then(|index| policy.statements.get(index));
    let place = statement.map_or_else(|| "the document".to_owned(), ToString::to_string);
    let severity = format!("{:?}", finding.severity).to_uppercase();
    let _ = writeln!(text, "\n{severity}, {place}: {}", finding.kind.title());
    if !finding.grant.is_empty() {
        let _ = writeln!(text, "  It allows {}: {}.", finding.party(), finding.grant);
    }
    for reason in &finding.reasons {
        let _ = writeln!(text, "  - {reason}");
    }
}

impl Finding {
    /// The finding in one sentence, without the full stop, as in `statement 1: public (everyone)`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let title = self.kind.title();
        match self.principal.as_str() {
            "" => format!("{}: {title}", self.place()),
            _ => format!("{}: {title} ({})", self.place(), self.party()),
        }
    }

    fn place(&self) -> String {
        match (self.statement, &self.sid) {
            (Some(index), Some(sid)) if !sid.is_empty() => format!("statement {} (`{sid}`)", index + 1),
            (Some(index), _) => format!("statement {}", index + 1),
            (None, _) => "the policy".to_owned(),
        }
    }

    fn party(&self) -> &str {
        if self.principal == "*" { "everyone" } else { &self.principal }
    }

    /// What the statement grants, as a sentence.
    fn grants(&self, bucket: &str) -> String {
        let place = self.place();
        let named = match self.kind {
            FindingKind::OutsideAccount
            | FindingKind::OutsideOrganization
            | FindingKind::OutsideCanonicalUser
            | FindingKind::OutsideNetwork => ", which the settings do not name",
            _ => "",
        };
        format!(
            "In the policy of `{bucket}`, {place} allows {}{named}: {}.",
            words::short(self.party()),
            self.grant
        )
    }
}
