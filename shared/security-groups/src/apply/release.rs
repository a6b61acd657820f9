//! Putting a group and its interfaces back as they were.

use std::collections::BTreeSet;

use network::Rule;
use remediation::{CallError, Done};

use crate::apply::revoke::Progress;
use crate::{At, PutBack, Release, Rules, SecurityGroups, SgChange, SgIngress};

impl<P: SecurityGroups> SgIngress<P> {
    /// Authorizes what was revoked, and only then takes away what was put back in its place: until a rule is
    /// there again, its parts stay, and beside it they do no harm.
    pub(super) async fn release(
        &self,
        at: &At<'_>,
        plan: &Release,
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let Progress { waiting, error, .. } = self.put_back(at, &plan.authorize, done).await;
        if let Some(error) = error {
            return Err(error);
        }
        let parts = self.there(at, &plan.revoke).await?;
        let revoked = if parts.is_empty() {
            Ok(())
        } else {
            let parts: Vec<&Rule> = parts.iter().collect();
            self.revoke_rules(at, &parts, &mut BTreeSet::new(), done).await
        };
        let fitted = self.put_back_what_fits(at, &waiting, done).await;
        // Nothing but the interfaces was to be put back as a rule.
        let is_fresh = plan.authorize.is_empty() && plan.revoke.is_empty();
        let placed = self.place_back(at, &plan.place, is_fresh, done).await;
        revoked.and(fitted).and(placed)
    }

    /// What was put back, as rules. The group is read only where an id is not known.
    async fn there(&self, at: &At<'_>, parts: &[PutBack]) -> Result<Vec<Rule>, CallError> {
        if parts.iter().any(|part| part.id.is_none()) {
            let rules = match self.groups.rules(at).await? {
                None => Vec::new(),
                Some(Rules { rest: Some(error), .. }) => return Err(error),
                Some(Rules { read, rest: None }) => read,
            };
            let is_part = |rule: &Rule| parts.iter().any(|part| part.is(rule));
            return Ok(rules.into_iter().filter(is_part).collect());
        }
        Ok(parts.iter().filter_map(PutBack::rule).collect())
    }
}
