//! Who hears of a walk.

use crate::clock::Clock;
use crate::{Control, Notify, Ports, Report, Undelivered, Walked};

/// What became of the alert about a subject.
#[derive(Debug)]
pub enum Told {
    /// Nobody needs to know.
    Nobody,
    /// It was published.
    Sent,
    /// People know already.
    Repeated,
    /// It did not get through.
    Failed(Undelivered),
}

/// Tells people what they do not know yet.
pub(crate) async fn tell<C: Control, K: Clock, N: Notify>(
    walked: &Walked<C>,
    report: &Report,
    is_last_chance: bool,
    ports: &Ports<K, N>,
) -> Told {
    let now = ports.clock.now();
    let told = if !walked.concerns_a_person(is_last_chance) {
        Told::Nobody
    } else if ports.recent.knows(walked, report, now) {
        Told::Repeated
    } else {
        ports.notify.notify(report).await.map_or_else(Told::Failed, |()| Told::Sent)
    };
    ports.recent.note(walked, report, matches!(told, Told::Sent), now);
    told
}
