//! Walks with everything in place.

use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, Read, open};
use remediation::testing::{Still, Topic, bucket, deliver, report_of, said};
use remediation::{Delivery, Mode, Ports, Report, Said, Told};

pub(crate) fn enforce(doors: &Doors) -> Report {
    report_of(doors, &bucket("acme"), Mode::Enforce)
}

pub(crate) fn open_door() -> Read {
    open(&["front door"])
}

/// The commands that finish by hand what is left undone.
pub(crate) fn by_hand(report: &Report) -> Option<&str> {
    let first = report.evidence.first()?;
    (first.title == "How to finish by hand").then_some(first.body.as_str())
}

/// One walk, and whether people were told.
pub(crate) fn told(doors: &Doors, is_last_chance: bool) -> (Report, bool) {
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Memory::default());
    let delivery = if is_last_chance { Delivery::Last } else { Delivery::First };
    let ports = Ports::new(&clock, &topic, &ledger);
    let Said { report, told, .. } = said(deliver(doors, &bucket("acme"), delivery, &ports));
    (report, matches!(told, Told::Sent))
}
