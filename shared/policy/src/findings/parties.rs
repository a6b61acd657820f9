//! Many parties of one kind make one finding.

use crate::finding::FindingKind;
use crate::search::hashing::Set;

/// How many parties, and how many reasons, a finding names.
const MOST: usize = 3;

/// A party that is let in: what kind of finding it is, who, and why that is worth saying. Why is asked only of those that
/// are named.
pub(super) struct LetIn<'here, Why> {
    pub(super) kind: FindingKind,
    pub(super) name: &'here str,
    pub(super) why: Why,
}

/// The parties of one kind, in the order in which they were found: whom a finding names, and its reasons.
pub(super) fn gather<'here, Why: FnOnce() -> String>(
    parties: impl IntoIterator<Item = LetIn<'here, Why>>,
) -> Vec<(FindingKind, String, Vec<String>)> {
    let mut gathered: Vec<(FindingKind, Vec<&str>, Vec<Why>)> = Vec::new();
    let mut seen = Set::default();
    for LetIn { kind, name, why } in parties {
        if !seen.insert((kind.name(), name)) {
            continue;
        }
        match gathered.iter_mut().find(|(own, ..)| *own == kind) {
            Some((_, names, whys)) => {
                names.push(name);
                whys.push(why);
            }
            None => gathered.push((kind, vec![name], vec![why])),
        }
    }
    let brief = |(kind, names, whys): (FindingKind, Vec<&str>, Vec<Why>)| {
        let all = whys.len();
        let said = if all > MOST + 1 { MOST } else { all };
        let more = (said < all).then(|| format!("So are {} more.", all - said));
        let reasons = whys.into_iter().take(said).map(|why| why()).chain(more);
        (kind, listed(&names), reasons.collect())
    };
    gathered.into_iter().map(brief).collect()
}

/// The first names, and how many more there are.
pub(super) fn listed(names: &[&str]) -> String {
    if names.len() <= MOST + 1 {
        return names.join(", ");
    }
    let named = names.get(..MOST).unwrap_or(names);
    format!("{} and {} more", named.join(", "), names.len() - named.len())
}
