//! How long a batch takes where each call takes 20 ms: about as long as one of its subjects, since all are walked side by
//! side. It is the clock's time, which passes only while all wait, so that it is always the same.

use std::time::Duration;

use buckets::{S3Acl, S3AclSettings};
use events::GroupId;
use lambda::{AT_ONCE, Service};
use network::Rule;
use remediation::ledger::Memory;
use remediation::testing::Hindered;
use remediation::{Mode, Outcome, Recount};
use security_groups::{SgIngress, SgSettings};
use serde_json::json;
use settings::Settings;

use crate::slow::{ANSWER, Slow, acl, rule};
use crate::support::{batch, event, event_of, invocation};

/// Hands a function one batch with these events, all of which it does, and says how long it takes. The ledger takes its time
/// too, and has a record of each subject that was changed.
fn hand<C: Recount>(slow: &Slow, control: C, events: &[String]) -> Duration {
    let memory = Memory::default();
    let ledger = Hindered::new(&memory, async |_| {
        slow.answer(|| ()).await;
        Ok(())
    });
    let service = Service::new(control, slow, slow.time.clone(), ledger, Settings::default());
    let (answer, took) = slow.time.run(service.handle(&batch(events, 1), &invocation()));
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    let outcomes: Vec<Outcome> = slow.told.reports.borrow().iter().map(|report| report.outcome).collect();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Remediated), "{outcomes:?}");
    let ended = memory.records().iter().filter(|record| record.end.is_some()).count();
    assert_eq!(ended, outcomes.len());
    took
}

/// A batch of so many groups with these rules, a message for each.
fn groups(number: usize, rules: &[Rule]) -> (Slow, Duration) {
    let slow = Slow::default();
    let id = |number| GroupId::new(&format!("sg-{number:017x}")).unwrap();
    slow.groups.borrow_mut().extend((0..number).map(|number| (id(number), rules.to_vec())));
    let event = |number| event_of("AWS::EC2::SecurityGroup", id(number).as_str(), &format!("e{number}"));
    let events: Vec<String> = (0..number).map(event).collect();
    let took = hand(&slow, SgIngress::new(&slow, SgSettings::default()), &events);
    (slow, took)
}

/// A batch of so many buckets, a message for each.
fn buckets(number: usize, is_public: bool) -> (Slow, Duration) {
    let slow = Slow::default();
    let name = |number| format!("bucket-{number}");
    slow.acls.borrow_mut().extend((0..number).map(|number| (name(number), acl(is_public))));
    let events: Vec<String> = (0..number).map(|number| event(&name(number), &format!("e{number}"))).collect();
    let settings = S3AclSettings::default();
    let control = S3Acl::with_clock(&slow, settings, Mode::Enforce, slow.time.clone());
    let took = hand(&slow, control, &events);
    (slow, took)
}

/// Whether ten take half as long again as one at most.
fn is_side_by_side(one: Duration, ten: Duration) -> bool {
    one >= ANSWER && ten <= one * 3 / 2
}

#[test]
fn ten_compliant_groups_take_as_long_as_one() {
    let rules = [rule("sgr-1", (443, 443), "0.0.0.0/0"), rule("sgr-2", (22, 22), "10.0.0.0/8")];
    let ((_, one), (slow, ten)) = (groups(1, &rules), groups(10, &rules));
    assert!(is_side_by_side(one, ten), "one took {one:?}, ten {ten:?}");
    assert!(slow.told.reports.borrow().is_empty());
}

#[test]
fn ten_groups_to_close_take_as_long_as_one() {
    let rules = [rule("sgr-1", (80, 8080), "0.0.0.0/0"), rule("sgr-2", (22, 22), "10.0.0.0/8")];
    let ((_, one), (slow, ten)) = (groups(1, &rules), groups(10, &rules));
    assert!(is_side_by_side(one, ten), "one took {one:?}, ten {ten:?}");
    assert_eq!(slow.told.reports.borrow().len(), 10);
    let left = slow.groups.borrow();
    let says = |rules: &Vec<Rule>| rules.iter().map(|rule| rule.permission.to_string()).collect::<Vec<_>>();
    let closed = ["tcp 22 from 10.0.0.0/8", "tcp 80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"];
    assert!(left.values().all(|rules| says(rules) == closed), "{left:?}");
}

#[test]
fn ten_private_buckets_take_as_long_as_one() {
    let ((_, one), (slow, ten)) = (buckets(1, false), buckets(10, false));
    assert!(is_side_by_side(one, ten), "one took {one:?}, ten {ten:?}");
    assert!(slow.told.reports.borrow().is_empty());
}

#[test]
fn ten_buckets_to_close_take_as_long_as_one() {
    let ((_, one), (slow, ten)) = (buckets(1, true), buckets(10, true));
    assert!(is_side_by_side(one, ten), "one took {one:?}, ten {ten:?}");
    assert_eq!(slow.told.reports.borrow().len(), 10);
    assert!(slow.acls.borrow().values().all(|left| *left == acl(false)));
}

#[test]
fn no_more_are_walked_at_the_same_time_than_aws_takes() {
    let (slow, took) = buckets(3 * AT_ONCE, false);
    assert_eq!((slow.most.get(), took), (AT_ONCE, 3 * ANSWER));
}
