//! How all evaluations get to AWS Config.

use std::fmt;

use remediation::CallError;

use crate::{Evaluation, Evaluations, Token};

/// How many evaluations AWS Config takes at once.
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html>
const AT_ONCE: usize = 100;

/// Evaluations that AWS Config did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotTaken {
    /// Of which resources.
    pub resources: Vec<String>,
    /// Why, where it said so.
    pub error: Option<CallError>,
}

/// Delivers evaluations, 100 at once. What AWS Config names as failed it gets once more.
///
/// # Errors
/// Those that it has not taken; all others it has.
pub async fn deliver(
    port: &impl Evaluations,
    token: &Token<'_>,
    evaluations: &[Evaluation],
) -> Result<(), NotTaken> {
    let mut not_taken = NotTaken { resources: Vec::new(), error: None };
    for batch in evaluations.chunks(AT_ONCE) {
        let again = match port.put(token, batch).await {
            Ok(failed) if failed.is_empty() => continue,
            Ok(failed) => port.put(token, &failed).await.map_err(|error| (error, failed)),
            Err(error) => Err((error, batch.to_vec())),
        };
        let left = again.unwrap_or_else(|(error, left)| {
            not_taken.error.get_or_insert(error);
            left
        });
        not_taken.resources.extend(left.into_iter().map(|one| one.resource_id));
    }
    if not_taken.resources.is_empty() { Ok(()) } else { Err(not_taken) }
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<&str> = self.resources.iter().take(3).map(String::as_str).collect();
        write!(f, "AWS Config did not take the evaluation of {}", shown.join(", "))?;
        let more = self.resources.len() - shown.len();
        if more > 0 {
            write!(f, " and of {more} more")?;
        }
        match &self.error {
            Some(error) => write!(f, ": {error}"),
            None => f.write_str(", not when it was sent again either"),
        }
    }
}

impl std::error::Error for NotTaken {}
