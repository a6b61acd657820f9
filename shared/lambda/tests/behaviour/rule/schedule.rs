//! What AWS Config is told of everything in the Region, when a schedule asks.

use events::{BucketName, GroupId};

use super::*;

fn town(houses: usize) -> World {
    let world = World::of(Doors::read([open(&[])]));
    *world.doors.listed.borrow_mut() = (0..houses).map(|number| format!("acme-{number}")).collect();
    world
}

#[test]
fn a_schedule_is_answered_for_with_everything_in_the_region_in_batches() {
    let world = town(205);
    let answer = world.ask(&schedule()).unwrap();
    assert_eq!(answer, json!({ "evaluated": { "COMPLIANT": 205 }, "told": "AWS Config" }));
    let sizes: Vec<usize> = world.config.batches.borrow().iter().map(|(size, ..)| *size).collect();
    assert_eq!(sizes, [100, 100, 5]);
    let put = world.config.put.borrow();
    assert!(put.iter().all(|one| rfc3339(one.ordered_at) == "2026-11-20T10:00:00.271Z"));
    assert_eq!(world.doors.calls.borrow()[0], "list in eu-west-1 of 210987654321");
}

#[test]
fn what_was_deleted_since_keeps_no_stale_result_and_what_is_only_not_listed_is_judged() {
    let mut world = town(1);
    let bucket = |name: &str| Resource::Bucket(BucketName::new(name).unwrap());
    let group = Resource::SecurityGroup(GroupId::new("sg-1a2b3c4d").unwrap());
    world.config.past = vec![bucket("acme-0"), bucket("gone"), group, bucket("late")];
    *world.doors.reads.borrow_mut() = [open(&[]), Ok(None), open(&["front"])].into();
    world.ask(&schedule()).unwrap();
    let told = [
        ("acme-0".to_owned(), Compliance::Compliant),
        ("gone".to_owned(), Compliance::NotApplicable),
        ("late".to_owned(), Compliance::NonCompliant),
    ];
    assert_eq!(world.told(), told);
}

#[test]
fn where_it_is_not_known_what_was_said_before_all_else_is_told_and_the_invocation_fails() {
    let mut world = town(2);
    world.config.hides_past = true;
    let error = world.ask(&schedule()).unwrap_err();
    assert_eq!(world.told().len(), 2);
    assert_eq!(error.error_type(), "Curfew.NotEvaluated");
    assert!(error.to_string().contains("config:GetComplianceDetailsByConfigRule"), "{error}");

    // Of a test AWS Config keeps nothing, so that nothing is asked.
    world.ask(&with(schedule(), "resultToken", "TESTMODE".into())).unwrap();
}

#[test]
fn of_everything_only_what_could_be_evaluated_is_told() {
    let world = town(6);
    *world.doors.reads.borrow_mut() = [Err(throttled()), open(&["front"]), Err(throttled())].into();
    let error = world.ask(&schedule()).unwrap_err();
    assert_eq!(world.told(), [("acme-1".to_owned(), Compliance::NonCompliant)]);
    let words = error.to_string();
    assert!(words.starts_with("S3 bucket acme-0 could not be evaluated"), "{words}");
    assert!(words.ends_with("; and 2 more"), "{words}");
}

#[test]
fn what_cannot_be_listed_or_has_no_time_left_is_not_told_as_if_it_were_all() {
    let world = town(3);
    world.doors.listed.borrow_mut().push("no bucket".to_owned());
    let error = world.ask(&schedule()).unwrap_err();
    assert!(
        error.to_string().starts_with("nothing was evaluated, since what there is could not be listed: ")
    );
    assert!(world.config.batches.borrow().is_empty());

    let world = town(30);
    let rules = Rules::new(
        |_: &Settings, _| Only(world.doors.clone()),
        &world.config,
        Memory::default(),
        Passing::default(),
    );
    let short = Invocation { deadline: world.clock.now() + Duration::from_secs(20), ..invocation() };
    let answer = run(rules.answer(&schedule().to_string(), HOME, &short, &Settings::default()));
    let error = answer.unwrap_err().to_string();
    let not_looked_at: usize = error.split(' ').next().unwrap().parse().unwrap();
    assert!(error.contains(" resources were not looked at, since too little time was left"), "{error}");
    assert_eq!(not_looked_at + world.told().len(), 30);
    assert!((20..30).contains(&not_looked_at), "{error}");
}

/// A clock by which each look at it takes a second.
#[derive(Default)]
struct Passing(Still);

impl Clock for Passing {
    fn now(&self) -> SystemTime {
        self.0.forward(Duration::from_secs(1));
        self.0.now()
    }

    async fn sleep(&self, pause: Duration) {
        self.0.sleep(pause).await;
    }
}
