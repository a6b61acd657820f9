//! The port through which a person hears of a subject.

use std::future::Future;

use crate::{Brief, CallError, Report};

/// An alert as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The mail's subject line.
    pub subject: String,
    /// The mail's text.
    pub text: String,
}

/// An alert that did not get through, whole, so that the log can hold it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the alert was not delivered: {error}")]
pub struct Undelivered {
    /// Why.
    pub error: CallError,
    /// What nobody has read yet.
    pub alert: Alert,
}

/// Tells people.
pub trait Notify {
    /// Where alerts go, as a record names it.
    fn place(&self) -> String;

    /// Publishes one alert about one subject.
    ///
    /// # Errors
    /// When it was not accepted for delivery.
    fn notify(&self, report: &Report) -> impl Future<Output = Result<(), Undelivered>>;

    /// Publishes one alert about several subjects of a control.
    ///
    /// # Errors
    /// When it was not accepted for delivery.
    fn notify_together(
        &self,
        control: &str,
        briefs: &[Brief],
    ) -> impl Future<Output = Result<(), Undelivered>>;
}
