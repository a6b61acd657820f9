//! What was changed and nobody was told of: whoever changed it was cut off before the mail, or the mail got lost.

use super::{Order, Reversible};
use crate::earlier::Earlier;
use crate::ledger::{Attempt, Record};

/// What nobody was told of among the changes that an order puts back and the newer ones, a line a change, the oldest first.
pub(super) fn untold<C: Reversible>(control: &C, order: &Order<'_, C::Id>) -> Vec<String> {
    let is_of_others = |record: &&Record| !is_gone_on_with(record, order.record);
    let mut records: Vec<&Record> = order.newer.iter().chain([order.record]).filter(is_of_others).collect();
    records.sort_by(|one, other| one.id.key.cmp(&other.id.key));
    let is_news = |record: &&Record| !order.newer.iter().any(|newer| tells_of(newer, record));
    records.into_iter().filter(is_news).flat_map(|record| of(control, record)).collect()
}

/// Whether this is a restore of the same that is open: this order goes on with it.
fn is_gone_on_with(record: &Record, order: &Record) -> bool {
    record.end.is_none() && record.restores.as_ref().is_some_and(|restores| restores.record == order.id)
}

/// Whether this is a restore whose mail said what nobody had been told of.
fn tells_of(newer: &Record, record: &Record) -> bool {
    newer.restores.is_some() && !newer.told.is_empty() && newer.id.key > record.id.key
}

fn of<C: Reversible>(control: &C, record: &Record) -> Vec<String> {
    let earlier = Earlier::all(control, record).unwrap_or_default();
    let is_untold = |attempt: &Attempt| !record.told.iter().any(|telling| telling.at >= attempt.at);
    let attempts = record.attempts.iter().zip(&earlier);
    attempts
        .filter(|(attempt, earlier)| is_untold(attempt) && is_at_work(record, earlier))
        .flat_map(|(_, earlier)| in_words(control, record, earlier))
        .collect()
}

/// Whether an attempt was more than waiting.
fn is_at_work<C: Reversible>(record: &Record, earlier: &Earlier<C>) -> bool {
    !earlier.is_cut_off || record.held.is_none()
}

fn in_words<C: Reversible>(control: &C, record: &Record, earlier: &Earlier<C>) -> Vec<String> {
    let id = &record.id;
    if earlier.is_cut_off {
        let steps = earlier.plan.iter().flat_map(|plan| control.steps(plan));
        return steps.map(|step| format!("it was to {step}, and was cut off (record {id})")).collect();
    }
    let in_words = |change| control.change(change).summary;
    let changes = earlier.changes.iter().map(|change| format!("it {} (record {id})", in_words(change)));
    let in_doubt = earlier.in_doubt.iter().map(|change| {
        let change = in_words(change);
        format!("as far as anybody knows it {change}, but there was no answer (record {id})")
    });
    changes.chain(in_doubt).collect()
}
