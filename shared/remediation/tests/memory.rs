//! The ledger in memory, by what holds for each ledger.

use remediation::ledger::{Memory, Record, RecordId};
use remediation::testing::{ledgers, run};

fn kept(memory: &Memory, id: &RecordId) -> Option<Record> {
    memory.records().into_iter().find(|record| record.id == *id)
}

#[test]
fn what_holds_for_each_ledger_holds_for_the_one_in_memory() {
    let memory = Memory::default();
    run(ledgers::all(&memory, async |id: &RecordId| kept(&memory, id)));
    run(ledgers::sizes(&memory, async |id: &RecordId| kept(&memory, id)));
}
