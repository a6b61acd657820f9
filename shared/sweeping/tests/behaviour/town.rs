//! Three towns of made-up houses, and what is swept from them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use events::{AccountId, BucketName, Queue, Region, Resource, Subject, SweepStep};
use exemptions::{Exemptions, Scope};
use remediation::clock::Clock;
use remediation::testing::doors::{Doors, House, OpenDoors, Read, Turn};
use remediation::testing::{NOTHING_EXEMPT, Still, run, subject};
use remediation::{CallError, Fact, Judge, Listed, Place, Survey, Tags, Target, Unread};
use serde_json::{Value, json};
use sweeping::{Leg, Notice, Post, Progress, Surveyed, Waiting};

/// A town: houses by name, each as it is read. Clones are the same town.
#[derive(Debug, Clone, Default)]
pub(crate) struct Town<const N: usize> {
    pub(crate) houses: Rc<RefCell<BTreeMap<String, Read>>>,
    /// What the next listings fail with.
    pub(crate) unlisted: Rc<RefCell<VecDeque<CallError>>>,
    /// Whether listing tells the state of a house.
    pub(crate) tells: Rc<Cell<bool>>,
    pub(crate) doors: Doors,
    pub(crate) reads: Rc<Cell<usize>>,
}

impl<const N: usize> Judge for Town<N> {
    const NAME: &'static str = ["north", "east", "west"][N];
    type Id = BucketName;
    type State = House;
    type Assessment = OpenDoors;
    type Plan = Turn;

    fn id(resource: &Resource) -> Option<&BucketName> {
        Doors::id(resource)
    }

    async fn read(&self, target: &Target<'_, BucketName>) -> Result<Option<House>, CallError> {
        self.reads.set(self.reads.get() + 1);
        let read = self.houses.borrow().get(target.id.as_str()).cloned();
        Ok(read.unwrap_or(Ok(None))?.map(House))
    }

    fn unread(&self, state: &House, assessment: &OpenDoors) -> Vec<Unread> {
        self.doors.unread(state, assessment)
    }

    fn assess(&self, state: &House, now: SystemTime) -> OpenDoors {
        self.doors.assess(state, now)
    }

    async fn tags(&self, target: &Target<'_, BucketName>, state: &House) -> Fact<Tags> {
        self.doors.tags(target, state).await
    }

    fn exempt(&self, assessment: OpenDoors, scope: &Scope) -> OpenDoors {
        self.doors.exempt(assessment, scope)
    }

    fn plan(&self, assessment: &OpenDoors, now: SystemTime) -> Option<Turn> {
        self.doors.plan(assessment, now)
    }
}

impl<const N: usize> Survey for Town<N> {
    const READS_A_SECOND: u32 = 10;

    async fn survey(&self, _: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        if let Some(error) = self.unlisted.borrow_mut().pop_front() {
            return Err(error);
        }
        let state = |read: &Read| {
            let doors = read.as_ref().ok()?.clone();
            doors.filter(|_| self.tells.get()).map(House)
        };
        let listed = |(name, read): (&String, &Read)| Listed {
            id: BucketName::new(name).unwrap(),
            state: state(read),
        };
        // In another order than that of their names.
        Ok(self.houses.borrow().iter().rev().map(listed).collect())
    }
}

/// What was sent: queue, body, delay.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    pub(crate) all: RefCell<Vec<(String, Value, Duration)>>,
    pub(crate) refuses: RefCell<Option<CallError>>,
}

impl Post for Sent {
    async fn send(&self, queue: &Queue, bodies: &[String], delay: Duration) -> Result<(), CallError> {
        if let Some(error) = self.refuses.borrow().clone() {
            return Err(error);
        }
        let body = |body: &String| (queue.name.clone(), serde_json::from_str(body).unwrap(), delay);
        self.all.borrow_mut().extend(bodies.iter().map(body));
        Ok(())
    }
}

/// The houses that wait, whoever asks.
#[derive(Debug)]
pub(crate) struct Waits(pub(crate) RefCell<Result<Vec<String>, CallError>>);

impl Waiting for Waits {
    async fn waiting(&self, _: &str) -> Result<Vec<Subject>, CallError> {
        match &*self.0.borrow() {
            Ok(names) => Ok(names.iter().map(|name| subject(house(name))).collect()),
            Err(error) => Err(error.clone()),
        }
    }
}

pub(crate) fn house(name: &str) -> Resource {
    Resource::Bucket(BucketName::new(name).unwrap())
}

/// Three towns, and everything around them.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) own: Queue,
    pub(crate) clock: Still,
    pub(crate) north: Town<0>,
    pub(crate) east: Town<1>,
    pub(crate) west: Town<2>,
    pub(crate) sent: Sent,
    pub(crate) waits: Waits,
    pub(crate) exemptions: Exemptions,
    /// What was said besides what was found.
    pub(crate) notices: RefCell<Vec<Notice>>,
}

impl Default for World {
    fn default() -> Self {
        let (account, region) = (AccountId::new("210987654321").unwrap(), Region::new("eu-west-1").unwrap());
        Self {
            own: Queue { account, region, name: "acme-curfew-sweep".to_owned() },
            clock: Still::default(),
            north: Town::default(),
            east: Town::default(),
            west: Town::default(),
            sent: Sent::default(),
            waits: Waits(RefCell::new(Ok(Vec::new()))),
            exemptions: NOTHING_EXEMPT.clone(),
            notices: RefCell::default(),
        }
    }
}

impl World {
    /// A sweep that begins.
    pub(crate) fn begin(&self) -> Progress {
        Progress::new("b6d5a1de", self.clock.now(), &["north", "east", "west"])
    }

    /// Goes on for so long.
    pub(crate) fn leg(&self, progress: &mut Progress, time: Option<Duration>) -> Result<(), CallError> {
        let leg = Leg {
            clock: &self.clock,
            post: &self.sent,
            ledger: &self.waits,
            own: &self.own,
            name: "sweep",
            exemptions: &self.exemptions,
            until: time.map(|time| self.clock.now() + time),
            sweep: progress.sweep.clone(),
            began: progress.began,
            notices: RefCell::default(),
        };
        let surveys = (
            Surveyed::new("close-north", self.north.clone()),
            (
                Surveyed::new("close-east", self.east.clone()),
                (Surveyed::new("close-west", self.west.clone()), ()),
            ),
        );
        let gone = run(leg.go(&surveys, progress));
        self.notices.borrow_mut().extend(leg.notices.take());
        gone?;
        if progress.is_over() { Ok(()) } else { run(leg.hand_over(progress)) }
    }

    /// Sweeps in legs of so long, each from the message of the one before, and says how many it took.
    pub(crate) fn sweep(&self, time: Option<Duration>, between: impl Fn(&Self)) -> Progress {
        let mut progress = self.begin();
        for _ in 0..1_000 {
            self.leg(&mut progress, time).unwrap();
            if progress.is_over() {
                return progress;
            }
            progress = self.handed_over();
            between(self);
        }
        panic!("it never ends: {progress:?}")
    }

    /// What the last message to the sweep's own queue says, as it comes back from there.
    pub(crate) fn handed_over(&self) -> Progress {
        let (queue, body, _) = self.sent.all.borrow().last().cloned().unwrap();
        assert_eq!(queue, "acme-curfew-sweep");
        let record = json!({
            "messageId": "m", "eventSource": "aws:sqs", "body": body.to_string(),
            "eventSourceARN": "arn:aws:sqs:eu-west-1:210987654321:acme-curfew-sweep",
        });
        let [message] = &events::read_orders(&json!({ "Records": [record] }).to_string()).unwrap()[..] else {
            panic!()
        };
        let order = message.order.as_ref().unwrap();
        let SweepStep::GoOn(progress) = &order.step else { panic!("{order:?}") };
        serde_json::from_value(progress.clone()).unwrap()
    }

    /// The houses that were handed to a function, as the function reads them.
    pub(crate) fn sent_to(&self, function: &str) -> Vec<String> {
        let name = |body: &Value| match events::read(&body.to_string(), &events::OwnRoles::none()).unwrap() {
            events::Trigger::Event(reading) => {
                assert!(reading.unreadable.is_empty(), "{reading:?}");
                reading.subjects.iter().map(|subject| subject.resource.id().to_owned()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let sent = self.sent.all.borrow();
        sent.iter()
            .filter(|(queue, ..)| *queue == format!("acme-curfew-{function}"))
            .flat_map(|(_, body, _)| name(body))
            .collect()
    }
}

/// Houses by name.
pub(crate) fn houses<const N: usize>(reads: [(&str, Read); N]) -> Rc<RefCell<BTreeMap<String, Read>>> {
    Rc::new(RefCell::new(reads.into_iter().map(|(name, read)| (name.to_owned(), read)).collect()))
}
