//! What takes changes back.

use crate::{Interface, Part, Placement, PutBack, Quarantine, Release, SgChange};

/// The plan that takes these changes back; `None` where there is nothing to take back. Tags stay, and so does the
/// quarantine group: others may be in it.
pub(crate) fn undo(done: &[SgChange]) -> Option<Quarantine> {
    let mut release = Release::default();
    for change in done {
        match change {
            SgChange::Authorized(part) => release.revoke.push(part.clone()),
            SgChange::Revoked(rule) => release.authorize.push(Part::whole(rule)),
            SgChange::Placed(placement) => release.place.push(placement.reversed()),
            SgChange::Created { .. } | SgChange::EgressRevoked { .. } | SgChange::Tagged { .. } => {}
        }
    }
    (release != Release::default()).then_some(Quarantine::Release(release))
}

/// The changes that can be taken back once all of `plan` is carried out: as they were noted in `done`, and else as
/// they are foreseen. Of an interface that was not placed it is foreseen that it has its groups.
pub(crate) fn foreseen(plan: &Quarantine, done: &[SgChange]) -> Vec<SgChange> {
    match plan {
        Quarantine::Revoke(plan) => {
            let noted = |part: &Part| done.iter().find(|change| is_of_part(change, part)).cloned();
            let put_back = |part: &Part| {
                noted(part).unwrap_or_else(|| SgChange::Authorized(PutBack { part: part.clone(), id: None }))
            };
            let revoked = plan.revoke.iter().cloned().map(SgChange::Revoked);
            plan.restore.iter().map(put_back).chain(revoked).collect()
        }
        Quarantine::Isolate(plan) => {
            let placed = |interface: &Interface| {
                let noted = done.iter().find(|change| is_of_interface(change, interface)).cloned();
                noted.unwrap_or_else(|| {
                    let groups = interface.groups.clone();
                    SgChange::Placed(Placement { interface: interface.clone(), groups })
                })
            };
            plan.interfaces.iter().map(placed).collect()
        }
        Quarantine::Release(_) => done.to_vec(),
    }
}

/// Whether the change put this part back.
pub(crate) fn is_of_part(change: &SgChange, part: &Part) -> bool {
    matches!(change, SgChange::Authorized(put_back) if put_back.part == *part)
}

/// Whether the change gave this interface its groups.
pub(crate) fn is_of_interface(change: &SgChange, interface: &Interface) -> bool {
    matches!(change, SgChange::Placed(placement) if placement.interface.id == interface.id)
}
