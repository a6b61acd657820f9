//! Revoking what opens a group, once what it let in rightly is put back.

use std::collections::BTreeSet;

use network::{Rule, RuleId};
use remediation::{CallError, Done};

use crate::state::says_the_same;
use crate::{At, Authorized, Part, PutBack, Revocation, Revoked, SecurityGroups, SgChange, SgIngress, Tags};

/// Parts that get the same tags, which one call can put back.
type Batch<'a> = (&'a Tags, Vec<&'a Part>);

/// How putting parts back went.
#[derive(Default)]
pub(super) struct Progress<'a> {
    /// The group has no room for these yet.
    pub(super) waiting: Vec<Batch<'a>>,
    /// EC2 did not add a part of these rules: they stay, so that nothing legitimate is cut.
    pub(super) kept: BTreeSet<&'a RuleId>,
    /// The first thing that went wrong.
    pub(super) error: Option<CallError>,
}

impl<P: SecurityGroups> SgIngress<P> {
    /// Puts back, then revokes, so that nothing legitimate is cut even for a moment. Only a group that is
    /// full has to lose the offending rules first. What fails keeps only what it is about from going on.
    pub(super) async fn revoke(
        &self,
        at: &At<'_>,
        plan: &Revocation,
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let Progress { mut waiting, kept, error } = self.put_back(at, &plan.restore, done).await;
        let rules: Vec<&Rule> = plan.revoke.iter().filter(|rule| !kept.contains(&rule.id)).collect();
        let mut there = kept;
        let revoked =
            if rules.is_empty() { Ok(()) } else { self.revoke_rules(at, &rules, &mut there, done).await };
        // As long as a rule is there, nothing of it is missing.
        for (_, parts) in &mut waiting {
            parts.retain(|part| !there.contains(&part.part_of));
        }
        let fitted = self.put_back_what_fits(at, &waiting, done).await;
        error.map_or(Ok(()), Err).and(revoked).and(fitted)
    }

    /// Puts parts back, as far as EC2 takes them and the group has room.
    pub(super) async fn put_back<'a>(
        &self,
        at: &At<'_>,
        parts: &'a [Part],
        done: &mut Done<SgChange>,
    ) -> Progress<'a> {
        let mut progress = Progress::default();
        for batch in batches(parts) {
            if progress.error.as_ref().is_none_or(concerns_one_alone) {
                self.put_back_batch(at, batch, &mut progress, done).await;
            } else {
                progress.kept.extend(batch.1.iter().map(|part| &part.part_of));
            }
        }
        progress
    }

    /// Authorizes all at once. Where one of them is there already, or is refused, EC2 adds none, and they go one
    /// by one.
    async fn put_back_batch<'a>(
        &self,
        at: &At<'_>,
        batch: Batch<'a>,
        so_far: &mut Progress<'a>,
        done: &mut Done<SgChange>,
    ) {
        let mut unsure = Unsure::default();
        self.put_back_all(at, batch, so_far, &mut unsure, done).await;
        unsure.note(done);
    }

    async fn put_back_all<'a>(
        &self,
        at: &At<'_>,
        (tags, parts): Batch<'a>,
        so_far: &mut Progress<'a>,
        unsure: &mut Unsure<'a>,
        done: &mut Done<SgChange>,
    ) {
        let mut left = parts.as_slice();
        let mut at_once = left.len();
        while !left.is_empty() {
            let (now, later) = left.split_at(at_once.min(left.len()));
            let answer = self.authorize(at, now, tags, done).await;
            unsure.take(now, &answer);
            match answer {
                Ok(Authorized::Done(rules)) => done.changes.extend(put_back(now, rules)),
                Ok(Authorized::NoRoom(_)) => return so_far.waiting.push((tags, left.to_vec())),
                Ok(Authorized::AlreadyThere | Authorized::MayBeDone) | Err(CallError::Refused { .. })
                    if now.len() > 1 =>
                {
                    at_once = 1;
                    continue;
                }
                Ok(Authorized::AlreadyThere | Authorized::MayBeDone) => {}
                Err(why) => {
                    let is_alone = concerns_one_alone(&why);
                    let failed = if is_alone { now } else { left };
                    so_far.kept.extend(failed.iter().map(|part| &part.part_of));
                    so_far.error.get_or_insert(why);
                    if !is_alone {
                        return;
                    }
                }
            }
            left = later;
        }
    }

    /// Puts back as much as the group has room for: each part that fits is one that is not cut. Half as many
    /// are tried each time that they do not fit, so that the calls are few.
    pub(super) async fn put_back_what_fits(
        &self,
        at: &At<'_>,
        batches: &[Batch<'_>],
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let mut unsure = Unsure::default();
        let fitted = self.put_back_by_halves(at, batches, &mut unsure, done).await;
        unsure.note(done);
        fitted
    }

    async fn put_back_by_halves<'a>(
        &self,
        at: &At<'_>,
        batches: &[Batch<'a>],
        unsure: &mut Unsure<'a>,
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let mut refused = None;
        for (tags, parts) in batches {
            let mut left = parts.as_slice();
            let mut at_once = left.len();
            while !left.is_empty() {
                let (now, later) = left.split_at(at_once.min(left.len()));
                let answer = self.authorize(at, now, tags, done).await;
                unsure.take(now, &answer);
                match answer {
                    Ok(Authorized::Done(rules)) => done.changes.extend(put_back(now, rules)),
                    Ok(Authorized::NoRoom(_) | Authorized::AlreadyThere | Authorized::MayBeDone)
                    | Err(CallError::Refused { .. })
                        if now.len() > 1 =>
                    {
                        at_once = now.len() / 2;
                        continue;
                    }
                    Ok(Authorized::AlreadyThere | Authorized::MayBeDone) => {}
                    Ok(Authorized::NoRoom(why)) => return Err(refused.unwrap_or(why)),
                    Err(why @ CallError::Refused { .. }) => {
                        refused.get_or_insert(why);
                    }
                    Err(why) => return Err(refused.unwrap_or(why)),
                }
                left = later;
            }
        }
        refused.map_or(Ok(()), Err)
    }

    async fn authorize(
        &self,
        at: &At<'_>,
        parts: &[&Part],
        tags: &Tags,
        done: &mut Done<SgChange>,
    ) -> Result<Authorized, CallError> {
        let permissions: Vec<_> = parts.iter().map(|part| &part.permission).collect();
        let answer = self.groups.authorize(at, &permissions, tags).await;
        done.unless_answered(answer, || put_back(parts, Vec::new()))
    }

    /// Revokes all at once; where one of them is gone already, or may not go, EC2 refuses the lot, and they go one
    /// by one. Adds those that stay to `there`.
    pub(super) async fn revoke_rules<'a>(
        &self,
        at: &At<'_>,
        rules: &[&'a Rule],
        there: &mut BTreeSet<&'a RuleId>,
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let ids: Vec<&RuleId> = rules.iter().map(|rule| &rule.id).collect();
        let revoked = |rule: &&Rule| SgChange::Revoked((*rule).clone());
        let mut may_be_done = false;
        match done.unless_answered(self.groups.revoke(at, &ids).await, || rules.iter().map(revoked)) {
            Ok(Revoked::Done) => {
                done.changes.extend(rules.iter().map(revoked));
                return Ok(());
            }
            Ok(Revoked::NotThere) if rules.len() == 1 => return Ok(()),
            Ok(Revoked::NotThere) => {}
            Ok(Revoked::MayBeDone) => may_be_done = true,
            Err(CallError::Refused { .. }) if rules.len() > 1 => {}
            Err(error) => {
                there.extend(rules.iter().map(|rule| &rule.id));
                return Err(error);
            }
        }
        let (mut failed, mut is_over) = (Ok(()), false);
        let (mut unsure, mut is_one_there) = (Vec::new(), false);
        for rule in rules {
            if is_over {
                there.insert(&rule.id);
                unsure.push(*rule);
                continue;
            }
            match done.unless_answered(self.groups.revoke(at, &[&rule.id]).await, || [revoked(rule)]) {
                Ok(Revoked::Done) => {
                    is_one_there = true;
                    done.changes.push(revoked(rule));
                }
                Ok(Revoked::MayBeDone) => done.in_doubt.push(revoked(rule)),
                Ok(Revoked::NotThere) => unsure.push(*rule),
                Err(error) => {
                    there.insert(&rule.id);
                    is_over = !concerns_one_alone(&error);
                    // What EC2 refuses to take away is there. What is denied, throttled or not answered says nothing of that.
                    is_one_there = is_one_there || !is_over;
                    unsure.extend((!error.may_be_done()).then_some(*rule));
                    failed = failed.and(Err(error));
                }
            }
        }
        // EC2 takes all of them away or none: as long as none is known to be there after it, it may have been the try whose
        // answer got lost.
        if may_be_done && !is_one_there {
            done.in_doubt.extend(unsure.iter().map(revoked));
        }
        failed
    }
}

/// The parts of calls of which a try whose answer got lost may have put them back, a list a call.
#[derive(Default)]
struct Unsure<'a>(Vec<Vec<&'a Part>>);

impl<'a> Unsure<'a> {
    /// EC2 adds all that a call names or nothing: as long as one of them was not there after it, it added none.
    fn take(&mut self, parts: &[&'a Part], answer: &Result<Authorized, CallError>) {
        match answer {
            Ok(Authorized::MayBeDone) => self.0.push(parts.to_vec()),
            Ok(Authorized::Done(_)) => self.0.retain(|call| !call.iter().any(|one| parts.contains(one))),
            Ok(Authorized::AlreadyThere | Authorized::NoRoom(_)) | Err(_) => {}
        }
    }

    fn note(self, done: &mut Done<SgChange>) {
        for change in put_back(&self.0.concat(), Vec::new()) {
            if !done.in_doubt.contains(&change) {
                done.in_doubt.push(change);
            }
        }
    }
}

/// Whether the others may go on: what is denied, or does not get through, is so for all of them.
fn concerns_one_alone(error: &CallError) -> bool {
    matches!(error, CallError::Refused { .. })
}

/// One call gives the same tags to all its rules.
fn batches(parts: &[Part]) -> Vec<Batch<'_>> {
    let mut batches: Vec<Batch<'_>> = Vec::new();
    for part in parts {
        match batches.iter_mut().find(|(tags, _)| **tags == part.tags) {
            Some((_, batch)) => batch.push(part),
            None => batches.push((&part.tags, vec![part])),
        }
    }
    batches
}

/// What was put back, each part with the new rule that says the same, in whatever order EC2 tells them.
fn put_back(parts: &[&Part], rules: Vec<Rule>) -> impl Iterator<Item = SgChange> {
    parts.iter().map(move |part| {
        let new = rules.iter().find(|rule| says_the_same(&rule.permission, &part.permission));
        SgChange::Authorized(PutBack { part: (*part).clone(), id: new.map(|rule| rule.id.clone()) })
    })
}
