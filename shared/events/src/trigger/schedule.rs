//! `Scheduled Event`: the tick, which names nothing.

use crate::TriggerError;
use crate::trigger::{Event, Reading};

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.events", "Scheduled Event")
}

pub(super) fn read(_: &Event<'_>) -> Result<Reading, TriggerError> {
    Ok(Reading { is_tick: true, ..Reading::default() })
}
