//! A group is judged once a read.

use network::{OpenLevel, Settings};

use super::memory::{Memory, in_use};
use super::{control, read, rule};
use crate::judgements::Judgements;

#[test]
fn what_was_judged_at_the_read_is_not_judged_again_and_is_handed_out_once() {
    let group = read(&control(&Memory::of([rule("sgr-1", "tcp", "22", "11.0.0.0/8")]), "{}"));
    let broad = Settings { open_level: OpenLevel::Broad, ..Settings::default() };
    let judgements = Judgements::default();
    assert!(!judgements.is_closed(&group, &broad));
    // Judged anew, nothing would be open by these settings.
    assert_eq!(judgements.take(&group, &Settings::default()).findings.len(), 1);
    assert_eq!(judgements.take(&group, &Settings::default()).findings.len(), 0);
}

#[test]
fn a_judgement_is_of_the_rules_and_lists_that_it_was_made_from() {
    let memory = in_use(&[]);
    let before = read(&control(&memory, "{}"));
    let judgements = Judgements::default();
    assert!(!judgements.is_closed(&before, &Settings::default()));
    memory.rules.borrow_mut().clear();
    let after = read(&control(&memory, "{}"));
    assert_eq!(judgements.take(&after, &Settings::default()).findings.len(), 0);
    assert_eq!(judgements.take(&before, &Settings::default()).findings.len(), 1);
}
