//! What AWS refuses, in words that say what to do.

use remediation::{CallError, Denied, Unread};

use crate::trouble::{Ending, Trouble};

/// Codes by which the services say that credentials are no good (any more).
const NO_GOOD: [&str; 8] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// What to do where there are no credentials that AWS takes.
pub(crate) const LOG_IN: &str = "Log in first (`aws sso login`), or say whose they are: --profile, AWS_PROFILE, or \
    AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";

/// A call that did not succeed. `region` is where it was made.
pub(crate) fn refused(error: &CallError, region: &str) -> Trouble {
    let what = words(&error.to_string());
    let advice = match error {
        CallError::Denied(Denied { action, .. }) => {
            format!("Use credentials that may (--profile), or let somebody allow `{action}`.")
        }
        CallError::Refused { code, .. } if NO_GOOD.contains(&code.as_str()) => {
            format!("{LOG_IN} Or is `{region}` not enabled in this account?")
        }
        CallError::Refused { code, .. } if code == "ResourceNotFoundException" => {
            format!("Is Curfew in `{region}`? --region says where, --prefix what its names begin with.")
        }
        CallError::Passing { .. } => "The same command again may succeed in a while.".to_owned(),
        CallError::Unanswered { .. } => {
            format!("Is there a network, and is `{region}` a Region that is enabled in this account?")
        }
        CallError::Refused { .. } | CallError::Withheld { .. } | CallError::Incomplete { .. } => {
            return not_asked(what);
        }
    };
    not_asked(what).with(advice)
}

/// AWS was not asked, or did not answer.
pub(crate) fn not_asked(what: impl Into<String>) -> Trouble {
    Trouble::Told { ending: Ending::NotAsked, what: what.into(), advice: None }
}

/// A part of a resource that could not be read.
pub(crate) fn unread(part: &Unread) -> String {
    words(&part.to_string())
}

/// The words of an error, which speak of a function's role: here it is whoever asks.
pub(crate) fn words(error: &str) -> String {
    error.replace("the function's role may not call", "these credentials may not call")
}
