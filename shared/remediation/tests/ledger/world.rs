//! What the tests of the walk and its ledger share.

use std::time::Duration;

use events::{Cause, Subject};
use remediation::ledger::{Ledger, Limits, Memory, Record};
use remediation::testing::doors::Doors;
use remediation::testing::{LEASED, Still, Topic, bucket, deliver, run, said, visit};
use remediation::{Brief, Delivery, Ended, Mode, Notify, Outcome, Ports, Report, Said, Undelivered, walk};
use tokio::time::timeout;

/// A house, its ledger, its topic and its time.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) clock: Still,
    pub(crate) topic: Topic,
    pub(crate) ledger: Memory,
}

impl World {
    pub(crate) fn deliver(&self, doors: &Doors, delivery: Delivery) -> Said {
        said(self.ended(doors, &bucket("acme"), delivery))
    }

    pub(crate) fn ended(&self, doors: &Doors, subject: &Subject, delivery: Delivery) -> Ended {
        deliver(doors, subject, delivery, &Ports::new(&self.clock, &self.topic, &self.ledger))
    }

    pub(crate) fn in_mode(&self, doors: &Doors, mode: Mode) -> Said {
        let subject = bucket("acme");
        let visit = visit::<Doors>(&subject, mode, Delivery::First, &&self.clock);
        said(run(walk(doors, &visit, &Ports::new(&self.clock, &self.topic, &self.ledger))))
    }

    pub(crate) fn limited(&self, doors: &Doors, subject: &Subject, limits: Limits) -> Said {
        let visit = remediation::Visit {
            limits,
            ..visit::<Doors>(subject, Mode::Enforce, Delivery::First, &&self.clock)
        };
        said(run(walk(doors, &visit, &Ports::new(&self.clock, &self.topic, &self.ledger))))
    }

    /// A delivery after which nobody hands the same trigger out again.
    pub(crate) fn last(&self, doors: &Doors, limits: Limits) -> Report {
        let subject = bucket("acme");
        let visit = visit::<Doors>(&subject, Mode::Enforce, Delivery::Last, &&self.clock);
        let visit = remediation::Visit { limits, ..visit };
        said(run(walk(doors, &visit, &Ports::new(&self.clock, &self.topic, &self.ledger)))).report
    }

    /// A delivery that is cut off while applying, before its changes are noted.
    pub(crate) fn cut_off(&self, doors: &Doors) {
        doors.hangs.set(true);
        self.killed(doors, &self.topic, &self.ledger);
        doors.hangs.set(false);
    }

    /// A delivery that never comes to its end, and the minute after which Lambda kills it.
    pub(crate) fn killed(&self, doors: &Doors, notify: &impl Notify, ledger: &impl Ledger) {
        let subject = bucket("acme");
        let visit = visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&self.clock);
        let ports = Ports::new(&self.clock, notify, ledger);
        let walk = async { timeout(Duration::from_millis(1), walk(doors, &visit, &ports)).await };
        assert!(run(walk).is_err());
        self.clock.forward(LEASED);
    }

    pub(crate) fn only_record(&self) -> Record {
        let mut records = self.ledger.records();
        assert_eq!(records.len(), 1, "{records:#?}");
        records.remove(0)
    }

    pub(crate) fn mails(&self) -> Vec<Outcome> {
        self.topic.reports.borrow().iter().map(|report| report.outcome).collect()
    }
}

/// A topic that never answers.
pub(crate) struct Silence;

impl Notify for &Silence {
    fn place(&self) -> String {
        "nowhere".to_owned()
    }

    async fn notify(&self, _report: &Report) -> Result<(), Undelivered> {
        std::future::pending().await
    }

    async fn notify_together(&self, _: &str, _: &[Brief]) -> Result<(), Undelivered> {
        std::future::pending().await
    }
}

pub(crate) fn caused(name: &str, event: &str) -> Subject {
    let subject = bucket(name);
    Subject { cause: Cause::new("AWS Config rule").with_event_id(Some(event)), ..subject }
}
