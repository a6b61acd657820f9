//! What is exempt of a subject: looked up once something is found, so that an exemption can name what it exempts.

use std::time::{Duration, SystemTime};

use events::Subject;
use exemptions::{Candidates, Exemption, Exemptions, Refused, Scope};
use serde_json::{Map, Value, json};

use crate::clock::rfc3339;
use crate::digest::Digest;
use crate::ledger::LeftAlone;
use crate::owner::owner;
use crate::{Assessment, Fact, Judge, Target, Unread};

/// How long before the end of an exemption people hear of it.
pub const SOON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// What is exempt of what was found, and what is not though somebody wrote so.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exempt {
    /// The exemptions that took something out, the one that ends last first.
    pub applied: Vec<Exemption>,
    /// Those that would take something out, were they not malformed, over or too far ahead.
    pub refused: Vec<Refused>,
    /// Why the resource's tags are not known, where they would have counted.
    pub unread: Option<Unread>,
    /// Whether the first end of the exemptions that took something out is soon.
    pub ends_soon: bool,
}

/// Takes what is exempt out of the judgements of one subject. What is written about it is looked up when something is
/// found for the first time; the tags only where what the settings exempt leaves something, or ends soon: by the tags it
/// may be exempt for longer.
#[derive(Debug)]
pub struct Exempting<'a> {
    subject: &'a Subject,
    exemptions: &'a Exemptions,
    /// What was looked up; `None` as long as there was nothing to exempt.
    known: Option<Known>,
    /// What a person put back.
    left_alone: Option<LeftAlone>,
}

#[derive(Debug, Default)]
struct Known {
    in_force: Vec<Exemption>,
    exempt: Exempt,
    /// Who owns the resource, where its tags were read and say so.
    owner: Option<String>,
}

impl<'a> Exempting<'a> {
    /// Nothing is looked up yet.
    #[must_use]
    pub fn new(subject: &'a Subject, exemptions: &'a Exemptions) -> Self {
        Self { subject, exemptions, known: None, left_alone: None }
    }

    /// Looks up again what is exempt: it may be another thing by now.
    pub(crate) fn forget(&mut self) {
        self.known = None;
    }

    /// Takes out what a person put back, too.
    pub(crate) fn leave_alone(&mut self, left_alone: LeftAlone) {
        self.left_alone = Some(left_alone);
    }

    /// Until when something is left alone.
    pub(crate) fn grace(&self) -> Option<SystemTime> {
        self.left_alone.as_ref().map(|left_alone| left_alone.until)
    }

    /// The judgement of `state` without what is exempt.
    ///
    /// Of a judgement after a change the same exemptions take out what they exempt: what the plan left open for their
    /// sake is not found again.
    pub async fn rest_of<C: Judge>(
        &mut self,
        control: &C,
        target: &Target<'_, C::Id>,
        state: &C::State,
        found: C::Assessment,
        now: SystemTime,
    ) -> C::Assessment {
        if found.is_compliant() {
            return found;
        }
        if self.known.is_some() {
            return self.again(control, found);
        }
        let found = self.without_what_is_left_alone(control, found);
        if found.is_compliant() {
            return found;
        }
        let in_settings = self.exemptions.of_settings(&self.subject.arn(), C::NAME, now);
        let (mut known, rest) = Known::of(control, &found, in_settings.clone(), now);
        if self.exemptions.by_tag && (!rest.is_compliant() || known.exempt.ends_soon) {
            match control.tags(target, state).await {
                Fact::Known(tags) => {
                    let written = in_settings.and(self.exemptions.of_tags(&tags, C::NAME, now));
                    let (known, rest) = Known::of(control, &found, written, now);
                    self.known = Some(Known { owner: owner(&tags), ..known });
                    return rest;
                }
                Fact::Unknown(unknown) => {
                    let what = "the tags of the resource, which may exempt it".to_owned();
                    known.exempt.unread = Some(Unread { what, unknown });
                }
            }
        }
        self.known = Some(known);
        rest
    }

    /// A judgement of another state without what is exempt, as far as that was looked up.
    pub(crate) fn again<C: Judge>(&self, control: &C, found: C::Assessment) -> C::Assessment {
        let in_force = self.known.iter().flat_map(|known| &known.in_force);
        let found = self.without_what_is_left_alone(control, found);
        in_force.fold(found, |rest, exemption| control.exempt(rest, &exemption.scope))
    }

    fn without_what_is_left_alone<C: Judge>(&self, control: &C, found: C::Assessment) -> C::Assessment {
        let Some(left_alone) = &self.left_alone else { return found };
        let judged = found.clone();
        control.take_out(found, |finding| left_alone.rest(&judged, finding))
    }

    /// What came of it.
    #[must_use]
    pub fn outcome(&self) -> Exempt {
        self.known.as_ref().map(|known| known.exempt.clone()).unwrap_or_default()
    }

    /// Who owns the resource, where its tags were read and say so.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.known.as_ref()?.owner.as_deref()
    }

    /// Why the tags are not known, where another delivery may know them.
    #[must_use]
    pub fn waits_for(&self) -> Option<&Unread> {
        let unread = self.known.as_ref()?.exempt.unread.as_ref();
        unread.filter(|unread| unread.unknown.is_passing())
    }
}

impl Known {
    /// What of all that is written takes something out, and what is left. What ends last goes first, wherever it stands: so
    /// each that took something out is what keeps it open, and with the first end of these something is exempt no more.
    fn of<C: Judge>(
        control: &C,
        found: &C::Assessment,
        written: Candidates,
        now: SystemTime,
    ) -> (Self, C::Assessment) {
        let Candidates { mut in_force, refused } = written;
        in_force.sort_by_key(|exemption| std::cmp::Reverse(exemption.until.end()));
        let mut exempt = Exempt::default();
        let mut rest = found.clone();
        for exemption in &in_force {
            let less = control.exempt(rest.clone(), &exemption.scope);
            if less.findings() != rest.findings() {
                exempt.applied.push(exemption.clone());
                rest = less;
            }
        }
        let would_exempt = |scope: &Scope| control.exempt(rest.clone(), scope).findings() != rest.findings();
        exempt.refused = refused.into_iter().filter(|refused| would_exempt(&refused.scope)).collect();
        exempt.ends_soon = exempt.first_end().is_some_and(|end| end <= now + SOON);
        (Self { in_force, exempt, owner: None }, rest)
    }
}

impl Exempt {
    /// When the first of those that took something out ends.
    #[must_use]
    pub fn first_end(&self) -> Option<SystemTime> {
        self.applied.iter().map(|exemption| exemption.until.end()).min()
    }

    /// Whether there is nothing to say of exemptions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.applied.is_empty() && self.refused.is_empty() && self.unread.is_none()
    }

    /// What does not exempt though somebody wrote so, a sentence each without the full stop.
    #[must_use]
    pub fn refusals(&self) -> Vec<String> {
        let unread = self
            .unread
            .iter()
            .map(|Unread { what, unknown }| format!("{what}, could not be read: {}", unknown.why()));
        self.refused.iter().map(ToString::to_string).chain(unread).collect()
    }

    /// Equal where people know all that there is to know of these exemptions: the state of what is exempt is none of it.
    #[must_use]
    pub fn situation(&self) -> String {
        let terms = |exemption: &Exemption| (exemption.to_string(), exemption.until.end());
        Digest::of(&("exempt", self.applied.iter().map(terms).collect::<Vec<_>>(), self.refusals()))
            .to_string()
    }

    /// What there is to say, for programs.
    pub(crate) fn facts(&self) -> Map<String, Value> {
        let mut facts = Map::new();
        if !self.applied.is_empty() {
            let exemption = |exemption: &Exemption| {
                let Exemption { origin, scope, reason, owner, until } = exemption;
                json!({
                    "by": origin.to_string(),
                    "scope": scope.to_string(),
                    "reason": reason,
                    "owner": owner,
                    "until": rfc3339(until.end()),
                })
            };
            let applied: Vec<Value> = self.applied.iter().map(exemption).collect();
            facts.insert("exemptions".to_owned(), applied.into());
        }
        let refused = |Refused { origin, field, flaw, .. }: &Refused| json!({ "by": origin.to_string(), "field": field, "flaw": flaw.kind(), "why": flaw.to_string() });
        let unread = |unread: &Unread| json!({ "by": "the resource's tags", "flaw": "unread", "why": unread.unknown.why() });
        let refused: Vec<Value> =
            self.refused.iter().map(refused).chain(self.unread.iter().map(unread)).collect();
        if !refused.is_empty() {
            facts.insert("exemptions_refused".to_owned(), refused.into());
        }
        facts
    }
}
