//! Closes one statement by the first candidate that passes the proof.

use std::cell::RefCell;

use serde_json::Value;

use super::candidate::{Candidate, Demand, Refusal, Source};
use super::narrower::is_narrower;
use super::{candidates, ground, restate, services, shut};
use crate::documented::statement_is_public;
use crate::search::model::Model;
use crate::search::request::Request;
use crate::search::world::World;
use crate::search::{Budget, Found};
use crate::{Asking, Policy, Statement};

/// A statement that is to be closed.
///
/// The proofs look at the statement and its successors alone, beside every `Deny`: what other statements allow, they
/// allow before and after.
pub(super) struct Closing<'here> {
    policy: &'here Policy,
    statement: &'here Statement,
    asking: Asking<'here>,
    refusals: Vec<Refusal<'here>>,
    /// The statement alone, beside every `Deny`.
    before: Policy,
    model: Model,
    /// Those who must keep their access.
    inside: Vec<World>,
    /// Requests of theirs that some candidate lost.
    lost: RefCell<Vec<Request>>,
}

impl<'here> Closing<'here> {
    pub(super) fn of(
        policy: &'here Policy,
        index: usize,
        asking: Asking<'here>,
        denies: &'here [Statement],
        like: Option<&Model>,
        budget: &mut Budget,
    ) -> Option<Self> {
        let statement = policy.statements.get(index)?;
        let before = ground::ground(&policy.only(index..index + 1), asking.trust);
        let mut model = Model::about(&[&before], None, asking, like, budget);
        let takes = shut::takes(&before, &model, budget);
        let is_welcoming = |number: usize| takes.get(number).is_none_or(|takes| *takes != Found::None);
        model.names.welcome(&[&with_denies(&before, is_welcoming)], asking.trust);
        let refusals = denies.iter().enumerate().map(|(number, statement)| Refusal {
            statement,
            takes: takes.get(number) == Some(&Found::One(())),
        });
        let refusals = refusals.collect();
        let inside = model.inside(asking.trust);
        let lost = RefCell::default();
        Some(Self { policy, statement, asking, refusals, before, model, inside, lost })
    }

    /// The model that it was closed by.
    pub(super) fn into_model(self) -> Model {
        self.model
    }

    /// The first candidate for the statement that is sound. The document has the statement like this.
    pub(super) fn run(&self, json: &Value, budget: &mut Budget) -> Option<Closed> {
        let source = Source {
            has_variables: self.policy.has_variables,
            refusals: &self.refusals,
            statement: self.statement,
            json,
            trust: self.asking.trust,
        };
        let delete = |why: &str| Candidate::new(format!("delete the statement: {why}"), Vec::new());
        if shut::is_for_nobody(&self.before, &self.model, &self.inside, self.asking, budget) {
            // That nobody who must be kept loses anything is what was just proven.
            let delete = delete("nobody gets in by it who is meant to");
            return self.done(delete);
        }
        let mut candidates = if shut::is_for_services(&self.before, &self.model, budget) {
            restate::candidates(&source)
        } else {
            candidates(&source)
        };
        candidates.extend(services::pinned(&source));
        let mut second_best: Option<(Proven, Candidate)> = None;
        let mut emptied = false;
        let mut meant = None;
        for candidate in candidates {
            let Some(proven) = self.proven(&candidate, budget) else { continue };
            let inside = proven.model.inside(self.asking.trust);
            if shut::is_for_nobody(&proven.after, &proven.model, &inside, self.asking, budget) {
                emptied = true;
                continue;
            }
            let means = || shut::means_services(&self.before, &self.model, self.asking, budget);
            let meant = *meant.get_or_insert_with(means);
            if !meant
                || !shut::loses_services(&self.before, &proven.after, &proven.model, self.asking, budget)
            {
                return self.taken(proven, candidate, budget);
            }
            if let Some(beside) = services::beside(&source, &candidate)
                && let Some(better) = self.proven(&beside, budget)
                && shut::gains_services(&proven.after, &better.after, &better.model, self.asking, budget)
            {
                return self.taken(better, beside, budget);
            }
            second_best.get_or_insert((proven, candidate));
        }
        if second_best.is_none() && emptied {
            let delete = delete("narrowed to those whom S3 counts as fixed, it lets nobody in");
            return self.proven(&delete, budget).and_then(|_| self.done(delete));
        }
        second_best.and_then(|(proven, candidate)| self.taken(proven, candidate, budget))
    }

    /// The candidate, if it closes the statement, keeps those who must be kept, and lets nobody in.
    fn proven(&self, candidate: &Candidate, budget: &mut Budget) -> Option<Proven> {
        let mut own = self.policy.with_only(&candidate.statements)?;
        self.share(&mut own.statements);
        if own.statements.iter().any(statement_is_public) {
            return None;
        }
        let own = ground::ground(&own, self.asking.trust);
        // What another candidate loses, this one may well lose too.
        let names = &self.model.names;
        if self.lost.borrow().iter().any(|request| request.is_surely_left_over(&own, names)) {
            return None;
        }
        let after = self.before.with_allows(&own.statements);
        match shut::lost(&self.before, Some(&after), &self.model, &self.inside, budget) {
            Found::None => {}
            Found::One(request) => {
                self.lost.borrow_mut().push(request);
                return None;
            }
            Found::Unknown => return None,
        }
        let both = [&self.before, &after];
        let mut model = Model::about(&both, None, self.asking, Some(&self.model), budget);
        let is_narrower = is_narrower(&after, &self.before);
        if !is_narrower
            && shut::request(&after, Some(&self.before), &model, &model.everyone(), budget) != Found::None
        {
            return None;
        }
        let is_welcoming = |number: usize| self.refusals.get(number).is_none_or(|refusal| refusal.takes);
        model.names.welcome(&[&with_denies(&after, is_welcoming)], self.asking.trust);
        Some(Proven { after, model })
    }

    /// A candidate that passed the proof.
    fn taken(&self, proven: Proven, mut candidate: Candidate, budget: &mut Budget) -> Option<Closed> {
        let is_of_all = |demand: &mut Demand| {
            let denied = with_denies(&self.before, |number| number == demand.deny);
            let met = proven.after.of_statements(|own| own.is_allow());
            let met = met.of_statements(|own| own.index < demand.statements);
            let everyone = proven.model.everyone();
            shut::request(&denied, Some(&met), &proven.model, &everyone, budget) == Found::None
        };
        if let Some(demand) = candidate.demand.take_if(is_of_all) {
            candidate.summary = demand.of_all;
        }
        self.done(candidate)
    }

    /// Lets edited statements share what they say with the one before the edit, and with what a Deny says.
    fn share<'own>(&self, edited: impl IntoIterator<Item = &'own mut Statement>) {
        for statement in edited {
            let refusals = self.refusals.iter().map(|refusal| refusal.statement);
            refusals.chain([self.statement]).for_each(|known| statement.share(known));
        }
    }

    /// The policy with a candidate, and what is done.
    fn done(&self, candidate: Candidate) -> Option<Closed> {
        let Candidate { statements, summary, .. } = candidate;
        let mut policy = self.policy.with_statements(self.statement.index, &statements)?;
        let edited = policy.statements.iter_mut().skip(self.statement.index);
        self.share(edited.take(statements.len()));
        Some(Closed { policy, statements, what: summary })
    }
}

/// A statement that was closed.
pub(super) struct Closed {
    /// The policy after the edit. No document tells of it.
    pub(super) policy: Policy,
    /// The statements in the place of the one.
    pub(super) statements: Vec<Value>,
    /// What was done.
    pub(super) what: String,
}

/// The policy with only some of its Deny statements, by their numbers among themselves.
fn with_denies(policy: &Policy, keep: impl Fn(usize) -> bool) -> Policy {
    let mut denies = 0;
    let kept: Vec<bool> = policy
        .statements
        .iter()
        .map(|statement| {
            denies += usize::from(!statement.is_allow());
            statement.is_allow() || keep(denies - 1)
        })
        .collect();
    policy.of_statements(|statement| kept.get(statement.index).copied().unwrap_or_default())
}

/// A candidate that passed the proof.
struct Proven {
    /// The statement's successors alone, beside every `Deny`.
    after: Policy,
    /// The model of the statement and its successors.
    model: Model,
}
