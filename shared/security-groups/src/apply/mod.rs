//! Carrying plans out.

mod isolate;
mod release;
mod revoke;

use remediation::{CallError, Done};

use crate::{At, Quarantine, SecurityGroups, SgChange, SgIngress, Tags};

impl<P: SecurityGroups> SgIngress<P> {
    /// Carries a plan out, and tags the group.
    pub(crate) async fn carry_out(
        &self,
        at: &At<'_>,
        plan: &Quarantine,
        done: &mut Done<SgChange>,
    ) -> Result<(), CallError> {
        let (quarantined, tags, is_to_close) = match plan {
            Quarantine::Revoke(plan) => {
                (self.revoke(at, plan, done).await, &plan.tags, !plan.revoke.is_empty())
            }
            Quarantine::Isolate(plan) => {
                (self.isolate(at, plan, done).await, &plan.tags, !plan.interfaces.is_empty())
            }
            Quarantine::Release(plan) => return self.release(at, plan, done).await,
        };
        // What was closed before a step failed is a quarantine too.
        let is_tagged = !is_to_close || done.changes.iter().any(SgChange::closes);
        let tagged = if is_tagged { self.tag(at, tags, done).await } else { Ok(()) };
        quarantined.and(tagged)
    }

    async fn tag(&self, at: &At<'_>, tags: &Tags, done: &mut Done<SgChange>) -> Result<(), CallError> {
        if tags.is_empty() {
            return Ok(());
        }
        // Where there is no answer they are set again: nothing is put back of tags.
        self.groups.tag(at, tags).await?;
        let tagged =
            |(key, value): (&String, &String)| SgChange::Tagged { key: key.clone(), value: value.clone() };
        done.changes.extend(tags.iter().map(tagged));
        Ok(())
    }
}
