//! What the function `sweep` does with the messages of its queue.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use events::{AccountId, BucketName, Cause, Queue, Region, Resource, SweepOrder, SweepStep};
use exemptions::Scope;
use lambda::sweep::{Ports, answer};
use remediation::ledger::{Begun, End, Ledger, Memory, Record, Terms};
use remediation::testing::doors::{Doors, House, OpenDoors, Turn, denied, throttled};
use remediation::testing::{Still, ledgers, run};
use remediation::{CallError, Fact, Judge, Listed, Outcome, Place, Survey, Tags, Target, Unread};
use serde_json::{Value, json};
use settings::Settings;
use sweeping::{Post, Surveyed};

use crate::support::{invocation, logged};

/// Houses by name, with their open doors. `None` where they cannot be listed.
#[derive(Debug, Clone, Default)]
struct Street<const N: usize>(Option<BTreeMap<String, Vec<String>>>, Doors);

impl<const N: usize> Judge for Street<N> {
    const NAME: &'static str = ["high-street", "low-street", "mews"][N];
    type Id = BucketName;
    type State = House;
    type Assessment = OpenDoors;
    type Plan = Turn;

    fn id(resource: &Resource) -> Option<&BucketName> {
        Doors::id(resource)
    }

    async fn read(&self, target: &Target<'_, BucketName>) -> Result<Option<House>, CallError> {
        Ok(self.0.as_ref().and_then(|houses| houses.get(target.id.as_str()).cloned()).map(House))
    }

    fn unread(&self, state: &House, assessment: &OpenDoors) -> Vec<Unread> {
        self.1.unread(state, assessment)
    }

    fn assess(&self, state: &House, now: SystemTime) -> OpenDoors {
        self.1.assess(state, now)
    }

    async fn tags(&self, target: &Target<'_, BucketName>, state: &House) -> Fact<Tags> {
        self.1.tags(target, state).await
    }

    fn exempt(&self, assessment: OpenDoors, scope: &Scope) -> OpenDoors {
        self.1.exempt(assessment, scope)
    }

    fn plan(&self, assessment: &OpenDoors, now: SystemTime) -> Option<Turn> {
        self.1.plan(assessment, now)
    }
}

impl<const N: usize> Survey for Street<N> {
    const READS_A_SECOND: u32 = 1;

    async fn survey(&self, _: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        let houses = self.0.as_ref().ok_or_else(denied)?;
        Ok(houses.keys().map(|name| Listed { id: BucketName::new(name).unwrap(), state: None }).collect())
    }
}

/// Takes messages, or none.
#[derive(Debug, Default)]
struct Mailbox {
    taken: RefCell<Vec<(String, Value)>>,
    refuses: bool,
}

impl Post for Mailbox {
    async fn send(&self, queue: &Queue, bodies: &[String], _: Duration) -> Result<(), CallError> {
        if self.refuses {
            return Err(throttled());
        }
        let body = |body: &String| (queue.name.clone(), serde_json::from_str(body).unwrap());
        self.taken.borrow_mut().extend(bodies.iter().map(body));
        Ok(())
    }
}

#[derive(Debug, Default)]
struct World {
    clock: Still,
    post: Mailbox,
    ledger: Memory,
    high: Street<0>,
    low: Street<1>,
    mews: Street<2>,
}

impl World {
    /// Houses of these names in the first street, with an open door where the name says so, and none elsewhere.
    fn of(names: &[&str]) -> Self {
        let doors = |name: &&str| if name.starts_with("open") { vec!["door".to_owned()] } else { Vec::new() };
        let houses = names.iter().map(|name| ((*name).to_owned(), doors(name))).collect();
        Self {
            high: Street(Some(houses), Doors::default()),
            low: Street(Some(BTreeMap::new()), Doors::default()),
            mews: Street(Some(BTreeMap::new()), Doors::default()),
            ..Self::default()
        }
    }

    fn handle(&self, payload: &Value) -> (Result<Value, lambda::HandleError>, Vec<Value>) {
        let ports = Ports { clock: &self.clock, post: &self.post, ledger: &self.ledger };
        let surveys = (
            Surveyed::new("close-high-street", self.high.clone()),
            (
                Surveyed::new("close-low-street", self.low.clone()),
                (Surveyed::new("close-mews", self.mews.clone()), ()),
            ),
        );
        let settings = Settings::default();
        logged(|| run(answer(&surveys, &payload.to_string(), &ports, &invocation(), &settings)))
    }

    fn taken_by(&self, function: &str) -> Vec<Value> {
        let taken = self.post.taken.borrow();
        let own = taken.iter().filter(|(queue, _)| *queue == format!("curfew-{function}"));
        own.map(|(_, body)| body.clone()).collect()
    }
}

fn order(step: SweepStep) -> Value {
    let (account, region) = (AccountId::new("210987654321").unwrap(), Region::new("eu-west-1").unwrap());
    SweepOrder { queue: Queue { account, region, name: "curfew-sweep".to_owned() }, step }.to_json()
}

fn begin() -> Value {
    order(SweepStep::Begin)
}

fn batch(bodies: &[Value]) -> Value {
    let record = |(index, body): (usize, &Value)| {
        json!({
            "messageId": format!("m{index}"), "body": body.to_string(), "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:210987654321:curfew-sweep",
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

fn failed(answer: Result<Value, lambda::HandleError>) -> Vec<String> {
    let answer = answer.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_sweep_ends_with_one_line_that_has_all_counts() {
    let world = World::of(&["clean-1", "clean-2", "open-1"]);
    let (answer, lines) = world.handle(&batch(&[begin()]));
    assert_eq!(failed(answer), [""; 0]);
    assert_eq!(world.taken_by("close-high-street").len(), 1);
    let [line] = &lines[..] else { panic!("{lines:?}") };
    insta::assert_snapshot!(serde_json::to_string_pretty(line).unwrap());
}

#[test]
fn a_question_whether_it_is_at_work_sweeps_nothing() {
    let world = World::of(&["open-1"]);
    let (answer, _) = world.handle(&json!({ "probe": true }));
    assert_eq!(answer.unwrap()["control"], "sweep");
    assert!(world.post.taken.borrow().is_empty());
}

#[test]
fn ticks_that_waited_together_are_one_sweep() {
    let world = World::of(&["open-1"]);
    let (answer, lines) = world.handle(&batch(&[begin(), begin(), begin()]));
    assert_eq!(failed(answer), [""; 0]);
    assert_eq!((world.taken_by("close-high-street").len(), lines.len()), (1, 1));
}

#[test]
fn after_half_of_the_time_it_goes_on_in_another_invocation() {
    let names: Vec<String> = (0..100).map(|n| format!("open-{n:03}")).collect();
    let world = World::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    // Of a minute; one house a second.
    let (answer, lines) = world.handle(&batch(&[begin()]));
    assert_eq!(failed(answer), [""; 0]);
    let [next] = &world.taken_by("sweep")[..] else { panic!("{lines:?}") };
    let seen = next["detail"]["found"]["high-street"]["to-close"].as_u64().unwrap();
    assert!((30..=34).contains(&seen), "{seen}");
    let [line] = &lines[..] else { panic!("{lines:?}") };
    let message = line["message"].as_str().unwrap();
    assert_eq!(message, "the sweep goes on in another invocation: high-street, low-street, mews left");

    // By then it has not ended either, but it is further.
    let later = World::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(failed(later.handle(&batch(std::slice::from_ref(next))).0), [""; 0]);
    let further = &later.taken_by("sweep")[0]["detail"];
    assert_eq!((&further["sweep"], &further["invocations"]), (&json!("m0"), &json!(2)));
    assert!(further["found"]["high-street"]["to-close"].as_u64().unwrap() >= seen + 30);
}

#[test]
fn a_message_that_cannot_be_read_comes_back_alone_and_is_said() {
    let world = World::of(&["open-1"]);
    let foreign = json!({ "source": "aws.ec2", "detail-type": "Something", "detail": {} });
    let other = order(SweepStep::GoOn(json!({ "sweep": "s", "began": "yesterday" })));
    let (answer, lines) = world.handle(&batch(&[foreign, begin(), other]));
    assert_eq!(failed(answer), ["m0", "m2"]);
    let errors: Vec<&Value> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    let said: Vec<(&str, &str)> = errors
        .iter()
        .map(|line| (line["message_id"].as_str().unwrap(), line["message"].as_str().unwrap()))
        .collect();
    assert_eq!(
        said,
        [
            (
                "m0",
                "the trigger could not be read: `aws.ec2` / `Something` is not a trigger that Curfew reads"
            ),
            (
                "m2",
                "the message does not say how far a sweep came: `detail.began`: `yesterday` is no time in RFC 3339"
            ),
        ]
    );
    assert_eq!(world.taken_by("close-high-street").len(), 1);
}

#[test]
fn what_may_not_be_listed_is_an_error_in_the_log_and_the_rest_is_swept() {
    let mut world = World::of(&["open-1"]);
    world.low = Street(None, Doors::default());
    let (answer, lines) = world.handle(&batch(&[begin()]));
    assert_eq!(failed(answer), [""; 0]);
    assert_eq!(world.taken_by("close-high-street").len(), 1);
    let [error, end] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(
        (&error["level"], &error["outcome"], &error["control"]),
        (&json!("ERROR"), &json!("failed"), &json!("sweep"))
    );
    let said = error["message"].as_str().unwrap();
    assert!(
        said.starts_with(
            "the resources of low-street could not be listed, and were not swept: access denied"
        ),
        "{said}"
    );
    assert_eq!(
        (&end["level"], &end["not_listed"]),
        (&json!("WARN"), &json!({ "low-street": denied().to_string() }))
    );
}

#[test]
fn where_sending_fails_the_message_comes_back() {
    let mut world = World::of(&["open-1"]);
    world.post.refuses = true;
    let (answer, lines) = world.handle(&batch(&[begin(), begin()]));
    assert_eq!(failed(answer), ["m0", "m1"]);
    let [error] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&error["level"], &error["sweep"]), (&json!("ERROR"), &json!("m0")));
}

#[test]
fn what_comes_from_no_queue_is_refused() {
    let (answer, lines) = World::of(&[]).handle(&begin());
    assert_eq!(answer.unwrap_err().error_type(), "Curfew.UnreadableTrigger");
    assert_eq!(lines[0]["message"], "the trigger could not be read: `Records` is missing");
}

/// A record of this house in the high street, to which this sweep led.
fn record(house: &str, sweep: &str) -> (Record, Terms) {
    let (mut record, terms) = ledgers::at_once("high-street", house, "r", 30);
    record.subject.cause = Cause::new("sweep").with_event_id(Some(sweep));
    (record, terms)
}

#[test]
fn some_time_after_its_end_a_sweep_says_what_became_of_what_it_sent() {
    let world = World::of(&["open-1", "open-2", "open-3", "open-4", "clean-1"]);
    assert_eq!(failed(world.handle(&batch(&[begin()])).0), [""; 0]);
    let [last] = &world.taken_by("sweep")[..] else { panic!("one message is left") };
    for (house, sweep, outcome) in [
        ("open-1", "m0", Some(Outcome::Remediated)),
        ("open-2", "m0", Some(Outcome::StillOpen)),
        ("open-3", "m0", None),
        ("open-4", "another", Some(Outcome::Remediated)),
    ] {
        let (record, terms) = record(house, sweep);
        assert_eq!(run(world.ledger.begin(&record, &terms)), Ok(Begun::Taken));
        if let Some(outcome) = outcome {
            let end = Some(End { at: terms.now, outcome });
            assert_eq!(run(world.ledger.finish(&Record { end, ..record }, terms.now)), Ok(()));
        }
    }
    let sent = world.post.taken.borrow().len();
    let (answer, lines) = world.handle(&batch(std::slice::from_ref(last)));
    assert_eq!(failed(answer), [""; 0]);
    assert_eq!(world.post.taken.borrow().len(), sent, "nothing is swept or asked again");
    let [line] = &lines[..] else { panic!("{lines:?}") };
    let became = json!({ "sent": 4, "remediated": 1, "still_open": 1, "unfinished": 1, "without_record": 1 });
    assert_eq!((&line["sweep"], &line["became"]), (&json!("m0"), &json!({ "high-street": became })));
    let message = "what became of the 4 that the sweep sent: 1 remediated, 1 still-open, 1 unfinished, 1 without a record";
    assert_eq!((&line["level"], &line["message"]), (&json!("INFO"), &json!(message)));
}

#[test]
fn a_sweep_that_sent_nothing_asks_for_nothing_later() {
    let world = World::of(&["clean-1"]);
    assert_eq!(failed(world.handle(&batch(&[begin()])).0), [""; 0]);
    assert!(world.post.taken.borrow().is_empty());
}
