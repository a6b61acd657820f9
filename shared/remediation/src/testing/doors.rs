//! A control over a made-up resource: a house whose doors should be closed.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::SystemTime;

use events::{BucketName, Resource, Subject};
use exemptions::Scope;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Applied, Assessment, CallError, Change, Control, Denied, Describe, Done, Evidence, Fact, Finding, Found,
    Judge, Listed, Place, Recount, Remedy, Severity, Survey, Tags, Target, Transport, Unread, Walked,
};

/// How many doors applying closes, and what it answers.
pub type Apply = (usize, Result<Applied, CallError>);

/// What a read answers.
pub type Read = Result<Option<Vec<String>>, CallError>;

/// The smallest control there is, and a model for others. The state of a house is the list of its open doors; each is a
/// finding. A `window` is reported only, a `cat flap` is tried once and then left to people, and a house with an
/// `unspeakable` door cannot be written down. A `fogged attic` could not be seen today and a `barred cellar` never can:
/// both are reported.
///
/// Clones are the same house.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// What the next reads answer; the last one answers for ever.
    pub reads: Rc<RefCell<VecDeque<Read>>>,
    /// What applying does, after it has closed as many doors as this says.
    pub apply: Rc<RefCell<Option<Apply>>>,
    /// What is known of the house's tags; `None` = it has none.
    pub tags: Rc<RefCell<Option<Fact<Tags>>>>,
    /// The names of all houses, as listing tells them; what is no name breaks the list off.
    pub listed: Rc<RefCell<Vec<String>>>,
    /// Whether applying never comes back, once it has closed its doors.
    pub hangs: Rc<Cell<bool>>,
    /// Whether one at a time turns doors.
    pub takes_turns: Rc<Cell<bool>>,
    /// What was called, in order.
    pub calls: Rc<RefCell<Vec<String>>>,
}

/// The open doors of a house.
#[derive(Debug, Clone, PartialEq, Hash, Deserialize)]
#[serde(transparent)]
pub struct House(pub Vec<String>);

/// What is not acceptable about a house.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenDoors(Vec<String>);

/// A door that was closed, or opened again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turned {
    /// Which.
    pub door: String,
}

/// Which doors are to be turned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Turn {
    /// These are to be closed.
    Close(Vec<String>),
    /// These are to be opened again.
    Open(Vec<String>),
}

impl Doors {
    /// A house that answers these reads.
    #[must_use]
    pub fn read<const N: usize>(reads: [Read; N]) -> Self {
        Self { reads: Rc::new(RefCell::new(reads.into())), ..Self::default() }
    }

    /// The same, where this is known of its tags.
    #[must_use]
    pub fn tagged(self, tags: Fact<Tags>) -> Self {
        *self.tags.borrow_mut() = Some(tags);
        self
    }

    /// The same, where applying ends so.
    #[must_use]
    pub fn then(self, closed: usize, result: Result<Applied, CallError>) -> Self {
        *self.apply.borrow_mut() = Some((closed, result));
        self
    }
}

/// A read that finds these doors open.
///
/// # Errors
/// Never.
pub fn open(doors: &[&str]) -> Read {
    Ok(Some(doors.iter().map(ToString::to_string).collect()))
}

/// Nobody may close doors.
#[must_use]
pub fn denied() -> CallError {
    CallError::Denied(Denied { action: "house:CloseDoor", message: "no".to_owned() })
}

/// Doors are closed later.
#[must_use]
pub fn throttled() -> CallError {
    CallError::Passing { action: "house:CloseDoor", code: "SlowDown".to_owned(), message: "later".to_owned() }
}

/// Whether doors are closed, nobody answers.
#[must_use]
pub fn lost() -> CallError {
    let cause = Transport::new(throttled());
    CallError::Unanswered { action: "house:CloseDoor", failure: "time-out", cause }
}

/// This door is not closed.
#[must_use]
pub fn refused(code: &str) -> CallError {
    CallError::Refused { action: "house:CloseDoor", code: code.to_owned(), message: "no".to_owned() }
}

impl Serialize for House {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.iter().any(|door| door == "unspeakable") {
            return Err(serde::ser::Error::custom("there are no words for it"));
        }
        self.0.serialize(serializer)
    }
}

impl Assessment for OpenDoors {
    type Finding = String;

    fn findings(&self) -> &[String] {
        &self.0
    }

    fn remedy(&self, door: &String) -> Remedy {
        match door.as_str() {
            "window" | "fogged attic" | "barred cellar" => Remedy::Report,
            "cat flap" | "burglar alarm" | "walled-up gate" => Remedy::ByHand,
            _ => Remedy::Close,
        }
    }

    fn signature(&self, door: &String) -> String {
        door.clone()
    }

    fn may_pass(&self, door: &String) -> bool {
        door == "fogged attic"
    }

    fn is_guard(&self, door: &String) -> bool {
        door == "burglar alarm"
    }

    fn has_no_effect(&self, door: &String) -> bool {
        door == "walled-up gate"
    }

    fn without(self, stays: impl FnMut(String) -> Option<String>) -> Self {
        Self(self.0.into_iter().filter_map(stays).collect())
    }
}

impl Judge for Doors {
    const NAME: &'static str = "doors";
    type Id = BucketName;
    type State = House;
    type Assessment = OpenDoors;
    type Plan = Turn;

    fn id(resource: &Resource) -> Option<&BucketName> {
        if let Resource::Bucket(name) = resource { Some(name) } else { None }
    }

    /// A prefix list stands for all houses that are listed.
    async fn behind(&self, subject: &Subject) -> Result<Vec<Resource>, CallError> {
        let Resource::PrefixList(id) = &subject.resource else { return Ok(Vec::new()) };
        self.calls.borrow_mut().push(format!("behind {id}"));
        let place = Place { account: &subject.account, region: &subject.region };
        let listed = self.survey(&place).await?;
        Ok(listed.into_iter().map(|listed| listed.id.into()).collect())
    }

    async fn read(&self, target: &Target<'_, BucketName>) -> Result<Option<House>, CallError> {
        self.calls.borrow_mut().push(format!("read {}", target.id));
        let mut reads = self.reads.borrow_mut();
        let read = if reads.len() > 1 { reads.pop_front() } else { reads.front().cloned() };
        Ok(read.unwrap_or(Ok(None))?.map(House))
    }

    fn unread(&self, House(doors): &House, _: &OpenDoors) -> Vec<Unread> {
        let unread = |door: &String| {
            let error = match door.as_str() {
                "fogged attic" => throttled(),
                "barred cellar" => denied(),
                _ => return None,
            };
            Some(Unread { what: format!("the {door}"), unknown: error.into() })
        };
        doors.iter().filter_map(unread).collect()
    }

    fn assess(&self, state: &House, _now: SystemTime) -> OpenDoors {
        OpenDoors(state.0.clone())
    }

    async fn tags(&self, target: &Target<'_, BucketName>, _state: &House) -> Fact<Tags> {
        self.calls.borrow_mut().push(format!("tags of {}", target.id));
        self.tags.borrow().clone().unwrap_or_else(|| Fact::Known(Tags::new()))
    }

    /// A house has no statements: its doors are named in the place of their `Sid`s.
    fn exempt(&self, assessment: OpenDoors, scope: &Scope) -> OpenDoors {
        let is_named = |door: &String| scope.sids.as_ref().is_some_and(|doors| doors.contains(door));
        assessment.without(|door| (!scope.is_whole() && !is_named(&door)).then_some(door))
    }

    fn plan(&self, assessment: &OpenDoors, _now: SystemTime) -> Option<Turn> {
        let is_for_curfew = |door: &&String| assessment.remedy(door) != Remedy::Report;
        let doors: Vec<_> = assessment.0.iter().filter(is_for_curfew).cloned().collect();
        (!doors.is_empty()).then_some(Turn::Close(doors))
    }
}

impl Survey for Doors {
    const READS_A_SECOND: u32 = 1_000;

    async fn survey(&self, place: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        self.calls.borrow_mut().push(format!("list in {} of {}", place.region, place.account));
        let incomplete = || CallError::Incomplete { action: "house:ListHouses", field: "Name" };
        let house = |name: &String| BucketName::new(name).ok_or_else(incomplete);
        let listed = self.listed.borrow();
        listed.iter().map(|name| house(name).map(|id| Listed { id, state: None })).collect()
    }
}

impl Control for Doors {
    type Change = Turned;

    async fn apply(
        &self,
        target: &Target<'_, BucketName>,
        plan: &Turn,
        done: &mut Done<Turned>,
    ) -> Result<Applied, CallError> {
        let doors = plan.doors();
        self.calls.borrow_mut().push(format!("apply {} to {}", doors.join(" "), target.id));
        let (closed, result) = self.apply.borrow().clone().unwrap_or((usize::MAX, Ok(Applied::Done)));
        if self.hangs.get() {
            std::future::pending::<()>().await;
        }
        let turned = |door: &String| Turned { door: door.clone() };
        done.changes.extend(doors.iter().take(closed).map(turned));
        done.unless_answered(result, || doors.iter().skip(closed).map(turned))
    }

    fn turn(&self, _plan: &Turn) -> Option<&'static str> {
        self.takes_turns.get().then_some("doors")
    }

    fn unfinished(
        &self,
        _target: &Target<'_, BucketName>,
        plan: &Turn,
        done: &[Turned],
        after: Option<&OpenDoors>,
    ) -> Option<Turn> {
        let is_left = |door: &&String| match after {
            Some(after) => after.0.contains(door),
            None => done.iter().all(|turned| turned.door != **door),
        };
        let doors: Vec<String> = plan.doors().iter().filter(is_left).cloned().collect();
        (!doors.is_empty()).then_some(Turn::Close(doors))
    }

    fn foreseen(&self, plan: &Turn, _done: &[Turned]) -> Vec<Turned> {
        plan.doors().iter().map(|door| Turned { door: door.clone() }).collect()
    }

    fn undo(&self, _before: &House, _plan: &Turn, done: &[Turned]) -> Option<Turn> {
        let doors: Vec<String> = done.iter().map(|turned| turned.door.clone()).collect();
        (!doors.is_empty()).then_some(Turn::Open(doors))
    }
}

impl Describe for Doors {
    fn findings(&self, assessment: &OpenDoors) -> Vec<Finding> {
        let finding = |door: &String| Finding {
            kind: "open-door",
            severity: Severity::High,
            remedy: assessment.remedy(door),
            summary: format!("the {door} is open"),
            aside: String::new(),
            evidence: json!({ "door": door }),
        };
        assessment.0.iter().map(finding).collect()
    }

    fn steps(&self, plan: &Turn) -> Vec<String> {
        plan.doors().iter().map(|door| format!("{} the {door}", plan.verb())).collect()
    }

    fn evidence(&self, _target: &Target<'_, BucketName>, found: &Found<Self>) -> Vec<Evidence> {
        vec![Evidence::new("The doors", found.state.0.join("\n"))]
    }

    fn commands(&self, _target: &Target<'_, BucketName>, plan: &Turn) -> String {
        let lines: Vec<String> =
            plan.doors().iter().map(|door| format!("  {} {door}", plan.verb())).collect();
        lines.join("\n")
    }
}

impl Recount for Doors {
    fn change(&self, change: &Turned) -> Change {
        Change {
            action: "house:CloseDoor",
            summary: format!("closed the {}", change.door),
            detail: json!({ "door": change.door }),
        }
    }

    fn advice(&self, walked: &Walked<Self>) -> Vec<String> {
        vec![format!("Do what one does when it is {}.", walked.outcome)]
    }

    fn put_back(&self, _plan: &Turn) -> &'static str {
        "How to open them again"
    }
}

impl Turn {
    fn doors(&self) -> &[String] {
        match self {
            Self::Close(doors) | Self::Open(doors) => doors,
        }
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Close(_) => "close",
            Self::Open(_) => "open",
        }
    }
}
