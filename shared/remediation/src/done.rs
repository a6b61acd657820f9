//! What a control did while it carried a plan out, as far as the answers tell.

use crate::CallError;

/// What was done, and what may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<T> {
    /// What was changed, in order.
    pub changes: Vec<T>,
    /// What may be changed besides: what each call was to do that had no answer, as far as it can be put back.
    pub in_doubt: Vec<T>,
}

impl<T> Done<T> {
    /// Hands out the answer to a call that was to make these changes, and notes them as in doubt where it may have made
    /// them although it did not say so.
    ///
    /// # Errors
    /// Those of the answer.
    pub fn unless_answered<A, I: IntoIterator<Item = T>>(
        &mut self,
        answer: Result<A, CallError>,
        changes: impl FnOnce() -> I,
    ) -> Result<A, CallError> {
        if answer.as_ref().is_err_and(CallError::may_be_done) {
            self.in_doubt.extend(changes());
        }
        answer
    }
}

impl<T> From<Vec<T>> for Done<T> {
    fn from(changes: Vec<T>) -> Self {
        Self { changes, in_doubt: Vec::new() }
    }
}

impl<T> Default for Done<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}
