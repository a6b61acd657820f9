//! Revoking what opens a group, once what it let in rightly is put back.

use network::Rule;
use remediation::{CallError, Change};
use serde_json::json;

use crate::port::{At, action};
use crate::{Authorized, Part, Revocation, Revoked, SecurityGroups, SgIngress, Tags, words};

/// Parts that get the same tags, which one call can put back.
type Batch<'a> = (&'a Tags, Vec<&'a Part>);

impl<P: SecurityGroups> SgIngress<P> {
    /// Puts back, then revokes, so that nothing legitimate is cut even for a moment. Only a group that is
    /// full has to lose the offending rules first.
    pub(crate) async fn revoke(
        &self,
        at: &At<'_>,
        plan: &Revocation,
        done: &mut Vec<Change>,
    ) -> Result<(), CallError> {
        let mut waiting = Vec::new();
        for batch in batches(&plan.restore) {
            if self.put_back(at, &batch, done).await?.is_some() {
                waiting.push(batch);
            }
        }
        self.revoke_rules(at, &plan.revoke, done).await?;
        // What does not fit all at once may fit in part: each one that does is one that is not cut.
        let mut failure = None;
        for (tags, parts) in waiting {
            for part in parts {
                match self.authorize(at, &[part], tags).await {
                    Ok(Authorized::Done) => done.push(restored(part)),
                    Ok(Authorized::AlreadyThere) => {}
                    Ok(Authorized::NoRoom(why)) | Err(why) => failure = failure.or(Some(why)),
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Authorizes all at once; where one of them is there already, EC2 refuses the lot, and they go one by
    /// one. Says why where the group has no room for them.
    async fn put_back(
        &self,
        at: &At<'_>,
        (tags, parts): &Batch<'_>,
        done: &mut Vec<Change>,
    ) -> Result<Option<CallError>, CallError> {
        match self.authorize(at, parts, tags).await? {
            Authorized::Done => done.extend(parts.iter().map(|part| restored(part))),
            Authorized::NoRoom(why) => return Ok(Some(why)),
            Authorized::AlreadyThere if parts.len() == 1 => {}
            Authorized::AlreadyThere => {
                for part in parts {
                    match self.authorize(at, &[*part], tags).await? {
                        Authorized::Done => done.push(restored(part)),
                        Authorized::NoRoom(why) => return Ok(Some(why)),
                        Authorized::AlreadyThere => {}
                    }
                }
            }
        }
        Ok(None)
    }

    async fn authorize(&self, at: &At<'_>, parts: &[&Part], tags: &Tags) -> Result<Authorized, CallError> {
        let permissions: Vec<_> = parts.iter().map(|part| &part.permission).collect();
        self.groups.authorize(at, &permissions, tags).await
    }

    /// Revokes all at once; where one of them is gone already, EC2 refuses the lot, and they go one by one.
    async fn revoke_rules(
        &self,
        at: &At<'_>,
        rules: &[Rule],
        done: &mut Vec<Change>,
    ) -> Result<(), CallError> {
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        if self.groups.revoke(at, &ids).await? == Revoked::Done {
            done.extend(rules.iter().map(revoked));
            return Ok(());
        }
        if rules.len() > 1 {
            for rule in rules {
                if self.groups.revoke(at, &[rule.id.as_str()]).await? == Revoked::Done {
                    done.push(revoked(rule));
                }
            }
        }
        Ok(())
    }
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

fn restored(part: &Part) -> Change {
    Change { action: action::AUTHORIZE, summary: format!("put back {}", part.words()), detail: json!(part) }
}

fn revoked(rule: &Rule) -> Change {
    Change { action: action::REVOKE, summary: format!("revoked {}", words::rule(rule)), detail: json!(rule) }
}
