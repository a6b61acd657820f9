//! What happens between a look at the live state and the work that goes by it.

use std::cell::{Cell, RefCell};
use std::time::{Duration, SystemTime};

use events::Subject;
use exemptions::Exemptions;
use remediation::ledger::{Begun, Ledger, Memory, Pending, Record, Terms};
use remediation::testing::doors::{Doors, open};
use remediation::testing::{Still, bucket, run, said, visit};
use remediation::{CallError, Delivery, Fact, Mode, Outcome, Ports, Said, Told, Visit, walk};

use super::world::World;

/// A ledger of which the first record is begun late: something happens before, or it takes its time.
struct Late<'a> {
    world: &'a World,
    takes: Duration,
    others: RefCell<Option<Doors>>,
    is_late: Cell<bool>,
    /// The house that somebody exempts meanwhile.
    exempted: RefCell<Option<Doors>>,
}

impl<'a> Late<'a> {
    /// Another process does the whole work in between.
    fn after(world: &'a World, others: Doors) -> Self {
        Self { others: RefCell::new(Some(others)), ..Self::by(world, Duration::ZERO) }
    }

    fn by(world: &'a World, takes: Duration) -> Self {
        Self {
            world,
            takes,
            others: RefCell::default(),
            is_late: Cell::new(true),
            exempted: RefCell::default(),
        }
    }

    fn ledger(&self) -> &Memory {
        &self.world.ledger
    }

    fn deliver(&self, doors: &Doors, mode: Mode) -> Said {
        let subject = bucket("acme");
        let exemptions = Exemptions::default();
        let visit = Visit {
            exemptions: &exemptions,
            ..visit::<Doors>(&subject, mode, Delivery::First, &&self.world.clock)
        };
        said(run(walk(doors, &visit, &Ports::new(&self.world.clock, &self.world.topic, self))))
    }
}

impl Ledger for Late<'_> {
    async fn begin(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        if self.is_late.take() {
            self.world.clock.forward(self.takes);
            if let Some(doors) = self.exempted.take() {
                let tags = [
                    ("curfew:exempt", "all"),
                    ("curfew:exempt-reason", "a party"),
                    ("curfew:exempt-until", "2026-12-31"),
                ];
                let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
                *doors.tags.borrow_mut() = Some(Fact::Known(tags.into()));
            }
            let others = self.others.take();
            if let Some(doors) = others {
                let subject = bucket("acme");
                let visit = visit::<Doors>(&subject, record.mode, Delivery::First, &&self.world.clock);
                let ports = Ports::new(&self.world.clock, &self.world.topic, self.ledger());
                Box::pin(walk(&doors, &visit, &ports)).await;
            }
        }
        self.ledger().begin(record, terms).await
    }

    async fn resume(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        self.ledger().resume(record, terms).await
    }

    async fn pending(&self, subject: &Subject, control: &str, now: SystemTime) -> Result<Pending, CallError> {
        self.ledger().pending(subject, control, now).await
    }

    async fn due(&self, control: &str, now: SystemTime) -> Result<Vec<Subject>, CallError> {
        self.ledger().due(control, now).await
    }

    async fn waiting(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        self.ledger().waiting(control).await
    }

    async fn finish(&self, record: &Record, now: SystemTime) -> Result<(), CallError> {
        self.ledger().finish(record, now).await
    }
}

#[test]
fn what_others_closed_since_the_look_is_closed_and_said_once() {
    let world = World::default();
    let late = Late::after(&world, Doors::read([open(&["front door"]), open(&[])]));
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    assert_eq!(late.deliver(&doors, Mode::Enforce).report.outcome, Outcome::Compliant);
    assert_eq!(*doors.calls.borrow(), ["read acme", "tags of acme", "read acme"]);
    assert_eq!(world.only_record().end.unwrap().outcome, Outcome::Remediated);
    assert_eq!(world.mails(), [Outcome::Remediated]);
}

#[test]
fn what_others_said_since_the_look_is_said_once() {
    let world = World::default();
    let late = Late::after(&world, Doors::read([open(&["front door"])]));
    let told = late.deliver(&Doors::read([open(&["front door"])]), Mode::Observe).told;
    assert!(matches!(told, Told::Repeated), "{told:?}");
    assert_eq!(world.mails(), [Outcome::Observed]);
    world.only_record();
}

#[test]
fn what_is_written_down_late_goes_by_what_is_so_then() {
    const SLOW: Duration = Duration::from_secs(20);
    // As it was.
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&["front door"]), open(&[])]);
    let said = Late::by(&world, SLOW).deliver(&doors, Mode::Enforce);
    assert_eq!(said.report.outcome, Outcome::Remediated);
    assert_eq!(world.only_record().attempts.len(), 1);

    // Somebody has opened another door, which the record has to know.
    let both = || open(&["front door", "back door"]);
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), both(), both(), open(&[])]);
    let said = Late::by(&world, SLOW).deliver(&doors, Mode::Enforce);
    assert_eq!((said.report.outcome, said.report.changes.len()), (Outcome::Remediated, 2));
    let record = world.only_record();
    let befores: Vec<_> = record.attempts.iter().map(|attempt| attempt.before.clone()).collect();
    assert_eq!(befores, [serde_json::json!(["front door"]), serde_json::json!(["front door", "back door"])]);
    let first = record.attempts[0].result.as_ref().unwrap();
    assert_eq!(first.error.as_ref().unwrap()["kind"], "changed-meanwhile");
    assert_eq!(world.mails(), [Outcome::Remediated]);

    // Somebody has closed it.
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    let said = Late::by(&world, SLOW).deliver(&doors, Mode::Enforce);
    assert_eq!(said.report.outcome, Outcome::ClosedMeanwhile);
    assert!(!doors.calls.borrow().iter().any(|call| call.starts_with("apply")), "{doors:?}");
    assert_eq!(world.only_record().end.unwrap().outcome, Outcome::ClosedMeanwhile);
    assert_eq!(world.mails(), [Outcome::ClosedMeanwhile]);
}

#[test]
fn what_somebody_exempts_while_it_is_written_down_is_left_as_it_is() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]);
    let late = Late::by(&world, Duration::from_secs(20));
    *late.exempted.borrow_mut() = Some(doors.clone());
    assert_eq!(late.deliver(&doors, Mode::Enforce).report.outcome, Outcome::Exempt);
    assert!(!doors.calls.borrow().iter().any(|call| call.starts_with("apply")), "{doors:?}");
    assert_eq!(world.only_record().end.unwrap().outcome, Outcome::Exempt);
    assert_eq!(world.mails(), []);
}

#[test]
fn what_another_clock_puts_into_the_future_was_told_already() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]);
    let ahead = Still::default();
    ahead.forward(Duration::from_secs(30));
    let subject = bucket("acme");
    let visit_of = |clock: &Still| visit::<Doors>(&subject, Mode::Observe, Delivery::First, &clock);
    let first = visit_of(&ahead);
    let told = said(run(walk(&doors, &first, &Ports::new(&ahead, &world.topic, &world.ledger)))).told;
    assert!(matches!(told, Told::Sent));
    world.clock.forward(Duration::from_secs(28));
    assert!(matches!(world.in_mode(&doors, Mode::Observe).told, Told::Repeated));
}
