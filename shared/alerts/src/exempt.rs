//! What a mail says of exemptions.

use remediation::Exempt;

/// What ends, and whether something had been changed before.
pub(crate) fn ending(exempt: &Exempt, is_half_done: bool) -> String {
    let first = exempt.applied.iter().min_by_key(|exemption| exemption.until.end());
    let until = first.map(|first| format!(" until {}", first.until)).unwrap_or_default();
    if is_half_done {
        format!("It is exempt{until}. Curfew had begun to close it before, and what was done by then stays.")
    } else {
        format!("It is exempt{until}, and nothing was changed.")
    }
}

/// What is to be said beside how the rest ended, with a blank before it.
pub(crate) fn beside(exempt: &Exempt) -> &'static str {
    if exempt.applied.is_empty() { "" } else { " What is exempt is left as it is." }
}

/// The sections about exemptions: their titles, and a line each.
pub(crate) fn sections(exempt: &Exempt) -> Vec<(&'static str, Vec<String>)> {
    let applied = exempt.applied.iter().map(ToString::to_string).collect();
    let all = [("What is exempt", applied), ("Exemptions that do not hold", exempt.refusals())];
    all.into_iter().filter(|(_, lines): &(_, Vec<String>)| !lines.is_empty()).collect()
}
