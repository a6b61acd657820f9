//! Looks at every statement for what is wrong with it.

mod deputy;
mod exposure;
mod outside;
mod parties;
mod party;

use std::cmp::Reverse;

use crate::abilities::{self, Bucket};
use crate::finding::{Finding, FindingKind};
use crate::search::decide::{Hit, Within};
use crate::search::domain::Domain;
use crate::search::inquiry::{Inquiry, Scene, Subject};
use crate::search::model::Model;
use crate::search::{Budget, Found};
use crate::{Asking, Policy, Semantic, Statement, Trust, access};

/// How much work it may be to look at all statements in one way.
const WORK: usize = Budget::DEFAULT / 4;

/// What a look at the statements of a policy needs beside them.
pub(crate) struct Asked<'here, 'policy> {
    pub(crate) trust: &'here Trust,
    pub(crate) semantic: &'here Semantic,
    pub(crate) bucket: &'here Bucket,
    pub(crate) model: &'here Model,
    /// An inquiry into all statements that count.
    pub(crate) inquiry: &'here Inquiry<'policy>,
}

/// What a look at parties needs.
struct Look<'here, 'policy> {
    policy: &'here Policy,
    trust: &'here Trust,
    bucket: &'here Bucket,
    model: &'here Model,
    inquiry: &'here Inquiry<'policy>,
    budget: &'here mut Budget,
}

impl<'policy> Look<'_, 'policy> {
    /// A request of some worlds that the statement lets in.
    fn by(
        &mut self,
        statement: &Statement,
        scenes: &[&Scene<'policy>],
        given: &[(String, Domain)],
    ) -> Found<()> {
        match self.hit_by(statement, scenes, given, &[]) {
            Found::One(_) => Found::One(()),
            Found::None => Found::None,
            Found::Unknown => Found::Unknown,
        }
    }

    /// The same request, and with which other values for the parts `over` it is let in too.
    fn hit_by(
        &mut self,
        statement: &Statement,
        scenes: &[&Scene<'policy>],
        given: &[(String, Domain)],
        over: &[String],
    ) -> Found<Hit> {
        let only = |index: usize| index == statement.index;
        let within = Within { allows: &only, given, over, alone: true, ..Within::WHOLE };
        self.inquiry.among(scenes, &within, self.budget)
    }
}

/// Whether anything is to be asked about a statement: without that, nobody outside gets in by it.
pub(crate) fn is_asked_about(statement: &Statement, trust: &Trust) -> bool {
    abilities::lets_in_services(statement) || party::names_parties(statement, trust)
}

/// Everything that is wrong with a policy, gravest first, then in the order of the statements. Only statements that count
/// are looked at. Without something to ask, only what a statement says is.
pub(crate) fn findings(
    policy: &Policy,
    asked: Option<Asked<'_, '_>>,
    counts: &dyn Fn(&Statement) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let statements = || policy.statements.iter().filter(|statement| counts(statement));
    for statement in statements().filter(|statement| statement.principal.negated) {
        findings.push(exposure::negated(statement));
    }
    if let Some(Asked { trust, semantic, bucket, model, inquiry }) = asked {
        let (exposed, own, theirs) =
            (&mut Budget::new(WORK * 4), &mut Budget::new(WORK * 2), &mut Budget::new(WORK));
        let counting: Vec<&Statement> = statements().collect();
        for (number, statement) in counting.iter().enumerate() {
            // None uses up the work that the next one needs.
            let left = counting.len() - number;
            if !is_asked_about(statement, trust) {
                continue;
            }
            inquiry.alone(statement, |inquiry| {
                exposed.share(left, |budget| {
                    exposure::Look { policy, semantic, bucket, inquiry, budget }
                        .look(statement, &mut findings);
                });
                own.share(left, |budget| {
                    let mut look = Look { policy, trust, bucket, model, inquiry, budget };
                    outside::look(&mut look, statement, &mut findings);
                });
                theirs.share(left, |budget| {
                    let mut look = Look { policy, trust, bucket, model, inquiry, budget };
                    deputy::look(&mut look, statement, &mut findings);
                });
            });
        }
    }
    for oddity in &policy.oddities {
        findings.push(Finding {
            kind: FindingKind::Refused,
            severity: FindingKind::Refused.severity(),
            statement: None,
            sid: None,
            principal: String::new(),
            grant: String::new(),
            callers: Vec::new(),
            access: Vec::new(),
            reasons: vec![format!("S3 refuses this policy: at `{}`, {}.", oddity.place, oddity.reason)],
        });
    }
    sort(&mut findings);
    findings
}

/// What a request is that changes who may do what: its action and its resource.
fn powers(bucket: &Bucket) -> [[(String, Domain); 2]; 2] {
    let targets =
        [(access::BUCKET_PERMISSIONS, bucket.itself()), (access::OBJECT_PERMISSIONS, bucket.objects())];
    targets.map(|(actions, resource)| {
        let actions = Domain::texts(actions.iter().map(ToString::to_string));
        [("action".to_owned(), actions), ("resource".to_owned(), resource)]
    })
}

/// The services that may act for an outside account by one of the statements that count.
#[derive(Default)]
pub(crate) struct Deputies {
    /// By calls that say all about their source.
    pub(crate) open: Vec<String>,
    /// Only by calls that say less.
    pub(crate) unsourced: Vec<String>,
}

/// Finds these services.
pub(crate) fn deputies(policy: &Policy, asking: Asking<'_>, counts: &dyn Fn(&Statement) -> bool) -> Deputies {
    let names_service = |own: &&Statement| counts(own) && own.is_allow() && own.principal.names_service();
    let naming: Vec<&Statement> = policy.statements.iter().filter(names_service).collect();
    if naming.is_empty() {
        return Deputies::default();
    }
    let mut budget = Budget::new(WORK);
    let model = Model::of(&[policy], asking, &mut budget);
    let subject = Subject::new(policy, counts, &model.names);
    let inquiry = Inquiry::new(&subject, &model, &[]);
    let bucket = &Bucket::of(policy, &model.names);
    let (model, inquiry) = (&model, &inquiry);
    let mut findings = Vec::new();
    for (number, statement) in naming.iter().enumerate() {
        budget.share(naming.len() - number, |budget| {
            let mut look = Look { policy, trust: asking.trust, bucket, model, inquiry, budget };
            deputy::look(&mut look, statement, &mut findings);
        });
    }
    let of = |kind: FindingKind| {
        let own = findings.iter().filter(|finding| finding.kind == kind);
        let mut services: Vec<String> =
            own.flat_map(|finding| finding.principal.split(", ")).map(ToOwned::to_owned).collect();
        services.sort_unstable();
        services.dedup();
        services
    };
    let open = of(FindingKind::ConfusedDeputy);
    let mut unsourced = of(FindingKind::UnsourcedService);
    unsourced.retain(|service| !open.contains(service));
    Deputies { open, unsourced }
}

/// Puts findings in order: gravest first, then in the order of the statements.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| (Reverse(finding.severity), finding.kind.rank(), finding.statement));
}
