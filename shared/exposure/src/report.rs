//! What a person reads about a group.

use std::fmt;

use network::{Assessment, Cut, Exposure, Finding, Handling, Plan, Protocol, RuleId};

use crate::SecurityGroup;

/// How many services of a finding are named.
const NAMED_SERVICES: usize = 6;

/// A group's findings and plan as text, one line each.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The group.
    pub group: &'a SecurityGroup,
    /// Its judgement.
    pub assessment: &'a Assessment,
    /// What would close it.
    pub plan: &'a Plan,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.group.id)?;
        if let Some(name) = &self.group.name {
            write!(f, " ({name})")?;
        }
        let Assessment { findings, unreadable } = self.assessment;
        if findings.is_empty() && unreadable.is_empty() {
            return writeln!(f, ": nothing is open that should not be");
        }
        writeln!(f, ":")?;
        for finding in findings {
            writeln!(f, "  {}", describe(finding))?;
        }
        for source in unreadable {
            let list = &source.prefix_list_id;
            writeln!(
                f,
                "  {list}: this prefix list could not be read, so what it opens is unknown: {}",
                joined(&source.rule_ids)
            )?;
        }
        for restoration in &self.plan.restore {
            writeln!(f, "  first put back: {}", restoration.permission)?;
        }
        for cut in &self.plan.cut {
            let Cut { protocol, types, source, rules, .. } = cut;
            let types = types.join(", ");
            writeln!(f, "  not put back, since it takes {rules} rules: {protocol} {types} from {source}")?;
        }
        for id in &self.plan.revoke {
            writeln!(f, "  then revoke: {id}")?;
        }
        Ok(())
    }
}

/// A finding in words, such as `tcp 22 (SSH): open to the world over IPv4 by sgr-1; sgr-2` or
/// `IP protocol 47 (GRE): open to the world over IPv4 by sgr-1`.
#[must_use]
pub fn describe(finding: &Finding) -> String {
    let Finding { family, protocol, ports, rule_ids, .. } = finding;
    let services = network::services(protocol, ports);
    let named: Vec<_> = services.iter().take(NAMED_SERVICES).copied().collect();
    let services = match services.len().saturating_sub(named.len()) {
        _ if named.is_empty() => String::new(),
        0 => format!(" ({})", named.join(", ")),
        more => format!(" ({} and {})", named.join(", "), counts::counted(more, "more service")),
    };
    let reach = match finding.exposure {
        Exposure::World => "the world",
        _ => "broad blocks of addresses",
    };
    let reported = match finding.handling {
        Handling::Report => " (reported only)",
        Handling::Revoke => "",
    };
    let what = match protocol {
        Protocol::All => "every IP protocol without ports".to_owned(),
        Protocol::Portless(_) => protocol.to_string(),
        _ => format!("{protocol} {}{services}", ports.describe(protocol).join(", ")),
    };
    let rules = joined(rule_ids);
    format!("{what}: open to {reach} over {family} by {rules}{reported}")
}

fn joined<'a>(ids: impl IntoIterator<Item = &'a RuleId>) -> String {
    ids.into_iter().map(RuleId::as_str).collect::<Vec<_>>().join("; ")
}
