//! The explanation of a policy for a person.

use std::fmt::Write as _;

use crate::{Access, Analysis, CallerKind, Finding, FindingKind, NoFix, ParseError, Policy};

/// One sentence that says what matters most.
#[must_use]
pub fn headline(analysis: &Analysis, bucket: &str) -> String {
    let Some(finding) = analysis.findings.first() else {
        return format!("Nobody outside is let in to `{bucket}` by its policy.");
    };
    let may = may(&finding.access, bucket);
    match finding.kind {
        FindingKind::Public if analysis.semantic.bounded => {
            format!("The policy of `{bucket}` is too intricate to be decided, so it counts as public.")
        }
        FindingKind::Public => format!("{} can {may}.", who(analysis)),
        FindingKind::PublicButForCallerKey => {
            format!("{} who sends the right header or parameter can {may}.", who(analysis))
        }
        FindingKind::PublicButForDeny => {
            format!("Only a `Deny` keeps the internet out of `{bucket}`; S3 calls its policy public.")
        }
        FindingKind::PublicByText => {
            format!("S3 calls the policy of `{bucket}` public, although no outsider gets in by it.")
        }
        FindingKind::NetworksCoverInternet => {
            format!("Address blocks that together cover the internet let practically anyone {may}.")
        }
        FindingKind::AnonymousByName => format!("Anyone on the internet can {may}."),
        FindingKind::AllowNotPrincipal => format!("Everyone who is not listed can {may}."),
        FindingKind::PowerfulAccess => format!("{} can {may}.", finding.principal),
        FindingKind::ConfusedDeputy => {
            format!("Anybody's resources can make `{}` {may}.", finding.principal)
        }
        FindingKind::UnsourcedService => {
            format!("`{}` need not say for whom it acts on `{bucket}`.", finding.principal)
        }
        FindingKind::ServiceShutOut => {
            format!(
                "`{}` is let in to `{bucket}` under a condition that no service can meet.",
                finding.principal
            )
        }
        FindingKind::OutsideAccount
        | FindingKind::OutsideOrganization
        | FindingKind::OutsideCanonicalUser
        | FindingKind::OutsideNetwork => {
            format!("`{}`, which the settings do not name, can {may}.", finding.principal)
        }
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
    text.push_str(&why(policy, analysis));
    if let Some(proposal) = proposal(analysis) {
        let _ = writeln!(text, "\nProposed fix (not applied):\n{proposal}");
    }
    let _ = writeln!(text, "\nThe policy:\n{:#}", policy.document());
    text
}

/// Each finding with its statement and the reasons, and the request that shows it.
#[must_use]
pub fn why(policy: &Policy, analysis: &Analysis) -> String {
    let mut text = String::new();
    for finding in &analysis.findings {
        describe(finding, policy, &mut text);
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
            for placeholder in &fix.fill_in {
                let _ = writeln!(
                    text,
                    "  Replace {placeholder} by the 12 digits of the account that owns the bucket."
                );
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
    if !finding.principal.is_empty() {
        let principal = if finding.principal == "*" { "everyone" } else { &finding.principal };
        let access: Vec<&str> = finding.access.iter().map(|class| class.verb()).collect();
        let _ = writeln!(text, "  Lets {principal} {}.", access.join(", "));
    }
    for reason in &finding.reasons {
        let _ = writeln!(text, "  - {reason}");
    }
}

impl Finding {
    /// The finding in one sentence, without the full stop, as in `statement 1: public (everyone)`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let place = match (self.statement, &self.sid) {
            (Some(index), Some(sid)) if !sid.is_empty() => format!("statement {} (`{sid}`)", index + 1),
            (Some(index), _) => format!("statement {}", index + 1),
            (None, _) => "the policy".to_owned(),
        };
        match self.principal.as_str() {
            "" => format!("{place}: {}", self.kind.title()),
            "*" => format!("{place}: {} (everyone)", self.kind.title()),
            principal => format!("{place}: {} ({principal})", self.kind.title()),
        }
    }
}

fn who(analysis: &Analysis) -> &'static str {
    match analysis.semantic.witness.as_ref().map(|witness| witness.caller.kind) {
        Some(CallerKind::Anonymous) | None => "Anyone on the internet",
        Some(CallerKind::Service) => "Anyone with an AWS account, through an AWS service,",
        Some(CallerKind::WebIdentity) => "Anyone with an account at the identity provider",
        Some(_) => "Anyone with an AWS account",
    }
}

fn may(access: &[Access], bucket: &str) -> String {
    if access.contains(&Access::Everything) {
        return format!("do everything in `{bucket}`");
    }
    let verbs: Vec<&str> = access
        .iter()
        .rev()
        .filter(|class| **class != Access::Permissions)
        .map(|class| class.verb())
        .collect();
    let permissions = access.contains(&Access::Permissions);
    match (verbs.as_slice(), permissions) {
        ([], true) => format!("change the permissions of `{bucket}`"),
        ([], false) => format!("use `{bucket}`"),
        (["read"], false) => format!("read every object in `{bucket}`"),
        (verbs, false) => format!("{} objects in `{bucket}`", join(verbs)),
        (verbs, true) => format!("{} objects in `{bucket}` and change its permissions", join(verbs)),
    }
}

fn join(verbs: &[&str]) -> String {
    match verbs {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        verbs => verbs.concat(),
    }
}
