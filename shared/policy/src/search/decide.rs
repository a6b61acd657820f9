//! Asks whether some request of some world is allowed.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::attempt::{self, Attempt, Compilation};
use super::compile::Parts;
use super::domain::Domain;
use super::literal::Literal;
use super::names::Names;
use super::relation::{self, Link};
use super::variable::{self, Case};
use super::{Budget, Found};
use crate::{Policy, Statement, Witness};

/// A question about requests: does some Allow of `policy` match while no Deny does, and, if there is an `unless`, does
/// that policy not allow the same request?
pub(crate) struct Question<'here> {
    pub(crate) policy: &'here Policy,
    pub(crate) unless: Option<&'here Policy>,
    /// Which Allow statements of `policy` count.
    pub(crate) allows: &'here dyn Fn(&Statement) -> bool,
    /// Which Allow statements say what a request has.
    pub(crate) speaks: &'here dyn Fn(&Statement) -> bool,
    /// The keys of variables that the policies speak of, in lower case, and of these those that count.
    pub(crate) all_variables: Rc<BTreeSet<String>>,
    pub(crate) variables: Rc<BTreeSet<String>>,
    /// The parts of a request that the policies speak of.
    pub(crate) parts: Parts,
    /// How much work it is to compile the statements.
    work: usize,
}

impl<'here> Question<'here> {
    pub(crate) fn of(
        policy: &'here Policy,
        unless: Option<&'here Policy>,
        allows: &'here dyn Fn(&Statement) -> bool,
    ) -> Self {
        let all = [policy].into_iter().chain(unless).flat_map(|own| own.variables(&|_| true));
        let variables: Rc<BTreeSet<String>> = Rc::new(all.collect());
        let all_variables = Rc::clone(&variables);
        let parts = attempt::parts(policy, unless, allows, &variables);
        let work = work(policy, allows);
        Self { policy, unless, allows, speaks: allows, all_variables, variables, parts, work }
    }

    /// A question about some of the Allow statements, with only the parts and variables that these and each Deny speak of.
    pub(crate) fn alone(policy: &'here Policy, allows: &'here dyn Fn(&Statement) -> bool) -> Self {
        let counts = |own: &Statement| !own.is_allow() || allows(own);
        let variables = Rc::new(policy.variables(&counts));
        let all_variables = Rc::clone(&variables);
        let parts = attempt::parts(policy, None, allows, &variables);
        let work = work(policy, allows);
        Self { policy, unless: None, allows, speaks: allows, all_variables, variables, parts, work }
    }

    /// The same about fewer of the Allow statements.
    fn about<'less>(&'less self, allows: &'less dyn Fn(&Statement) -> bool) -> Question<'less> {
        let counts = |own: &Statement| !own.is_allow() || allows(own);
        // What is left of a policy that all of the statements count of is the policy.
        let is_all = self.policy.statements.iter().all(|own| !(self.allows)(own) || counts(own));
        let variables = if is_all {
            Rc::clone(&self.variables)
        } else {
            let own = self.policy.variables(&counts).into_iter();
            let others = self.unless.into_iter().flat_map(|unless| unless.variables(&|_| true));
            Rc::new(own.chain(others).collect())
        };
        let (all_variables, parts) = (Rc::clone(&self.all_variables), self.parts.clone());
        let work = work(self.policy, allows);
        Question { allows, all_variables, variables, parts, work, ..*self }
    }
}

/// How much work it is to compile each Deny, and the Allow statements that count.
fn work(policy: &Policy, allows: &dyn Fn(&Statement) -> bool) -> usize {
    let counts = |own: &&Statement| !own.is_allow() || allows(own);
    COMPILING * (policy.statements.iter().filter(counts).count() + 1)
}

/// What a question is narrowed to.
#[derive(Clone, Copy)]
pub(crate) struct Within<'here> {
    /// Which of the Allow statements count, by index.
    pub(crate) allows: &'here dyn Fn(usize) -> bool,
    /// Whether the Deny statements count.
    pub(crate) denies: bool,
    /// The values that some parts have, whatever the caller.
    pub(crate) given: &'here [(String, Domain)],
    /// The parts of which a hit says for which other values it is allowed too.
    pub(crate) over: &'here [String],
    /// Whether the variables of other Allow statements than those that count are left open.
    pub(crate) alone: bool,
}

impl Within<'_> {
    /// The whole question.
    pub(crate) const WHOLE: Within<'static> =
        Within { allows: &|_| true, denies: true, given: &[], over: &[], alone: false };
}

/// A request that was found.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) witness: Witness,
    /// What the parts that the question is [over](Within::over) must meet, each by its name: with other values that do,
    /// the same request is allowed too.
    pub(crate) frame: Vec<(String, Literal, bool)>,
}

/// How much work it is to compile a statement.
const COMPILING: usize = 60;

/// Asks for each way to bind the variables. `open` is the attempt that leaves all of them open and gives no part a value.
pub(super) fn with_every_case(
    question: &Question<'_>,
    names: &Names,
    open: &Attempt<'_>,
    within: &Within<'_>,
    budget: &mut Budget,
) -> Found<Hit> {
    let mut gave_up = false;
    let counts = |own: &Statement| (question.allows)(own) && (!within.alone || (within.allows)(own.index));
    let question = &question.about(&counts);
    for case in variable::cases(&question.variables, names, &open.world, within.given) {
        match with_variables(question, names, open, &case, within, budget) {
            Found::One(hit) => return Found::One(hit),
            Found::None => {}
            Found::Unknown => gave_up = true,
        }
    }
    if gave_up { Found::Unknown } else { Found::None }
}

/// First with open variables, where "none" is a proof; then with the values that this suggests.
fn with_variables(
    question: &Question<'_>,
    names: &Names,
    open: &Attempt<'_>,
    case: &Case,
    within: &Within<'_>,
    budget: &mut Budget,
) -> Found<Hit> {
    if !budget.spend_steps(question.work) {
        return Found::Unknown;
    }
    let compilation = Compilation::new(question, names, case.open());
    let attempt = open.bound(&compilation, names).within(within);
    let (allow, suggestion) = match attempt.slots(within, budget) {
        Found::One(found) => found,
        Found::None => return Found::None,
        Found::Unknown => return Found::Unknown,
    };
    let mut all_decided = true;
    for decided in variable::suggestions(question, allow, names, &open.world, &question.parts, &suggestion) {
        if !budget.spend_steps(question.work) {
            return Found::Unknown;
        }
        let compilation = Compilation::new(question, names, case.closed(decided));
        match open.bound(&compilation, names).within(within).run(within, budget) {
            Found::One(hit) => return Found::One(hit),
            Found::None => {}
            Found::Unknown => all_decided = false,
        }
    }
    all_decided &= question.variables.iter().all(|key| case.decided.iter().any(|(name, _)| name == key));
    if all_decided { Found::None } else { with_relations(question, names, open, case, within, budget) }
}

/// Takes each key that is compared with an open variable as equal to it, and as different from it. That none of these
/// leads to a request is a proof.
fn with_relations(
    question: &Question<'_>,
    names: &Names,
    open: &Attempt<'_>,
    case: &Case,
    within: &Within<'_>,
    budget: &mut Budget,
) -> Found<Hit> {
    let policies: Vec<&Policy> = [question.policy].into_iter().chain(question.unless).collect();
    let links = relation::links(&policies, names, &open.world, &case.decided);
    if links.is_empty() || links.len() > relation::MAX_LINKS {
        return Found::Unknown;
    }
    let counted: BTreeSet<usize> = question
        .policy
        .statements
        .iter()
        .filter(|statement| (question.allows)(statement))
        .map(|statement| statement.index)
        .collect();
    let mut gave_up = false;
    for number in 0_usize..1 << links.len() {
        let marked: Vec<(&Link, bool)> =
            links.iter().enumerate().map(|(place, link)| (link, number >> place & 1 == 0)).collect();
        let unless = question.unless.map(|policy| relation::relate(policy, &marked));
        let related = relation::relate(question.policy, &marked);
        let allows = |statement: &Statement| counted.contains(&statement.index);
        let variables = Rc::clone(&question.variables);
        let parts = attempt::parts(&related, unless.as_ref(), question.speaks, &question.all_variables);
        let related = Question {
            policy: &related,
            unless: unless.as_ref(),
            allows: &allows,
            speaks: question.speaks,
            all_variables: Rc::clone(&question.all_variables),
            variables,
            parts,
            work: question.work,
        };
        if !budget.spend_steps(2 * question.work) {
            return Found::Unknown;
        }
        let compilation = Compilation::new(&related, names, case.open());
        let attempt = open.bound(&compilation, names).within(within);
        let slots = match attempt.slots(within, budget) {
            Found::One((_, slots)) => slots,
            Found::None => continue,
            Found::Unknown => return Found::Unknown,
        };
        let decided = variable::as_related(question, &marked, &related.parts, &slots);
        let compilation = Compilation::new(question, names, case.closed(decided));
        match open.bound(&compilation, names).within(within).run(within, budget) {
            Found::One(hit) => return Found::One(hit),
            Found::None | Found::Unknown => gave_up = true,
        }
    }
    if gave_up { Found::Unknown } else { Found::None }
}
