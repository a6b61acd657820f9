//! The statements of a question, compiled.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::kind::Naming;
use crate::search::compile::{Compiled, Parts, compile, number};
use crate::search::decide::{Question, Within};
use crate::search::literal::EPOCH;
use crate::search::names::Names;
use crate::search::part::Part;
use crate::template::Bindings;
use crate::{Policy, PrincipalKind, Statement};

/// The statements of a question, with the variables bound in one way.
pub(crate) struct Compilation<'here> {
    pub(super) policy: &'here Policy,
    pub(super) allows: Vec<Compiled>,
    pub(super) denies: Vec<Compiled>,
    pub(super) unless: Option<Unless>,
    pub(in crate::search) parts: Parts,
    pub(super) bindings: Bindings,
    /// Whether variables are spoken of, which may tell worlds apart in other ways than parts do.
    pub(super) has_variables: bool,
    /// Whether the time is asked for as a number.
    pub(super) speaks_of_epoch: bool,
    /// The services that are named.
    pub(super) services: Vec<String>,
    /// For each part whether some demand is on it.
    pub(super) is_spoken_of: Vec<bool>,
    pub(super) naming: OnceCell<Naming>,
}

/// The other policy.
pub(super) struct Unless {
    pub(super) allows: Vec<Compiled>,
    /// Those that may take what the policy does not take.
    pub(super) denies: Vec<Compiled>,
    /// The Allow statements that match whatever is asked about.
    pub(super) matched: Vec<usize>,
}

/// Whether a statement takes away, as far as that is sure.
fn is_relied_on(statement: &Statement) -> bool {
    !statement.is_allow() && !statement.has_unknown_element
}

/// The parts that each question has, and what tells who the caller is.
pub(super) const ALWAYS: [&str; 6] = [
    "action",
    "resource",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalservicename",
    "aws:federatedprovider",
];

/// The parts of a request that policies speak of, of the first by those Allow statements that `speaks` picks.
pub(in crate::search) fn parts(
    policy: &Policy,
    unless: Option<&Policy>,
    speaks: &dyn Fn(&Statement) -> bool,
    variables: &BTreeSet<String>,
) -> Parts {
    let mut parts = Parts::default();
    for part in ALWAYS.into_iter().chain(variables.iter().map(String::as_str)) {
        parts.number(part);
    }
    let statements = || policy.statements.iter();
    let speaking = statements().filter(|own| own.is_allow() && speaks(own));
    let taking = statements().filter(|own| is_relied_on(own));
    let others = || unless.into_iter().flat_map(|unless| &unless.statements);
    let allowing = others().filter(|own| own.is_allow());
    let all = speaking.chain(taking).chain(allowing).chain(others().filter(|own| is_relied_on(own)));
    all.for_each(|own| number(own, &mut parts));
    parts
}

impl<'here> Compilation<'here> {
    pub(in crate::search) fn new(question: &Question<'here>, names: &Names, bindings: Bindings) -> Self {
        let mut parts = question.parts.clone();
        let policy = question.policy;
        // What nothing takes away there that is not taken away here either is allowed by the same statement.
        let takes_no_more = question.unless.is_some_and(|unless| takes_no_more(unless, policy));
        let stands_there = |own: &Statement| question.unless.is_some_and(|unless| has(unless, own));
        let counts = |own: &Statement| {
            own.is_allow() && (question.allows)(own) && !(takes_no_more && stands_there(own))
        };
        let counting: Vec<&Statement> = policy.statements.iter().filter(|own| counts(own)).collect();
        let only = if let [only] = counting.as_slice() { Some(*only) } else { None };
        let mut compilation = Self {
            policy,
            allows: compile(policy, counts, &mut parts, &bindings),
            denies: compile(policy, is_relied_on, &mut parts, &bindings),
            unless: question.unless.map(|policy| {
                let counts = |own: &Statement| is_relied_on(own) && !takes_no_more;
                let matched = |own: &&Statement| only.is_some_and(|only| only.says_same(own));
                Unless {
                    allows: compile(policy, Statement::is_allow, &mut parts, &bindings),
                    denies: compile(policy, counts, &mut parts, &bindings),
                    matched: policy.statements.iter().filter(matched).map(|own| own.index).collect(),
                }
            }),
            parts,
            bindings,
            has_variables: !question.variables.is_empty(),
            speaks_of_epoch: names.keys.contains(EPOCH),
            services: names.all_services.iter().cloned().collect(),
            is_spoken_of: Vec::new(),
            naming: OnceCell::new(),
        };
        compilation.is_spoken_of = compilation.spoken_of();
        compilation
    }
}

/// From how many statements for accounts on it is worth while to ask without them first.
const MANY: usize = 4;

impl<'here> Compilation<'here> {
    /// The same question as if the other policy had no Allow for accounts that it names; `None` where it has few. Where no
    /// request passes of that, none passes of the question, and it tells few accounts apart.
    pub(in crate::search) fn wider(question: &Question<'here>, names: &Names) -> Option<Self> {
        let is_for_accounts = |own: &&Statement| own.is_allow() && names_accounts(own);
        let unless = question.unless?;
        if unless.statements.iter().filter(is_for_accounts).count() < MANY {
            return None;
        }
        let mut wider = Self::new(question, names, Bindings::default());
        let unless = wider.unless.as_mut()?;
        unless.allows.retain(|own| !own.principal.is_for_accounts());
        wider.is_spoken_of = wider.spoken_of();
        Some(wider)
    }
}

/// Whether a statement names an account or something in one.
fn names_accounts(statement: &Statement) -> bool {
    !statement.principal.negated
        && statement
            .principal
            .principals
            .iter()
            .any(|own| own.kind == PrincipalKind::Aws && !own.is_everyone())
}

/// Whether a policy says what this statement says, most likely in the same place.
fn has(policy: &Policy, statement: &Statement) -> bool {
    let is_there = policy.statements.get(statement.index).is_some_and(|own| own.says_same(statement));
    is_there || policy.statements.iter().any(|own| own.says_same(statement))
}

fn denies_of(policy: &Policy) -> Vec<&Statement> {
    policy.statements.iter().filter(|statement| !statement.is_allow()).collect()
}

/// Whether a policy denies nothing that another does not deny. What both allow by the same statement, it then allows too.
fn takes_no_more(policy: &Policy, other: &Policy) -> bool {
    let (own, others) = (denies_of(policy), denies_of(other));
    // Most often they are the same ones.
    let is_there = |(number, deny): (usize, &&Statement)| {
        others.get(number).is_some_and(|other| other.says_same(deny)) || has(other, deny)
    };
    policy.has_variables == other.has_variables && own.iter().enumerate().all(is_there)
}

/// The values that a question gives to some parts, by their numbers.
pub(in crate::search) type Given = Vec<(usize, Part)>;

impl Compilation<'_> {
    /// The values that some parts are given, as far as these are spoken of.
    pub(in crate::search) fn given(&self, within: &Within<'_>) -> Given {
        let given = within.given.iter().filter_map(|(name, domain)| {
            let number = self.parts.find(name)?;
            let bound = self.bindings.decided.iter().find(|(key, _)| key == name);
            let given = bound.map_or_else(|| domain.clone(), |(_, value)| domain.only(value.as_deref()));
            Some((number, given.into()))
        });
        given.collect()
    }
}
