//! The corpus: a policy a line, with its name and both verdicts.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::support::verdicts;

/// A line of the corpus.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    policy: Value,
    /// Whether AWS's text calls it public.
    documented: bool,
    /// Whether an outsider is let in.
    semantic: bool,
}

fn corpus() -> Vec<Case> {
    let lines = include_str!("../corpus/policies.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn the_corpus_holds_policies_of_every_verdict_under_names_of_their_own() {
    let corpus = corpus();
    let names: BTreeSet<&str> = corpus.iter().map(|case| case.name.as_str()).collect();
    assert!(corpus.len() >= 100 && names.len() == corpus.len(), "{} of {}", names.len(), corpus.len());
    for verdicts in [(false, false), (true, false), (true, true)] {
        let have = |case: &&Case| (case.documented, case.semantic) == verdicts;
        assert!(corpus.iter().filter(have).count() >= 20, "{verdicts:?}");
    }
}

#[test]
fn the_policies_of_the_corpus_get_their_verdicts() {
    for case in corpus() {
        assert_eq!(verdicts(&case.policy), (case.documented, case.semantic), "{}", case.name);
    }
}
