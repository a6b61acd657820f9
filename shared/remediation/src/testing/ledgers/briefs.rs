//! What is left to a mail about several subjects.

use std::time::Duration;

use super::{MINUTE, after, closed, record, terms, told};
use crate::ledger::{Begun, Briefs, Ledger, Record};
use crate::{Brief, CallError, Outcome, Sentences, Severity};

fn left(mut record: Record, passed: Duration) -> Record {
    let brief = Brief {
        at: after(passed),
        record: record.id.clone(),
        subject: record.subject.clone(),
        outcome: Outcome::Remediated,
        severity: Severity::High,
        owner: Some("doors@example.com".to_owned()),
        findings: Sentences { first: vec!["the front door is open".to_owned()], others: 2 },
        steps: Sentences { first: vec!["closed the front door".to_owned()], others: 0 },
        note: Some("somebody else closed the back door".to_owned()),
        is_in_part: true,
        exempt: Sentences::default(),
        refused: Sentences { first: vec!["the tags exempt nothing".to_owned()], others: 0 },
        is_reversible: true,
    };
    if let Some(last) = record.told.last_mut() {
        last.brief = Some(Box::new(brief));
    }
    record
}

/// Begins and ends a record; what of it waits.
async fn over<L: Ledger>(ledger: &L, control: &str, name: &str, minutes: u32, waits: bool) -> Record {
    let passed = minutes * MINUTE;
    let begun = record(control, name, passed, "r1");
    assert_eq!(ledger.begin(&begun, &terms(passed, true)).await, Ok(Begun::Taken));
    let end = told(closed(begun, passed), passed);
    let end = if waits { left(end, passed) } else { end };
    for _ in 0..2 {
        assert_eq!(ledger.finish(&end, after(passed)).await, Ok(()), "the answer may have got lost");
    }
    end
}

async fn waiting<L: Briefs>(ledger: &L, control: &str) -> Result<Vec<Brief>, CallError> {
    ledger.briefs(control).await.map(|waiting| waiting.briefs)
}

pub(super) async fn what_is_left_to_a_digest_waits_until_it_is_sent<L: Ledger + Briefs>(ledger: &L) {
    let control = "digests";
    assert_eq!(waiting(ledger, control).await, Ok(Vec::new()));
    let second = over(ledger, control, "second-waits", 2, true).await;
    let first = over(ledger, control, "first-waits", 1, true).await;
    over(ledger, control, "was-told", 0, false).await;
    let brief = |record: &Record| record.brief().cloned().into_iter().collect::<Vec<_>>();
    let both = [brief(&first), brief(&second)].concat();
    assert_eq!(both.len(), 2);
    assert_eq!(waiting(ledger, control).await, Ok(both));
    assert_eq!(waiting(ledger, "digests-of-others").await, Ok(Vec::new()));
    for _ in 0..2 {
        assert_eq!(ledger.sent(control, &brief(&first), after(3 * MINUTE)).await, Ok(()));
        assert_eq!(waiting(ledger, control).await, Ok(brief(&second)));
    }
    // Who repeats the end of what was sent leaves nothing to be sent again.
    assert_eq!(ledger.finish(&first, after(4 * MINUTE)).await, Ok(()));
    assert_eq!(waiting(ledger, control).await, Ok(brief(&second)));
    // One of which nothing is there keeps nobody from noting the others.
    let passed = 2 * MINUTE;
    let gone = left(told(closed(record(control, "is-gone", passed, "r1"), passed), passed), passed);
    let sent = [brief(&gone), brief(&second)].concat();
    assert_eq!(sent.len(), 2);
    assert_eq!(ledger.sent(control, &sent, after(5 * MINUTE)).await, Ok(()));
    assert_eq!(waiting(ledger, control).await, Ok(Vec::new()));
}
