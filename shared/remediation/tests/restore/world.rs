//! A house that Curfew closed, and all who know of it.

use std::time::{Duration, SystemTime};

use events::BucketName;
use remediation::clock::Clock;
use remediation::ledger::{Ledger, Limits, Memory, Record};
use remediation::restore::{Back, Ending, Order, RestoreError, restore};
use remediation::testing::doors::{Doors, Read, open};
use remediation::testing::{self, LEASED, LIMITS, Still, Topic, bucket, deliver, order, run, said};
use remediation::{Delivery, Mode, Outcome, Ports, Report, Said, walk};
use serde_json::json;
use tokio::time::timeout;

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) struct World {
    pub(crate) clock: Still,
    pub(crate) topic: Topic,
    pub(crate) ledger: Memory,
    pub(crate) doors: Doors,
}

impl World {
    /// Nothing has happened yet; the first reads find this.
    pub(crate) fn of<const N: usize>(reads: [Read; N]) -> Self {
        let doors = Doors::read(reads);
        Self { clock: Still::default(), topic: Topic::default(), ledger: Memory::default(), doors }
    }

    /// The front door and the back door were open; Curfew closed them a minute ago.
    pub(crate) fn closed() -> Self {
        let world = Self::of([open(&["front", "back"]), open(&[])]);
        assert_eq!(world.deliver().outcome, Outcome::Remediated);
        world.clock.forward(Duration::from_secs(60));
        world.topic.reports.borrow_mut().clear();
        world
    }

    pub(crate) fn ports(&self) -> Ports<&Still, &Topic, &Memory> {
        Ports::new(&self.clock, &self.topic, &self.ledger)
    }

    pub(crate) fn deliver(&self) -> Report {
        said(deliver(&self.doors, &bucket("acme"), Delivery::First, &self.ports())).report
    }

    /// What the tick does where the house is due.
    pub(crate) fn tick(&self) -> Said {
        let subject = bucket("acme");
        let request_id = format!("tick at {:?}", self.clock.now());
        let visit = testing::visit::<Doors>(&subject, Mode::Enforce, Delivery::Last, &&self.clock);
        let visit = remediation::Visit { request_id: &request_id, ..visit };
        said(run(walk(&self.doors, &visit, &self.ports())))
    }

    /// How many subjects the tick has.
    pub(crate) fn due(&self) -> usize {
        run(self.ledger.due("doors", self.clock.now())).unwrap().len()
    }

    /// One delivery, while nothing may be changed in this hour.
    pub(crate) fn held(&self) -> Report {
        let limits = Limits { changes_per_hour: 0, ..LIMITS };
        let subject = bucket("acme");
        let visit = testing::visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&self.clock);
        let ended = run(walk(&self.doors, &remediation::Visit { limits, ..visit }, &self.ports()));
        let report = said(ended).report;
        assert_eq!(report.outcome, Outcome::Held);
        report
    }

    /// What the next reads find.
    pub(crate) fn finds<const N: usize>(&self, reads: [Read; N]) -> &Self {
        *self.doors.reads.borrow_mut() = reads.into();
        self.doors.calls.borrow_mut().clear();
        self
    }

    /// What the first read finds, another one finds too: who puts back looks again once that is written down.
    pub(crate) fn is_looked_at_twice(&self) {
        let mut reads = self.doors.reads.borrow_mut();
        if let Some(first) = reads.front().cloned() {
            reads.push_front(first);
        }
    }

    pub(crate) fn record(&self) -> Record {
        self.ledger.records().remove(0)
    }

    /// The first record, as if it had closed these doors.
    pub(crate) fn record_of_closing(&self, doors: &[&str]) -> Record {
        let mut record = self.record();
        let attempt = record.attempts.first_mut().unwrap();
        attempt.plan = Some(json!({ "Close": doors }));
        attempt.result.as_mut().unwrap().changes = doors.iter().map(|door| json!({ "door": door })).collect();
        record
    }

    pub(crate) fn last_record(&self) -> Record {
        self.ledger.records().pop().unwrap()
    }

    /// A delivery that is killed while it closes the doors that the next read finds.
    pub(crate) fn cut_off_closing(&self) {
        self.doors.hangs.set(true);
        let subject = bucket("acme");
        let visit = testing::visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&self.clock);
        let ports = self.ports();
        assert!(is_killed(walk(&self.doors, &visit, &ports)));
        self.doors.hangs.set(false);
        self.clock.forward(LEASED);
    }

    /// A restore that is killed while it opens the doors; until when it was to be left alone.
    pub(crate) fn cut_off(&self) -> SystemTime {
        let grace = self.cut_off_now("ann");
        self.clock.forward(LEASED);
        grace
    }

    /// The same by this person, who is taken to be at work still.
    pub(crate) fn cut_off_now(&self, claimed_by: &str) -> SystemTime {
        self.finds([open(&[])]).doors.hangs.set(true);
        let record = self.record();
        let order = Order { claimed_by: Some(claimed_by), ..order::<Doors>(&record, &&self.clock) };
        let ports = self.ports();
        assert!(is_killed(restore(&self.doors, &order, &ports)));
        self.doors.hangs.set(false);
        self.clock.now() + order.grace
    }

    pub(crate) fn restore(&self) -> Back {
        self.ordered(|_| {}).unwrap()
    }

    pub(crate) fn ordered(
        &self,
        change: impl FnOnce(&mut Order<'_, BucketName>),
    ) -> Result<Back, RestoreError> {
        self.ordered_by(change, &self.ports())
    }

    /// The same through these ports.
    pub(crate) fn ordered_by(
        &self,
        change: impl FnOnce(&mut Order<'_, BucketName>),
        ports: &Ports<&Still, &Topic, impl Ledger>,
    ) -> Result<Back, RestoreError> {
        let record = self.record();
        let newer = self.ledger.records().split_off(1);
        let mut order = Order { newer: &newer, ..order::<Doors>(&record, &&self.clock) };
        change(&mut order);
        self.is_looked_at_twice();
        run(restore(&self.doors, &order, ports))
    }

    pub(crate) fn mails(&self) -> Vec<Outcome> {
        self.topic.reports.borrow().iter().map(|report| report.outcome).collect()
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        self.doors.calls.borrow().clone()
    }

    /// Whether nothing is open in the ledger.
    pub(crate) fn is_all_over(&self) -> bool {
        self.ledger.records().iter().all(|record| record.end.is_some())
    }
}

/// Runs what should hang, and ends it.
pub(crate) fn is_killed<T>(work: impl Future<Output = T>) -> bool {
    run(async { timeout(Duration::from_millis(1), work).await }).is_err()
}

pub(crate) fn outcome(back: &Back) -> Outcome {
    let Ending::Done(said) = &back.ending else { panic!("{back:?}") };
    said.report.outcome
}
