//! Where interfaces go that somebody has begun to isolate.

use std::time::SystemTime;

use remediation::{Control, Judge};

use super::memory::in_use;
use super::{at, control, read};
use crate::Quarantine;

#[test]
fn the_first_group_of_an_interface_that_nobody_knows_to_be_isolated_is_not_taken_for_the_quarantine_group() {
    let memory = in_use(&["eni-1"]);
    let control = control(&memory, r#"{"quarantine": "isolate"}"#);
    let assessment = control.assess(&read(&control), SystemTime::UNIX_EPOCH);
    let plan = control.plan(&assessment, SystemTime::UNIX_EPOCH).unwrap();
    let cut_off = control.foreseen(&plan, &[]);
    let left = at(async |at| control.unfinished(at, &plan, &cut_off, Some(&assessment)));
    let (Some(Quarantine::Isolate(left)), Quarantine::Isolate(plan)) = (left, plan) else { panic!() };
    assert_eq!(left.destinations, plan.destinations);
}
