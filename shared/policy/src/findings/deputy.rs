//! Services that act for somebody else, and services that no request can come from.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>

use std::collections::BTreeSet;

use super::Look;
use super::parties::{LetIn, gather};
use crate::condition::is_literal;
use crate::finding::{Finding, FindingKind};
use crate::search::Found;
use crate::search::domain::Domain;
use crate::search::inquiry::Scene;
use crate::search::literal::Literal;
use crate::search::model::Model;
use crate::search::world::{Source, sources};
use crate::template::Bindings;
use crate::words::and;
use crate::{Condition, PrincipalKind, Statement};

pub(super) fn look(look: &mut Look<'_, '_>, statement: &Statement, findings: &mut Vec<Finding>) {
    let principals = statement.principal.principals.iter();
    let services: Vec<&str> = principals
        .filter(|principal| principal.kind == PrincipalKind::Service && principal.is_fixed())
        .map(|principal| principal.value.as_str())
        .collect();
    if statement.principal.negated || services.is_empty() {
        return;
    }
    let deputies = Deputies::of_outsiders(look.model);
    let unmet: Vec<String> = statement
        .conditions
        .iter()
        .filter_map(|condition| {
            if no_service_meets(look, &deputies.full, condition) {
                return Some(why_unmet(condition, &services));
            }
            demands_foreign_source(condition, &services).then(|| why_foreign(condition, &services))
        })
        .collect();
    if !unmet.is_empty() {
        findings.push(Finding::about(statement, FindingKind::ServiceShutOut, services.join(", "), unmet));
        return;
    }
    let passing = |service| Some((service, Passing::of(look, &deputies, statement, service)?));
    let passing: Vec<(&str, Passing)> = services.into_iter().filter_map(passing).collect();
    let look = &*look;
    let let_in = passing.into_iter().map(|(service, passing)| LetIn {
        kind: passing.kind(),
        name: service,
        why: move || passing.why(look, statement, service),
    });
    for (kind, services, reasons) in gather(let_in) {
        findings.push(Finding::about(statement, kind, services, reasons));
    }
}

/// Services that act for outsiders, by calls that say all about their source and by any.
struct Deputies<'policy> {
    full: Vec<Scene<'policy>>,
    any: Vec<Scene<'policy>>,
}

impl<'policy> Deputies<'policy> {
    fn of_outsiders(model: &Model) -> Self {
        let scenes = |source| model.deputies(source).into_iter().map(Scene::from).collect();
        Self { full: scenes(Source::Full), any: scenes(Source::Any) }
    }

    fn of(&self, source: Source) -> &[Scene<'policy>] {
        match source {
            Source::Full => &self.full,
            Source::Any => &self.any,
        }
    }
}

/// Which calls of a service for an outside account pass.
#[derive(Clone, Copy)]
enum Passing {
    /// Any.
    Every,
    /// It is too much work to find out, so any.
    Undecided,
    /// Those that do not say all about their source.
    Unsourced,
}

impl Passing {
    /// Whether the service can be made to come here for an outside account, by what the search finds.
    fn of<'policy>(
        look: &mut Look<'_, 'policy>,
        deputies: &Deputies<'policy>,
        statement: &Statement,
        service: &str,
    ) -> Option<Self> {
        let given = [("aws:principalservicename".to_owned(), Domain::texts([service.to_owned()]))];
        let mut passes = |source| {
            let scenes: Vec<&Scene<'policy>> =
                deputies.of(source).iter().filter(|scene| scene.world.may_be_called(service)).collect();
            look.by(statement, &scenes, &given)
        };
        match passes(Source::Full) {
            Found::One(()) => Some(Self::Every),
            Found::Unknown => Some(Self::Undecided),
            Found::None => (passes(Source::Any) != Found::None).then_some(Self::Unsourced),
        }
    }

    fn kind(self) -> FindingKind {
        match self {
            Self::Every | Self::Undecided => FindingKind::ConfusedDeputy,
            Self::Unsourced => FindingKind::UnsourcedService,
        }
    }

    fn why(self, look: &Look<'_, '_>, statement: &Statement, service: &str) -> String {
        match self {
            Self::Every => why_any_account(look, statement, service),
            Self::Undecided => format!(
                "Whether `{service}` may act for any account is too intricate to follow to the end within the bound on \
                 work, so it counts as if it may."
            ),
            Self::Unsourced => format!(
                "`{service}` may act for no outside account where its call says all about the source; not each service \
                 says all, and a call that says less passes."
            ),
        }
    }
}

fn why_any_account(look: &Look<'_, '_>, statement: &Statement, service: &str) -> String {
    let speaks = |other: &&Statement| other.conditions.iter().any(|own| own.key.names_source());
    let other_denies = look.policy.statements.iter().filter(|other| !other.is_allow());
    let why = if [statement].into_iter().chain(other_denies).any(|own| speaks(&own)) {
        "the conditions on the source of its calls let an outside account through"
    } else {
        "there is no condition on `aws:SourceArn` or `aws:SourceAccount`"
    };
    format!("`{service}` may act for any account: {why}, so somebody else's resource can make it come here.")
}

/// Whether the condition demands a key that is on no call of a service.
fn no_service_meets(look: &Look<'_, '_>, deputies: &[Scene<'_>], condition: &Condition) -> bool {
    let lacks = |scene: &Scene<'_>| scene.world.lacks(condition.key.name(), &look.model.names);
    // Whether a call names an organization depends on the account that the service acts for.
    demands(condition) && !condition.key.names_source() && !deputies.is_empty() && deputies.iter().all(lacks)
}

/// Whether the condition does not hold without its key.
fn demands(condition: &Condition) -> bool {
    !Literal::condition(0, condition, false, &Bindings::default()).absent
}

/// Whether the condition demands a source that is known to be of none of the services.
fn demands_foreign_source(condition: &Condition, services: &[&str]) -> bool {
    let is_positive = condition.operator.is_some_and(|operator| !operator.negated);
    let is_foreign = |arn: &String| {
        arn.split(':').nth(2).is_some_and(|service| is_literal(service) && !service.contains('$'))
            && services.iter().all(|service| sources::is_known(service) && !sources::is_own(service, arn))
    };
    condition.key.name() == "aws:sourcearn"
        && is_positive
        && demands(condition)
        && condition.values.iter().all(is_foreign)
}

fn why_foreign(condition: &Condition, services: &[&str]) -> String {
    let own: BTreeSet<&str> = services.iter().flat_map(|service| sources::own(service)).collect();
    let own: Vec<String> = own.iter().map(|service| format!("`{service}`")).collect();
    let services = services.iter().map(|service| format!("`{service}`")).collect::<Vec<_>>().join(", ");
    format!(
        "`{}` demands a source that {services} never names, so this statement lets {services} in for nobody. The ARNs \
         that it names are of {}.",
        condition.operator_name,
        and(&own)
    )
}

fn why_unmet(condition: &Condition, services: &[&str]) -> String {
    let (name, key) = (&condition.operator_name, &condition.key);
    let services = services.iter().map(|service| format!("`{service}`")).collect::<Vec<_>>().join(", ");
    let instead = match key.name() {
        "aws:principalorgid" => Some("aws:SourceOrgID"),
        "aws:principalorgpaths" => Some("aws:SourceOrgPaths"),
        "aws:principalarn" => Some("aws:SourceArn"),
        _ => None,
    };
    let instead = instead.map_or_else(String::new, |instead| {
        format!(" `{instead}` speaks of the party that a service acts for.")
    });
    format!(
        "`{name}` demands `{key}`, which is on no call of a service, so this statement lets {services} in for nobody.{instead}"
    )
}
