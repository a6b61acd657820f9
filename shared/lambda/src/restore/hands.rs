//! Who puts back: the controls that change something.

use remediation::clock::Clock;
use remediation::ledger::{Ledger, Record};
use remediation::restore::{Back, Order, RestoreError, Reversible, restore};
use remediation::{Notify, Ports};
use settings::Settings;

use super::Payload;
use crate::Invocation;

/// What is asked for, with the record that is meant.
#[derive(Debug)]
pub struct Asks<'a> {
    pub(super) payload: &'a Payload,
    pub(super) record: &'a Record,
    pub(super) newer: &'a [Record],
    pub(super) invocation: &'a Invocation,
    pub(super) settings: &'a Settings,
}

/// The controls that put back, each what it changed itself: one in a pair with the others, as in `(acls, (groups, ()))`.
pub trait Hands {
    /// Whether one of them is called so.
    fn has(&self, control: &str) -> bool;

    /// Puts back; `None` where none of them made the record.
    ///
    /// # Errors
    /// Where it could not be begun.
    fn restore<K: Clock, N: Notify, L: Ledger>(
        &self,
        asks: &Asks<'_>,
        ports: &Ports<K, N, L>,
    ) -> impl Future<Output = Result<Option<Back>, RestoreError>>;
}

/// Nobody.
impl Hands for () {
    fn has(&self, _: &str) -> bool {
        false
    }

    async fn restore<K: Clock, N: Notify, L: Ledger>(
        &self,
        _: &Asks<'_>,
        _: &Ports<K, N, L>,
    ) -> Result<Option<Back>, RestoreError> {
        Ok(None)
    }
}

/// A control, and the others.
impl<C: Reversible, Others: Hands> Hands for (C, Others) {
    fn has(&self, control: &str) -> bool {
        control == C::NAME || self.1.has(control)
    }

    async fn restore<K: Clock, N: Notify, L: Ledger>(
        &self,
        asks: &Asks<'_>,
        ports: &Ports<K, N, L>,
    ) -> Result<Option<Back>, RestoreError> {
        if asks.record.control == C::NAME {
            return by(&self.0, asks, ports).await;
        }
        self.1.restore(asks, ports).await
    }
}

async fn by<C: Reversible, K: Clock, N: Notify, L: Ledger>(
    control: &C,
    asks: &Asks<'_>,
    ports: &Ports<K, N, L>,
) -> Result<Option<Back>, RestoreError> {
    let Asks { payload, record, newer, invocation, settings } = asks;
    let Some(id) = C::id(&record.subject.resource) else { return Ok(None) };
    let order = Order {
        record,
        id,
        newer,
        reason: payload.reason.as_deref(),
        claimed_by: payload.claimed_by.as_deref(),
        dry_run: payload.dry_run,
        force: payload.force,
        grace: settings.restore_grace,
        request_id: &invocation.request_id,
        deadline: invocation.deadline,
        limits: settings.limits(C::NAME),
        settings_version: settings.written,
    };
    // On the heap: the compiler gives up on a future of so many others.
    Box::pin(restore(control, &order, ports)).await.map(Some)
}
