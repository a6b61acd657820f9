//! Taking a subject: one transaction where nothing is in the way, and a look at the standing where something is.

use remediation::CallError;
use remediation::clock::Clock;
use remediation::ledger::{Begun, Entry, Record, RecordId, Standing, Terms};

use crate::body::{Body, BodyError};
use crate::brake::Brake;
use crate::finish::is_open;
use crate::item::{Item, key, number, parts_expire};
use crate::standings::{Expression, Seen, enter, is_as_seen, is_free, is_let_go, name, of_item, to_item};
use crate::table::Table;
use crate::write::{PUT, Retries, Write, Written};

/// How many bytes a record may be before anything is changed: what is done about it has to fit in besides.
const LARGEST: usize = 20_000_000;

/// Whether a record is written for the first time.
#[derive(Debug, Clone, Copy)]
enum Work<'a> {
    New,
    Again,
    /// For the first time, and this one is ended by the same transaction.
    After(&'a Record),
}

/// What became of an attempt to take a subject. Nothing is written but where it is `Done`.
enum Entered {
    Done,
    /// As many were changed as may be.
    Full,
    /// People were told already that some have to wait.
    Told,
    /// The standing was not as it had to be. What it is, where the answer says so.
    Standing(Item),
    /// The record was not as it had to be.
    Record,
}

impl<'a> Work<'a> {
    fn entry(self, standing: &Standing, record: &Record, terms: &Terms) -> Entry {
        match self {
            Self::New => standing.entry(record, terms),
            Self::Again => standing.entry_again(record, terms),
            Self::After(over) => standing.entry_after(over, record, terms),
        }
    }

    /// The record that is ended by it.
    fn over(self) -> Option<&'a Record> {
        if let Self::After(over) = self { Some(over) } else { None }
    }

    /// What the standing has to be like, unless it was seen.
    fn unseen(self, record: &Record, terms: &Terms) -> Expression {
        match self {
            Self::New | Self::After(_) => is_free(record, terms),
            Self::Again => is_let_go(record, terms),
        }
    }

    /// What is stored of the record so far.
    fn before(self, record: &Record) -> Expression {
        match self {
            Self::New | Self::After(_) => Expression::new("attribute_not_exists(#resource)", []),
            // Open, with all that was done and told about it.
            Self::Again => Expression::new(
                "attribute_not_exists(#ended_at) AND #attempts = :attempts AND #tellings = :tellings",
                [
                    (":attempts", number(record.attempts.len().saturating_sub(1))),
                    (":tellings", number(record.told.len())),
                ],
            ),
        }
    }
}

impl<K: Clock> Table<K> {
    pub(crate) async fn begin_record(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        self.take(Work::New, record, terms).await
    }

    pub(crate) async fn resume_record(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        self.take(Work::Again, record, terms).await
    }

    pub(crate) async fn replace_record(
        &self,
        over: &Record,
        record: &Record,
        terms: &Terms,
    ) -> Result<Begun, CallError> {
        self.take(Work::After(over), record, terms).await
    }

    async fn take(&self, work: Work<'_>, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        let mut brake = Brake::of(record, terms);
        let begun = self.decide(work, record, terms, &mut brake).await?;
        self.give_back(brake, &begun).await?;
        Ok(begun)
    }

    async fn decide(
        &self,
        work: Work<'_>,
        record: &Record,
        terms: &Terms,
        brake: &mut Option<Brake>,
    ) -> Result<Begun, CallError> {
        let mut retries = Retries::default();
        let mut seen = match work {
            Work::After(_) => Some(self.read_standing(&record.id.resource, &record.control).await?),
            Work::New | Work::Again => None,
        };
        loop {
            let entry = seen.as_ref().map_or(Entry::Free, |seen| work.entry(&seen.standing, record, terms));
            let full = brake.as_ref().filter(|brake| brake.is_full());
            let held = match entry {
                Entry::Free => full.map(Brake::hold),
                Entry::Hold(hold) => Some(hold),
                Entry::Mine => return Ok(Begun::Taken),
                Entry::Busy(until) => return Ok(Begun::Busy { until }),
                Entry::Known => return Ok(Begun::Known),
                Entry::Restored(left_alone) => return Ok(Begun::Restored(left_alone)),
                Entry::Stale(ended) => return Ok(Begun::Stale(ended)),
                Entry::Open(ref key) | Entry::Waits(ref key) => {
                    let id = RecordId { resource: record.id.resource.clone(), key: key.clone() };
                    match (self.read_record(&id).await?.map(Box::new), entry) {
                        (Some(open), Entry::Open(_)) => return Ok(Begun::Open(open)),
                        (Some(open), _) if open.lets_pass(record, terms) => return Ok(Begun::Open(open)),
                        (Some(open), _) => {
                            return Ok(Begun::Held { record: Box::new(open.waiting(record, terms.now)) });
                        }
                        // Nobody can go on with what is not there.
                        (None, _) => seen = seen.map(Seen::without_open),
                    }
                    continue;
                }
            };
            let written = Record { held, ..record.clone() };
            match self.enter(work, &written, terms, seen.as_ref(), brake.as_mut()).await? {
                Entered::Done if written.held.is_some() => {
                    return Ok(Begun::Held { record: Box::new(written) });
                }
                Entered::Done => return Ok(Begun::Taken),
                Entered::Full | Entered::Told => {}
                Entered::Standing(item) => {
                    if seen.is_some() {
                        retries.pause(&self.clock).await?;
                    }
                    seen = Some(self.look(record, item).await?);
                }
                Entered::Record => return self.already(work, record, terms).await,
            }
        }
    }

    /// Writes the record and enters its subject, unless something is in the way.
    async fn enter(
        &self,
        work: Work<'_>,
        record: &Record,
        terms: &Terms,
        seen: Option<&Seen>,
        mut brake: Option<&mut Brake>,
    ) -> Result<Entered, CallError> {
        let put = self.put(record, work.before(record), Some(LARGEST)).await?;
        let standing = standing(work, record, terms, seen);
        let over = match work.over() {
            Some(over) => Some(self.put(over, is_open(over), None).await?),
            None => None,
        };
        let is_claimed = record.held.as_ref().is_some_and(|hold| hold.tells);
        let mut retries = Retries::default();
        loop {
            let counts = |brake: &&mut Brake| {
                if record.held.is_none() { brake.count() } else { brake.claim(record).filter(|_| is_claimed) }
            };
            let last = brake.as_ref().and_then(counts);
            let writes: Vec<Write> =
                [put.clone(), standing.clone()].into_iter().chain(over.clone()).chain(last).collect();
            match self.write(&writes).await? {
                Written::Done => return Ok(Entered::Done),
                Written::Failed(items) => {
                    let mut items = items.into_iter();
                    let (of_record, of_standing) = (items.next().flatten(), items.next().flatten());
                    if let Some(item) = of_standing {
                        return Ok(Entered::Standing(item));
                    }
                    let of_over = over.as_ref().and_then(|_| items.next().flatten());
                    let is_of_brake = of_record.is_none() && of_over.is_none();
                    let Some(brake) = brake.as_mut().filter(|_| is_of_brake) else {
                        return Ok(Entered::Record);
                    };
                    if record.held.is_some() {
                        brake.told();
                        return Ok(Entered::Told);
                    }
                    brake.next();
                    if brake.is_full() {
                        return Ok(Entered::Full);
                    }
                }
                Written::Conflict(which) => {
                    retries.pause(&self.clock).await?;
                    let before_brake = 2 + usize::from(over.is_some());
                    let meets_at_brake = which.iter().skip(before_brake).any(|meets| *meets);
                    if let Some(brake) = brake.as_mut().filter(|_| meets_at_brake && record.held.is_none()) {
                        self.count_alone(brake).await?;
                        if brake.is_full() {
                            return Ok(Entered::Full);
                        }
                    }
                }
            }
        }
    }

    /// The record is not as it should be, although its subject's standing is: somebody else has changed it meanwhile.
    async fn already(&self, work: Work<'_>, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        match (work, self.read_record(&record.id).await?) {
            (Work::Again, Some(open)) if open.end.is_none() => Ok(Begun::Open(Box::new(open))),
            (Work::Again, _) | (Work::After(_), None) => Ok(Begun::Busy { until: terms.now }),
            (Work::New | Work::After(_), _) => Err(CallError::Withheld {
                action: PUT,
                code: "RecordExists",
                message: format!("there is a record `{}` already, and it is over", record.id),
            }),
        }
    }

    /// The write of a record under a condition, once its parts are written.
    pub(crate) async fn put(
        &self,
        record: &Record,
        condition: Expression,
        largest: Option<usize>,
    ) -> Result<Write, CallError> {
        let body = Body::of(record).map_err(|error| unwritable(&error))?;
        if largest.is_some_and(|largest| body.length > largest) {
            let message =
                format!("the record of {} is {} bytes, too many to be kept", record.id, body.length);
            return Err(CallError::Withheld { action: PUT, code: "RecordTooLarge", message });
        }
        self.put_parts(&record.id, &body, parts_expire(self.clock.now(), self.kept_for)).await?;
        let item = crate::item::of(record, &body, self.kept_for);
        Ok(Write::Put(item.map_err(|error| unwritable(&error.into()))?, condition))
    }

    /// The standing that was in the way.
    async fn look(&self, record: &Record, item: Item) -> Result<Seen, CallError> {
        if item.is_empty() {
            return self.read_standing(&record.id.resource, &record.control).await;
        }
        Ok(of_item(&item))
    }
}

/// The write that enters the subject of a record.
fn standing(work: Work<'_>, record: &Record, terms: &Terms, seen: Option<&Seen>) -> Write {
    let entered = |standing: Standing| match record.held {
        Some(_) => standing.held(record, terms),
        None => standing.taken(record, terms),
    };
    let (resource, control) = (&record.id.resource, &record.control);
    match seen {
        None => Write::Update(
            key(resource, &name(control)),
            enter(entered(Standing::default())),
            work.unseen(record, terms),
        ),
        Some(seen) => {
            let before = seen.standing.clone();
            let before = work.over().map_or(before.clone(), |over| before.without(over));
            let item = to_item(resource, control, entered(before), seen);
            Write::Put(item, is_as_seen(seen))
        }
    }
}

pub(crate) fn unwritable(error: &BodyError) -> CallError {
    CallError::Withheld { action: PUT, code: "RecordUnwritable", message: error.to_string() }
}
