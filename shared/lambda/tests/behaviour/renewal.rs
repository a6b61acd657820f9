//! Settings that change while a function runs, or that turn out to be unusable.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use crate::support::{event, invocation, logged};
use lambda::{Renewal, Service};
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, open, throttled};
use remediation::testing::{Still, Topic, run};
use remediation::{Mode, Outcome};
use settings::{Settings, SettingsNotRead, SettingsSource};

/// What the next reads answer.
#[derive(Default)]
struct Parameter(RefCell<VecDeque<Result<Settings, SettingsNotRead>>>);

impl Parameter {
    fn then(self, answer: Result<Settings, SettingsNotRead>) -> Self {
        self.0.borrow_mut().push_back(answer);
        self
    }
}

impl SettingsSource for &Parameter {
    async fn settings(&self) -> Result<Settings, SettingsNotRead> {
        self.0.borrow_mut().pop_front().unwrap()
    }
}

fn settings(json: &str) -> Result<Settings, SettingsNotRead> {
    Ok(Settings::parse("the parameter", json)?)
}

fn observe() -> Settings {
    settings(r#"{"mode": "observe"}"#).unwrap()
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn settings_are_read_again_after_five_minutes_and_not_before() {
    let (parameter, clock) = (Parameter::default().then(Ok(observe())), Still::default());
    let renewal = Renewal::new(&parameter, &clock, "doors", Settings::default());
    assert_eq!(run(renewal.renewed()), None);
    clock.forward(5 * MINUTE - Duration::from_millis(1));
    assert_eq!(run(renewal.renewed()), None);
    clock.forward(Duration::from_millis(1));
    assert_eq!(run(renewal.renewed()), Some(observe()));
    assert_eq!(run(renewal.renewed()), None);
}

#[test]
fn settings_that_are_as_they_were_are_no_news() {
    let (parameter, clock) = (Parameter::default().then(Ok(Settings::default())), Still::default());
    let renewal = Renewal::new(&parameter, &clock, "doors", Settings::default());
    clock.forward(5 * MINUTE);
    let (renewed, lines) = logged(|| run(renewal.renewed()));
    assert_eq!((renewed, lines.len()), (None, 0));
    assert!(parameter.0.borrow().is_empty());
}

#[test]
fn the_last_good_settings_stay_loudly_and_are_replaced_once_good_ones_can_be_read() {
    let parameter = Parameter::default()
        .then(settings(r#"{"mode": "obs"#))
        .then(Err(SettingsNotRead::Unread(throttled())))
        .then(Ok(observe()));
    let clock = Still::default();
    let held = Settings { written: Some(7), ..Settings::default() };
    let renewal = Renewal::new(&parameter, &clock, "doors", held);
    for reason in ["the parameter cannot be used", "`house:CloseDoor` failed for now"] {
        clock.forward(5 * MINUTE);
        let (renewed, lines) = logged(|| run(renewal.renewed()));
        assert_eq!(renewed, None);
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!((&line["level"], &line["control"]), (&"ERROR".into(), &"doors".into()));
        // By which it goes on.
        assert_eq!(line["settings_version"], 7);
        let message = line["message"].as_str().unwrap();
        assert!(
            message.starts_with("the last good settings stay: ") && message.contains(reason),
            "{message}"
        );
        // Not at every invocation.
        assert_eq!(run(renewal.renewed()), None);
    }
    clock.forward(5 * MINUTE);
    assert_eq!(run(renewal.renewed()), Some(observe()));
}

#[test]
fn a_service_goes_by_its_new_settings_from_the_next_invocation_on() {
    let (doors, told, clock) = (Doors::read([open(&["door"])]), Topic::default(), Still::default());
    let service = Service::new(doors.clone(), &told, &clock, Memory::default(), observe());
    run(service.handle(&event("acme", "e1"), &invocation())).unwrap();
    let closed = Doors::read([open(&["door"]), open(&[])]);
    service.rearm(closed.clone(), Settings::default());
    run(service.handle(&event("acme", "e2"), &invocation())).unwrap();
    let outcomes: Vec<(Outcome, Mode)> =
        told.reports.borrow().iter().map(|report| (report.outcome, report.mode)).collect();
    assert_eq!(outcomes, [(Outcome::Observed, Mode::Observe), (Outcome::Remediated, Mode::Enforce)]);
}
