//! Many parties of one kind make one finding.

use std::collections::BTreeSet;

use crate::finding::FindingKind;

/// How many parties, and how many reasons, a finding names.
const MOST: usize = 3;

/// A party that is let in: what kind of finding it is, who, and why that is worth saying.
pub(super) type Party = (FindingKind, String, String);

/// The parties of one kind, in the order in which they were found: whom a finding names, and its reasons.
pub(super) fn gather(parties: Vec<Party>) -> Vec<(FindingKind, String, Vec<String>)> {
    let mut gathered: Vec<(FindingKind, Vec<String>, Vec<String>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for (kind, party, why) in parties {
        if !seen.insert((kind.name(), party.clone())) {
            continue;
        }
        match gathered.iter_mut().find(|(own, ..)| *own == kind) {
            Some((_, names, reasons)) => {
                names.push(party);
                reasons.push(why);
            }
            None => gathered.push((kind, vec![party], vec![why])),
        }
    }
    let brief = |(kind, names, mut reasons): (FindingKind, Vec<String>, Vec<String>)| {
        let all = reasons.len();
        if all > MOST + 1 {
            reasons.truncate(MOST);
            reasons.push(format!("So are {} more.", all - MOST));
        }
        (kind, listed(&names), reasons)
    };
    gathered.into_iter().map(brief).collect()
}

/// The first names, and how many more there are.
pub(super) fn listed(names: &[String]) -> String {
    if names.len() <= MOST + 1 {
        return names.join(", ");
    }
    let named = names.get(..MOST).unwrap_or(names);
    format!("{} and {} more", named.join(", "), names.len() - named.len())
}
