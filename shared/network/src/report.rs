//! What a person reads about a group.

use std::fmt;

use crate::finding::Assessment;
use crate::group::SecurityGroup;
use crate::plan::{Cut, Plan};

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
        if self.assessment.is_clean() {
            return writeln!(f, ": nothing is open that should not be");
        }
        writeln!(f, ":")?;
        for finding in &self.assessment.findings {
            writeln!(f, "  {finding}")?;
        }
        for source in &self.assessment.unreadable {
            let rules: Vec<_> = source.rule_ids.iter().map(|id| id.as_str()).collect();
            let list = &source.prefix_list_id;
            writeln!(
                f,
                "  {list}: this prefix list could not be read, so what it opens is unknown: {}",
                rules.join("; ")
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
