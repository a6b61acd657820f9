//! Subjects that stand for others: a prefix list that was changed, for the groups that name it.

use events::{Reading, Resource, Subject};
use remediation::{CallError, Judge};
use telemetry::line;

use super::answer::HandleError;

/// Puts the resources that a subject stands for in its place, whatever reading it is in. Says of each reading what could not
/// be found out, so that it has to be handed out again.
pub(super) async fn put_in_place<C: Judge>(
    control: &C,
    readings: Vec<&mut Reading>,
) -> Vec<Vec<HandleError>> {
    let mut known: Vec<(Subject, Result<Vec<Resource>, CallError>)> = Vec::new();
    let mut all = Vec::new();
    for reading in readings {
        let (mut subjects, mut failures) = (Vec::new(), Vec::new());
        for subject in std::mem::take(&mut reading.subjects) {
            if C::id(&subject.resource).is_some() {
                subjects.push(subject);
                continue;
            }
            let found = match known.iter().find(|(known, _)| known.same_resource(&subject)) {
                Some((_, found)) => found.clone(),
                None => {
                    let found = control.behind(&subject).await;
                    line::behind(C::NAME, &subject, found.as_ref().map(Vec::len));
                    known.push((subject.clone(), found.clone()));
                    found
                }
            };
            match found {
                Ok(found) => {
                    let stands_for = |resource| Subject { resource, ..subject.clone() };
                    subjects.extend(found.into_iter().map(stands_for));
                }
                Err(error) => {
                    let resource = subject.resource.to_string();
                    failures.push(HandleError::NotBehind { resource, error });
                }
            }
        }
        reading.subjects = subjects;
        all.push(failures);
    }
    all
}
