//! Statements as demands on the parts of a request.

use std::rc::Rc;
use std::sync::Arc;

use names::Partition;

use super::hashing::Table;
use super::literal::{EPOCH, Literal, TIME};
use super::patterns::Patterns;
use super::world::World;
use crate::condition::is_literal;
use crate::pattern::{Pattern, Style};
use crate::template::Bindings;
use crate::{Comparison, Condition, Policy, Principal, PrincipalElement, PrincipalKind, Scope, Statement};

/// The parts of a request that policies speak of, by number. A copy shares them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts(Rc<Numbered>);

#[derive(Debug, Clone, Default)]
struct Numbered {
    names: Vec<String>,
    numbers: Table<String, usize>,
}

impl Parts {
    /// The number of a part, which gets one if it has none; a condition key must be in lower case.
    pub(crate) fn number(&mut self, name: &str) -> usize {
        let name = if name == "s3:resourceaccount" { "aws:resourceaccount" } else { name };
        if let Some(number) = self.find(name) {
            return number;
        }
        let parts = Rc::make_mut(&mut self.0);
        parts.names.push(name.to_owned());
        parts.numbers.insert(name.to_owned(), parts.names.len() - 1);
        parts.names.len() - 1
    }

    /// The number of a part that has one.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.0.numbers.get(name).copied()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0.names
    }

    /// Whether these are the same parts under the same numbers, because they are shared.
    pub(crate) fn are(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A statement's demands.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) index: usize,
    pub(crate) principal: CompiledPrincipal,
    /// Action, resource and conditions, all of which must hold.
    pub(crate) literals: Vec<Literal>,
}

/// A principal element's demands.
#[derive(Debug, Clone)]
pub(crate) struct CompiledPrincipal {
    pub(crate) negated: bool,
    named: Arc<Named>,
    /// One of these must hold.
    alternatives: Vec<Literal>,
}

/// What the principals of an element ask of a caller.
#[derive(Debug)]
pub(crate) struct Named {
    everyone: bool,
    /// Account ids.
    accounts: Patterns,
    /// Texts with wildcards, which the ARN of an account's root may match.
    roots: Patterns,
    /// The parts of a request of which one must match.
    by_part: Vec<(&'static str, Arc<Patterns>)>,
}

/// Whether a caller is one of the principals.
pub(crate) enum Naming<'here> {
    Always,
    Never,
    /// If one of these holds.
    If(&'here [Literal]),
}

/// Compiles the statements that `keep` picks.
pub(crate) fn compile(
    policy: &Policy,
    keep: impl Fn(&Statement) -> bool,
    parts: &mut Parts,
    bindings: &Bindings,
) -> Vec<Compiled> {
    let variables = policy.has_variables;
    let statements = policy.statements.iter().filter(|statement| keep(statement));
    statements
        .map(|statement| {
            let action =
                scope(&statement.action, parts.number("action"), Style::LikeIgnoreCase, false, bindings);
            let resource =
                scope(&statement.resource, parts.number("resource"), Style::Like, variables, bindings);
            let conditions = statement.conditions.iter().map(|condition| {
                let number = parts.number(part(condition));
                Literal::condition(number, condition, variables, bindings)
            });
            let literals = [action, resource].into_iter().chain(conditions).collect();
            Compiled { index: statement.index, principal: principal(&statement.principal, parts), literals }
        })
        .collect()
}

/// Gives numbers to the parts that a statement speaks of.
pub(crate) fn number(statement: &Statement, parts: &mut Parts) {
    for condition in &statement.conditions {
        parts.number(part(condition));
    }
    for (part, _) in &named(&statement.principal).by_part {
        parts.number(part);
    }
}

/// The part of a request that a condition asks about. The time has two keys: a date and a number.
fn part(condition: &Condition) -> &str {
    let compares_text = condition.operator.is_some_and(|operator| {
        matches!(
            operator.comparison,
            Comparison::Equals | Comparison::EqualsIgnoreCase | Comparison::Like | Comparison::Arn
        )
    });
    if condition.key.name() == EPOCH && !compares_text { TIME } else { condition.key.name() }
}

fn scope(scope: &Scope, number: usize, style: Style, variables: bool, bindings: &Bindings) -> Literal {
    Literal::text(number, scope.patterns.patterns(style, variables, bindings), scope.negated)
}

fn principal(element: &PrincipalElement, parts: &mut Parts) -> CompiledPrincipal {
    let named = named(element);
    let alternatives = named
        .by_part
        .iter()
        .map(|(part, patterns)| Literal::text(parts.number(part), Arc::clone(patterns), false));
    CompiledPrincipal { negated: element.negated, alternatives: alternatives.collect(), named }
}

fn named(element: &PrincipalElement) -> Arc<Named> {
    let known = &element.principals.readings().0;
    Arc::clone(known.get_or_init(|| Arc::new(Named::of(&element.principals))))
}

impl Named {
    fn of(principals: &[Principal]) -> Self {
        let like = |text: &str| Pattern::compile(text, Style::Like, false, &Bindings::default());
        let (mut accounts, mut roots) = (Vec::new(), Vec::new());
        let mut by_part: Vec<(&'static str, Vec<Pattern>)> = Vec::new();
        let mut add = |part: &'static str, patterns: Vec<Option<Pattern>>| {
            let patterns = patterns.into_iter().flatten();
            match by_part.iter_mut().find(|(name, _)| *name == part) {
                Some((_, all)) => all.extend(patterns),
                None => by_part.push((part, patterns.collect())),
            }
        };
        for principal in principals {
            let value = principal.value.as_str();
            match principal.kind {
                PrincipalKind::Aws => {
                    if is_literal(value) {
                        accounts.extend(like(root_account(value).unwrap_or(value)));
                    } else if !principal.is_everyone() {
                        accounts.extend(like(value));
                        roots.extend(like(value));
                    }
                    add("aws:principalarn", vec![like(value)]);
                    if !value.contains(':') {
                        add("aws:userid", vec![like(value), like(&format!("{value}:*"))]);
                    }
                }
                PrincipalKind::Federated => add("aws:federatedprovider", vec![like(value)]),
                PrincipalKind::Service => add("aws:principalservicename", vec![like(value)]),
                PrincipalKind::CanonicalUser => add("canonicaluser", vec![like(value)]),
            }
        }
        let shared = |(part, patterns): (_, Vec<Pattern>)| (part, Arc::new(patterns.into_iter().collect()));
        Self {
            everyone: principals.iter().any(Principal::is_everyone),
            accounts: accounts.into_iter().collect(),
            roots: roots.into_iter().collect(),
            by_part: by_part.into_iter().map(shared).collect(),
        }
    }
}

impl CompiledPrincipal {
    /// Whether the caller of this world is one of the principals, `Not` left aside.
    pub(crate) fn names(&self, world: &World) -> Naming<'_> {
        if self.named.everyone || (world.caller.has_account() && self.names_account(world)) {
            return Naming::Always;
        }
        if self.alternatives.is_empty() { Naming::Never } else { Naming::If(&self.alternatives) }
    }

    /// Whether the account of this world is named, if its callers are principals of that.
    pub(crate) fn names_account_of(&self, world: &World) -> bool {
        world.caller.has_account() && self.names_account(world)
    }

    /// The accounts that are named, where none is named by a pattern.
    pub(crate) fn exact_accounts(&self) -> Option<impl Iterator<Item = &str>> {
        self.named.accounts.finite().filter(|_| self.named.roots.is_empty())
    }

    /// Whether callers of some accounts are named, and no others.
    pub(crate) fn is_for_accounts(&self) -> bool {
        !self.negated && !self.named.everyone && !self.named.accounts.is_empty()
    }

    /// Whether every caller is one of the principals.
    pub(crate) fn is_everyone(&self) -> bool {
        self.named.everyone
    }

    /// What principals that are no whole accounts ask of a caller.
    pub(crate) fn alternatives(&self) -> &[Literal] {
        &self.alternatives
    }

    /// An account id, or the ARN of its root, stands for every principal of the account.
    fn names_account(&self, world: &World) -> bool {
        let account = &*world.account;
        let is_root = || {
            let root = format!("arn:{}:iam::{account}:root", world.partition);
            self.named.roots.matches(&root, true)
        };
        self.named.accounts.matches(account, true) || (!self.named.roots.is_empty() && is_root())
    }
}

/// The account in the ARN of an account's root.
fn root_account(arn: &str) -> Option<&str> {
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(':')?;
    let account = rest.strip_prefix("iam::")?.strip_suffix(":root")?;
    Partition::of_name(partition).filter(|_| is_literal(account)).map(|_| account)
}
