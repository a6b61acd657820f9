//! Edits that keep AWS services which act for trusted accounts.

use serde_json::json;

use super::candidate::{Candidate, Source};
use super::edit::{with_condition, with_principal, with_sid_suffix};

/// The statement for services that act for the own and the trusted accounts.
pub(super) fn pinned(source: &Source<'_>) -> Option<Candidate> {
    let accounts: Vec<String> = source.trust.all_accounts().map(str::to_owned).collect();
    let json = if source.statement.principal.is_everyone() {
        with_principal(source.json, json!("*"))?
    } else {
        source.json.clone()
    };
    let statement = with_condition(&json, "StringEquals", "aws:SourceAccount", &accounts)?;
    Some(Candidate::new(
        format!("require by `aws:SourceAccount` that the services act for {}", source.owner()),
        vec![statement],
    ))
}

/// A candidate, with a statement beside it for services that act for the own and the trusted accounts.
pub(super) fn beside(source: &Source<'_>, candidate: &Candidate) -> Option<Candidate> {
    let own = pinned(source)?.statements.into_iter().map(|statement| with_sid_suffix(statement, "Services"));
    let also = format!("give AWS services that act for {} a statement of their own", source.owner());
    Some(candidate.and(&also, own))
}
